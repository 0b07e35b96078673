import { stringsFor } from "@vestibule/engine";
import type { SignedOutView } from "./contract.ts";

/** An address that a page may lead to; script addresses are none. */
export function safeTarget(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  return /^(javascript|data|vbscript|blob|file):/i.test(new URL(url).protocol) ? undefined : url;
}

/** The addresses that the page loads: web addresses alone. */
export function loadedFrames({ frames }: SignedOutView): readonly string[] {
  return frames.filter((url) => /^https?:\/\//i.test(url) && URL.canParse(url));
}

/** Inside of the page after sign-out: applications' front-channel logout pages load in hidden frames. */
export function SignedOutPage({ view }: { readonly view: SignedOutView }) {
  const text = (id: string) => stringsFor("en").ux.page[id] ?? "";
  const target = safeTarget(view.continueTo);
  const frames = loadedFrames(view);
  return (
    <>
      <div class="heading">
        <h1>{text("vb_signed_out")}</h1>
      </div>
      <div class="intro">
        <p role="status">{target === undefined ? text("vb_signed_out_help") : text("vb_signing_out")}</p>
      </div>
      {target !== undefined && (
        <div class="buttons">
          <a class="vb-button" id="vb-continue" href={target}>
            {text("vb_continue")}
          </a>
        </div>
      )}
      {frames.map((url) => (
        <iframe
          key={url}
          src={url}
          title={text("vb_signed_out")}
          class="vb-frame"
          aria-hidden="true"
          tabindex={-1}
          hidden
        />
      ))}
    </>
  );
}
