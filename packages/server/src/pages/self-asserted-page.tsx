import type { PageProblem } from "@vestibule/engine";
import { contractAttributes } from "./contract-attributes.ts";
import { ControlItem } from "./controls/control-item.tsx";
import { FieldItem } from "./field-item.tsx";
import { NativeFields } from "./native-parts.tsx";
import { isOn, type PageFrame } from "./page-frame.ts";
import { pageItems, proofsOpen } from "./page-items.ts";
import { Heading } from "./page-parts.tsx";

/** Self-asserted page and block page: pages.md 3.3. Sibling order is a contract. */
export function SelfAssertedPage({ frame }: { readonly frame: PageFrame }) {
  const { model } = frame;
  const intro = frame.text("initial_intro") || frame.text("intro");
  return (
    <>
      <Heading frame={frame} />
      <div class="buttons" />
      <div class="intro">
        <p>{intro}</p>
      </div>
      <form id="attributeVerification" method="post" action={frame.submitUrl} novalidate>
        <PageErrors frame={frame} />
        <div id="attributeList" class="attr">
          <ul>
            {pageItems(model).map((item) =>
              item.kind === "field" ? (
                <FieldItem key={item.field.id} frame={frame} field={item.field} />
              ) : (
                <ControlItem
                  key={item.control.id}
                  frame={frame}
                  control={item.control}
                  fields={item.fields}
                />
              ),
            )}
          </ul>
        </div>
        <Buttons frame={frame} />
        <NativeFields frame={frame} />
      </form>
      <div
        class="verifying-modal"
        {...contractAttributes({ "aria-live": "assertive", "aria-labelledby": "verifying_blurb" })}
        aria-hidden="true"
        style="display:none"
      >
        <div id="verifying_blurb">{frame.text("verifying_blurb")}</div>
      </div>
    </>
  );
}

/** Which of the page-level errors speaks; only one at a time (pages.md 3.3). */
function speakingError(problem: PageProblem | undefined): { id: string; text?: string } | undefined {
  if (problem === undefined) return undefined;
  return problem.message !== ""
    ? { id: "claimVerificationServerError", text: problem.message }
    : { id: "fieldIncorrect" };
}

function PageErrors({ frame }: { readonly frame: PageFrame }) {
  const speaking = speakingError(frame.model.problem);
  const errors = [
    ["passwordEntryMismatch", frame.text("error_passwordEntryMismatch")],
    ["requiredFieldMissing", frame.text("error_requiredFieldMissing")],
    ["fieldIncorrect", frame.text("error_fieldIncorrect")],
    ["claimVerificationServerError", ""],
  ] as const;
  return (
    <>
      {errors.map(([id, text]) => {
        const shown = speaking?.id === id;
        return (
          <div
            key={id}
            id={id}
            class="error pageLevel"
            aria-hidden={shown ? "false" : "true"}
            style={shown ? "display:block" : "display:none"}
            {...(id === "claimVerificationServerError" && { role: "alert" })}
            {...(shown && { tabindex: -1, autofocus: true })}
          >
            <p>{shown ? (speaking.text ?? text) : text}</p>
          </div>
        );
      })}
    </>
  );
}

function Buttons({ frame }: { readonly frame: PageFrame }) {
  const { model } = frame;
  // Hidden, but there: public scripts press them by id (pages.md 4.7).
  const hide = (shown: boolean) => (shown ? {} : { style: "display:none" });
  const showContinue = !model.terminal && isOn(model.config.showContinueButton, true);
  const showCancel = isOn(model.config.showCancelButton, true);
  return (
    <div class="buttons">
      <button
        id="continue"
        type="submit"
        form="attributeVerification"
        aria-label={frame.text("button_continue")}
        aria-disabled={proofsOpen(model) ? "true" : "false"}
        {...(model.terminal && { disabled: true })}
        {...hide(showContinue)}
      >
        {frame.text("button_continue")}
      </button>
      <button
        id="cancel"
        type="submit"
        formnovalidate
        name="_action"
        value="cancel"
        aria-label={frame.text("button_cancel")}
        {...hide(showCancel)}
      >
        {frame.text("button_cancel")}
      </button>
    </div>
  );
}
