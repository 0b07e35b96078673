import type { PagePhone } from "@vestibule/engine";
import type { ComponentChildren } from "preact";
import { isOn, type PageFrame } from "./page-frame.ts";
import { Heading } from "./page-parts.tsx";

/** Stands last in `#api`: the parts of the page keep B2C's order and point to it. */
export const phoneForm = "phoneFactorForm";

const codePattern = "\\d{6}";

function visible(on: boolean) {
  return {
    style: on ? "display:block" : "display:none",
    "aria-hidden": on ? ("false" as const) : ("true" as const),
  };
}

/** Page that proves a phone: pages.md 3.6. Sibling order is a contract. All stages are there; one is shown (4.8 S12). */
export function PhonePage({ frame }: { readonly frame: PageFrame }) {
  const { phone } = frame.model;
  if (phone === undefined) return null;
  return (
    <>
      {frame.atLeast("1.2.2") && <Heading frame={frame} />}
      <Numbers frame={frame} phone={phone} />
      <Code frame={frame} phone={phone} />
      <Ringing frame={frame} phone={phone} />
      <form id={phoneForm} method="post" action={frame.submitUrl} novalidate>
        <input type="hidden" name="_native" value="1" />
        <input type="hidden" name="csrf_token" value={frame.view.csrf} />
        {phone.numbers.length === 1 && <input type="hidden" name="id" value="1" />}
      </form>
    </>
  );
}

interface StageProps {
  readonly frame: PageFrame;
  readonly phone: PagePhone;
}

/** `intro_sms`, `intro_mixed_p`, `intro_entry_phone`… */
function introId({ numbers, mode }: PagePhone): string {
  if (numbers.length === 0) return `intro_entry_${mode}`;
  return numbers.length === 1 ? `intro_${mode}` : `intro_${mode}_p`;
}

function Numbers({ frame, phone }: StageProps) {
  const on = phone.stage === "choose";
  const problem = on ? frame.model.problem?.message : undefined;
  return (
    <div id="phonefactor_initial" {...visible(on)}>
      <div class="intro">
        <p>{frame.text(introId(phone))}</p>
      </div>
      <div
        id="errorMessage"
        class="errorText error pageLevel"
        role="alert"
        {...visible(problem !== undefined)}
        {...(problem !== undefined && { tabindex: -1, autofocus: true })}
      >
        <p>{problem}</p>
      </div>
      {phone.numbers.length > 0 ? (
        <KnownNumbers phone={phone} />
      ) : (
        <NumberEntry frame={frame} phone={phone} focus={on && problem === undefined} />
      )}
      <div class="buttons">
        <Action
          frame={frame}
          id="sendCode"
          action="sms"
          text="button_send_code"
          on={phone.mode !== "phone"}
        />
        <Action frame={frame} id="verifyPhone" action="call" text="button_verify" on={phone.mode !== "sms"} />
        <Cancel frame={frame} on={on} />
      </div>
    </div>
  );
}

function KnownNumbers({ phone }: { readonly phone: PagePhone }) {
  const several = phone.numbers.length > 1;
  return (
    <div id="phoneNumbers" class="phoneNumbers" {...(several && { role: "radiogroup" as const })}>
      {phone.numbers.map(({ id, masked }) => (
        <div key={id} class="phoneNumber">
          {several && (
            <input
              type="radio"
              id={String(id)}
              name="id"
              value={id}
              form={phoneForm}
              checked={id === (phone.sentToId ?? 1)}
            />
          )}
          <div class="number">{several ? <label for={String(id)}>{masked}</label> : masked}</div>
        </div>
      ))}
    </div>
  );
}

function NumberEntry({ frame, phone, focus }: StageProps & { readonly focus: boolean }) {
  const chosen = chosenCountry(frame, phone);
  // Layouts before 1.2 had another id.
  const numberId = frame.atLeast("1.2.0") ? "number" : "localNumber";
  return (
    <div id="phoneEntry" class="phoneEntry">
      <div class="input">
        <div class="code">
          <label for="countryCode">{frame.text("country_code_label")}</label>
          <select
            id="countryCode"
            name="country_code"
            form={phoneForm}
            autocomplete="tel-country-code"
            required
            autofocus={focus}
          >
            <option value="">{phone.countryPlaceholder}</option>
            {phone.countries.map(({ iso, name, callingCode }) => (
              <option key={iso} value={callingCode} selected={iso === chosen}>
                {`${name} (${callingCode})`}
              </option>
            ))}
          </select>
        </div>
        <div class="number">
          <label for={numberId}>{frame.text("number_label")}</label>
          <input
            id={numberId}
            name="number"
            type="tel"
            form={phoneForm}
            autocomplete="tel-national"
            inputmode="tel"
            maxlength={32}
            required
            placeholder={frame.text("local_number_input_placeholder_text")}
            value={phone.typed.number ?? ""}
          />
        </div>
      </div>
    </div>
  );
}

/** What was chosen before, else the country of the page's language. Several countries share a calling code. */
function chosenCountry(frame: PageFrame, { countries, typed }: PagePhone): string | undefined {
  const own = frame.model.language.country;
  const code = typed.callingCode ?? countries.find(({ iso }) => iso === own)?.callingCode;
  const sharing = countries.filter(({ callingCode }) => callingCode === code);
  return (sharing.find(({ iso }) => iso === own) ?? sharing[0])?.iso;
}

function Code({ frame, phone }: StageProps) {
  const on = phone.stage === "code";
  const problem = on ? frame.model.problem?.message : undefined;
  const pattern = frame.text("code_pattern");
  return (
    <div id="codeVerification" {...visible(on)}>
      <div class="actionLabel">
        <label for="verificationCode">{frame.text("enter_code_text_intro")}</label>{" "}
        <Action
          frame={frame}
          id="retryCode"
          action="sms"
          text="text_button_send_second_code"
          class="textButton"
        />
      </div>
      <div class="error itemLevel" role="alert" {...visible(problem !== undefined)}>
        <p>{problem}</p>
      </div>
      <input
        id="verificationCode"
        name="verification_code"
        type="text"
        form={phoneForm}
        inputmode="numeric"
        autocomplete="one-time-code"
        enterkeyhint="done"
        maxlength={6}
        pattern={pattern === "" ? codePattern : pattern}
        placeholder={frame.text("verification_code_input_placeholder_text")}
        {...(problem !== undefined && { "aria-invalid": "true" as const })}
        autofocus={on}
      />
      <div class="buttons">
        <Action frame={frame} id="verifyCode" action="check" text="button_verify_code" />
        {frame.ownLook && phone.numbers.length !== 1 && <ChangeNumber frame={frame} />}
        <Cancel frame={frame} on={on} />
      </div>
    </div>
  );
}

function Ringing({ frame, phone }: StageProps) {
  const on = phone.stage === "call";
  const number = phone.sentTo ?? "";
  return (
    <div class="dialing-modal" {...visible(on)}>
      <div id="dialing_blurb" role="status">
        {frame.text("vb_calling")}
      </div>
      <div id="dialing_number">{number}</div>
      <div class="buttons">
        <Action frame={frame} id="callAnswered" action="poll" text="vb_call_answered" />
        {frame.ownLook && <ChangeNumber frame={frame} />}
        <Cancel frame={frame} on={on} />
      </div>
    </div>
  );
}

/** A mistyped number can be mended at once; B2C has no way back but to cancel. */
function ChangeNumber({ frame }: { readonly frame: PageFrame }) {
  return <Action frame={frame} action="change" text="vb_change_number" class="textButton changeNumber" />;
}

function Action(props: {
  readonly frame: PageFrame;
  readonly id?: string;
  readonly action: "sms" | "call" | "check" | "poll" | "change";
  readonly text: string;
  readonly class?: string;
  readonly on?: boolean;
}): ComponentChildren {
  return (
    <button
      {...(props.id !== undefined && { id: props.id })}
      {...(props.class !== undefined && { class: props.class })}
      type="submit"
      form={phoneForm}
      formnovalidate
      name="_action"
      value={props.action}
      {...(props.on === false && { style: "display:none" })}
    >
      {props.frame.text(props.text)}
    </button>
  );
}

/** Every stage has its own; the one that is shown carries the id (one id, one element). */
function Cancel({ frame, on }: { readonly frame: PageFrame; readonly on: boolean }) {
  const shown = isOn(frame.model.config.showCancelButton, true);
  return (
    <button
      {...(on && { id: "cancel" })}
      class="cancel"
      type="submit"
      form={phoneForm}
      formnovalidate
      name="_action"
      value="cancel"
      {...(!shown && { style: "display:none" })}
    >
      {frame.text("button_cancel")}
    </button>
  );
}
