import { FieldItem } from "../field-item.tsx";
import type { ControlProps } from "./control-item.tsx";

function shown(visible: boolean) {
  return {
    style: visible ? "display:block" : "display:none",
    "aria-hidden": visible ? ("false" as const) : ("true" as const),
  };
}

/**
 * Fields and buttons by which something is proved with a code: pages.md 3.5. Everything stands in the markup from the
 * start; the server's state, or the script, says what is shown (4.8 S12).
 */
export function VerificationControl({ frame, control, fields }: ControlProps) {
  const { id, content, problem } = control;
  const state = control.proof?.state ?? "initial";
  const info = state === "sent" ? (content.success_send_code_msg ?? "") : (content.intro_msg ?? "");
  const failed = problem !== undefined;
  // B2C offers the change only after the proof; in our look a mistyped address can be mended at once.
  const canChange = state === "verified" || (state === "sent" && frame.ownLook);
  return (
    <div class="verificationControlContent" id={id}>
      <div class="verificationInfoText">
        <div
          id={`${id}_info_message`}
          role="status"
          {...shown(state !== "verified" && info !== "" && !failed)}
        >
          {info}
        </div>
      </div>
      <div class="verificationSuccessText">
        <div id={`${id}_success_message`} role="alert" {...shown(state === "verified" && !failed)}>
          {content.success_verify_code_msg}
        </div>
      </div>
      <div class="verificationErrorText error">
        <div id={`${id}_error_message`} role="alert" {...shown(failed)}>
          {problem?.message}
        </div>
      </div>
      <ul>
        {fields.map((field) => (
          <FieldItem
            key={field.id}
            frame={frame}
            field={field}
            within={{
              class: field.control?.claimType ?? field.id,
              locked: field.control?.code ? false : state !== "initial",
              shown: !field.control?.code || state === "sent",
              ...(problem && { problem }),
            }}
          />
        ))}
      </ul>
      <div class="working" style="display:none" />
      <div class="buttons">
        <Button control={control} name="send_code" action="send" on={state === "initial"} />
        <Button control={control} name="verify_code" action="verify" on={state === "sent"} />
        <Button control={control} name="send_new_code" action="send" on={state === "sent"} />
        <Button control={control} name="change_claims" action="change" on={canChange} />
      </div>
    </div>
  );
}

const classes = {
  send_code: "sendCode",
  verify_code: "verifyCode",
  send_new_code: "sendNewCode",
  change_claims: "changeClaims",
} as const;

function Button(props: {
  readonly control: ControlProps["control"];
  readonly name: keyof typeof classes;
  readonly action: "send" | "verify" | "change";
  readonly on: boolean;
}) {
  const { id, content } = props.control;
  const text = content[`but_${props.name}`] ?? "";
  return (
    <button
      class={classes[props.name]}
      id={`${id}_but_${props.name}`}
      type="submit"
      formnovalidate
      name="_action"
      value={`${props.action}:${id}`}
      aria-label={text}
      style={props.on ? "display:inline" : "display:none"}
      aria-hidden={props.on ? "false" : "true"}
    >
      {text}
    </button>
  );
}
