import type { PageFrame } from "./page-frame.ts";

/**
 * What a form needs where no script runs (pages.md 4.8 S8). Stands last in the form, so that the order of B2C's own
 * elements stays as it is; the page's script never sends these.
 */
export function NativeFields({ frame }: { readonly frame: PageFrame }) {
  const hiddenCopies = frame.model.fields.filter(
    ({ verification }) => verification?.address !== undefined && verification.state !== "initial",
  );
  return (
    <>
      <input type="hidden" name="_native" value="1" />
      <input type="hidden" name="csrf_token" value={frame.view.csrf} />
      <input type="hidden" name="request_type" value="RESPONSE" />
      {/* A locked address is not sent by browsers; its copy is. */}
      {hiddenCopies.map(({ id, verification }) => (
        <input key={id} type="hidden" name={id} value={verification?.address ?? ""} />
      ))}
    </>
  );
}

/** The form behind the provider buttons (S11); always the last element of `#api`. */
export function NavigationForm({ frame }: { readonly frame: PageFrame }) {
  const { base, csrf, transId, policyId } = frame.view;
  return (
    <form
      id="b2cNav"
      method="get"
      action={`${base}/api/${frame.model.api}/unified`}
      style="display:none"
      aria-hidden="true"
    >
      <input type="hidden" name="csrf_token" value={csrf} />
      <input type="hidden" name="tx" value={transId} />
      <input type="hidden" name="p" value={policyId} />
    </form>
  );
}
