import type { PageField, PageProblem } from "@vestibule/engine";
import { contractAttributes } from "./contract-attributes.ts";
import { FieldControl } from "./field-control.tsx";
import type { PageFrame } from "./page-frame.ts";
import { proofsOpen } from "./page-items.ts";
import { Verification } from "./verification.tsx";

// From layout 2.1.18 the other fields wait until the address is proved (pages.md 3.9).
function waitsForVerification(frame: PageFrame, field: PageField): boolean {
  const own = field.verification ?? field.control;
  return own === undefined && frame.atLeast("2.1.18") && proofsOpen(frame.model);
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

/** One field of a self-asserted page, or of a display control on it: pages.md 3.3. */
export function FieldItem(props: {
  readonly frame: PageFrame;
  readonly field: PageField;
  /** Of a field in a display control: its class there, whether its value is settled, whether it is shown. */
  readonly within?: {
    readonly class: string;
    readonly locked: boolean;
    readonly shown: boolean;
    readonly problem?: PageProblem;
  };
}) {
  const { frame, field, within } = props;
  const { userInputType: type, id } = field;
  const classes = frame.atLeast("2.1.8") || within ? [type, `${id}_li`] : [type];
  const message = (within?.problem ?? frame.model.problem)?.fields[id];
  const inactive = within?.locked ?? waitsForVerification(frame, field);
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
    <li
      class={[...classes, ...(within ? [within.class] : [])].join(" ")}
      {...(within?.shown === false && { style: "display:none", "aria-hidden": "true" as const })}
    >
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
      (candidate.verification?.state ?? "initial") === "initial" &&
      isReady(frame, candidate),
  );
  return editable?.id === field.id;
}

/** In a control the code takes over from the other fields once it was sent, and nothing is left to fill in at the end. */
function isReady({ model }: PageFrame, { control }: PageField): boolean {
  const state = model.controls.find(({ id }) => id === control?.id)?.proof?.state;
  return state === undefined || state === (control?.code ? "sent" : "initial");
}
