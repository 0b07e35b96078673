import type { PageField } from "@vestibule/engine";
import type { ComponentChildren } from "preact";
import type { PageFrame } from "./page-frame.ts";

function shown(visible: boolean) {
  return {
    style: visible ? "display:block" : "display:none",
    "aria-hidden": visible ? ("false" as const) : ("true" as const),
  };
}

const failures = [
  ["fail_retry", "ver_fail_retry"],
  ["fail_no_retry", "ver_fail_no_retry"],
  ["fail_throttled", "ver_fail_throttled"],
  ["fail_code_expired", "ver_fail_code_expired"],
  ["fail_server", "ver_fail_server"],
  ["incorrect_format", "ver_incorrect_format"],
] as const;

/** Classic verification of an address: pages.md 3.4. The children are label, error, input and help link. */
export function Verification(props: {
  readonly frame: PageFrame;
  readonly field: PageField;
  readonly children: ComponentChildren;
}) {
  const { frame, field } = props;
  const { id } = field;
  const state = field.verification?.state ?? "initial";
  // B2C offers the change only after the proof; in our look a mistyped address can be mended at once.
  const canChange = state === "verified" || (state === "sent" && frame.ownLook);
  return (
    <>
      <div class="verificationInfoText" id={`${id}_intro`} {...shown(state === "initial")}>
        {frame.text("ver_intro_msg")}
      </div>
      <div class="verificationInfoText" id={`${id}_info`} role="status" {...shown(state === "sent")}>
        {frame.text("ver_info_msg")}
      </div>
      <div
        class="verificationSuccessText"
        id={`${id}_success`}
        role="status"
        {...shown(state === "verified")}
      >
        {frame.text("ver_success_msg")}
      </div>
      {failures.map(([suffix, text]) => (
        <div
          key={suffix}
          class="verificationErrorText error"
          id={`${id}_${suffix}`}
          role="alert"
          {...shown(false)}
        >
          {frame.text(text)}
        </div>
      ))}
      {props.children}
      <div class="buttons verify" {...{ claim_id: id }}>
        <div class="working" id={`${id}_ver_wait`} style="display:none" />
        <label id={`${id}_ver_input_label`} for={`${id}_ver_input`} {...shown(state === "sent")}>
          {frame.text("ver_input")}
        </label>
        <input
          id={`${id}_ver_input`}
          class="verifyInput"
          type="text"
          name={`${id}_ver_input`}
          placeholder={frame.text("ver_input")}
          autocomplete="one-time-code"
          inputmode="numeric"
          enterkeyhint="done"
          maxlength={20}
          {...shown(state === "sent")}
          {...(state === "sent" && frame.model.problem === undefined && { autofocus: true })}
        />
        <Action frame={frame} id={id} name="send" action="send" kind="sendButton" on={state === "initial"} />
        <Action
          frame={frame}
          id={id}
          name="verify"
          action="verify"
          kind="verifyButton"
          on={state === "sent"}
        />
        <Action frame={frame} id={id} name="resend" action="send" kind="sendButton" on={state === "sent"} />
        <Action frame={frame} id={id} name="edit" action="change" kind="editButton" on={canChange} />
        <Action frame={frame} id={id} name="default" action="send" kind="defaultButton" on={false} />
      </div>
    </>
  );
}

/** One of the verification buttons. */
function Action(props: {
  readonly frame: PageFrame;
  readonly id: string;
  readonly name: "send" | "verify" | "resend" | "edit" | "default";
  readonly action: "send" | "verify" | "change";
  readonly kind: string;
  readonly on: boolean;
}) {
  const { id, name } = props;
  return (
    <button
      class={props.kind}
      id={`${id}_ver_but_${name}`}
      type="submit"
      formnovalidate
      name="_action"
      value={`${props.action}:${id}`}
      style={props.on ? "display:inline" : "display:none"}
      aria-hidden={props.on ? "false" : "true"}
    >
      {props.frame.text(`ver_but_${name}`)}
    </button>
  );
}
