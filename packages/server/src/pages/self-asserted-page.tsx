import type { PageField, PageProblem } from "@vestibule/engine";
import { contractAttributes } from "./contract-attributes.ts";
import { FieldControl } from "./field-control.tsx";
import { NativeFields } from "./native-parts.tsx";
import { isOn, type PageFrame } from "./page-frame.ts";
import { Heading } from "./page-parts.tsx";
import { Verification } from "./verification.tsx";

/** True while an address on the page still has to be proved. */
function verificationOpen(frame: PageFrame): boolean {
  return frame.model.fields.some(
    ({ verification }) => verification !== undefined && verification.state !== "verified",
  );
}

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
            {model.fields.map((field) => (
              <FieldItem key={field.id} frame={frame} field={field} />
            ))}
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

// From layout 2.1.18 the other fields wait until the address is proved (pages.md 3.9).
function waitsForVerification(frame: PageFrame, field: PageField): boolean {
  return field.verification === undefined && frame.atLeast("2.1.18") && verificationOpen(frame);
}

/** The group role of fields that consist of several controls. */
function grouping(field: PageField) {
  if (field.userInputType === "RadioSingleSelect") {
    return { role: "radiogroup" as const, "aria-labelledby": `${field.id}_label` };
  }
  return field.userInputType === "CheckboxMultiSelect"
    ? { role: "group" as const, "aria-labelledby": `${field.id}_label` }
    : {};
}

function FieldItem({ frame, field }: { readonly frame: PageFrame; readonly field: PageField }) {
  const classes = frame.atLeast("2.1.8") ? `${field.userInputType} ${field.id}_li` : field.userInputType;
  const message = frame.model.problem?.fields[field.id];
  const inactive = waitsForVerification(frame, field);
  const entry = (
    <>
      <label
        id={`${field.id}_label`}
        for={field.id}
        {...(field.required && { class: "required" })}
        {...optionalMark(frame, field)}
      >
        {field.displayName}
      </label>
      <div
        class="error itemLevel"
        role="alert"
        aria-hidden={message === undefined ? "true" : "false"}
        style={message === undefined ? "display:none" : "display:block"}
        {...(frame.ownLook && { id: `${field.id}_error` })}
      >
        <p>{message}</p>
      </div>
      <FieldControl frame={frame} field={field} inactive={inactive} autofocus={takesFocus(frame, field)} />
      {field.helpText !== "" && (
        <a
          class="helpLink tiny"
          {...contractAttributes({ href: "javascript:void(0)", "data-help": field.helpText })}
        >
          {frame.text("helplink_text")}
        </a>
      )}
    </>
  );
  return (
    <li class={classes}>
      <div class={`attrEntry${message === undefined ? "" : " validate"}`} {...grouping(field)}>
        {field.verification === undefined ? (
          entry
        ) : (
          <Verification frame={frame} field={field}>
            {entry}
          </Verification>
        )}
        {frame.ownLook && field.helpText !== "" && (
          <span class="vb-help" id={`${field.id}_help`}>
            {field.helpText}
          </span>
        )}
      </div>
    </li>
  );
}

/** Required is the rule; our look marks what is optional. */
function optionalMark(frame: PageFrame, field: PageField) {
  const marked = frame.ownLook && !field.required && !field.readOnly && field.userInputType !== "Paragraph";
  return marked ? { "data-optional": frame.text("vb_optional") } : {};
}

/** The first editable control has the focus, unless an error has it (pages.md 6.2). */
function takesFocus(frame: PageFrame, field: PageField): boolean {
  if (frame.model.problem !== undefined || frame.model.terminal) return false;
  const editable = frame.model.fields.find(
    (candidate) =>
      !candidate.readOnly &&
      !["Paragraph", "Readonly", "Link", "RadioSingleSelect", "CheckboxMultiSelect"].includes(
        candidate.userInputType,
      ) &&
      !waitsForVerification(frame, candidate) &&
      (candidate.verification?.state ?? "initial") === "initial",
  );
  return editable?.id === field.id;
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
        aria-disabled={verificationOpen(frame) ? "true" : "false"}
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
