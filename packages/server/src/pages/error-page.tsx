import { stringsFor } from "@vestibule/engine";
import type { ErrorView } from "./contract.ts";

/** What an id and its copy button look like on the error and block page; the button appears where scripts run. */
export function CopyButton(props: {
  readonly value: string;
  readonly copy: string;
  readonly copied: string;
}) {
  return (
    <button type="button" class="vb-copy" data-copy={props.value} data-copied={props.copied} hidden>
      {props.copy}
    </button>
  );
}

/** The error page's texts: the policy's, else the built-in ones. */
export function errorTexts({ language, content = {} }: ErrorView): (id: string) => string {
  const strings = stringsFor(language).ux.globalException;
  return (id) => (Object.hasOwn(content, id) ? content[id] : strings[id]) ?? "";
}

/** Inside of `#api.error-page-content`: pages.md 3.7. */
export function ErrorPage({ view }: { readonly view: ErrorView }) {
  const text = errorTexts(view);
  return (
    <>
      <h1>{text("heading")}</h1>
      <div class="error-page-help">{text("vb_error_help")}</div>
      <div class="error-page-messagedetails">
        <div class="error-page-correlationid">
          {text("vb_correlation_id")} {view.error.correlationId}
        </div>
        <div class="error-page-timestamp">
          {text("vb_timestamp")} {view.timestamp}
        </div>
        <div class="error-page-detail">
          {view.error.code}: {view.error.message}
        </div>
        <CopyButton value={view.error.correlationId} copy={text("vb_copy")} copied={text("vb_copied")} />
      </div>
    </>
  );
}
