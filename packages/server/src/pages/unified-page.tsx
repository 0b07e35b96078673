import type { PageField } from "@vestibule/engine";
import type { ComponentChildren } from "preact";
import { contractAttributes } from "./contract-attributes.ts";
import { NativeFields } from "./native-parts.tsx";
import { exchangeUrl, isOn, type PageFrame, providerPlaces } from "./page-frame.ts";
import { Heading, PageError, TextLinks } from "./page-parts.tsx";
import { ProviderButtons } from "./provider-buttons.tsx";

/** Combined sign-up and sign-in page, layout 2.x: pages.md 3.2. Sibling order is a contract. */
export function UnifiedPage({ frame }: { readonly frame: PageFrame }) {
  const places = providerPlaces(frame.model);
  const social = places.buttons.length > 0;
  const local = frame.model.fields.length > 0;
  const classic = frame.flavor === "classic";
  const socialPart = social && (
    <ProviderButtons
      frame={frame}
      providers={places.buttons}
      intro={frame.text("social_intro")}
      autofocus={classic || !local}
    />
  );
  const divider = (classic ? social && local : local) && (
    <div class="divider">
      <h2>{frame.text("divider_title")}</h2>
    </div>
  );
  const localPart = local && <LocalAccount frame={frame} />;
  return (
    <>
      {isOn(frame.model.config.showHeading, true) && <Heading frame={frame} />}
      {classic ? [socialPart, divider, localPart] : [localPart, divider, socialPart]}
      <TextLinks
        frame={frame}
        providers={places.bottomUnderForm}
        class="claims-provider-list-text-links-bottom-under-form"
      />
    </>
  );
}

/** Text of `local_intro_generic`: the field's name is in lower case, but not in German (pages.md 3.2). */
function localIntro(frame: PageFrame): string {
  const name = frame.model.fields[0]?.displayName ?? "";
  const german = frame.model.language.lang.toLowerCase() === "de";
  return frame.text("local_intro_generic", german ? name : name.toLowerCase());
}

function LocalAccount({ frame }: { readonly frame: PageFrame }) {
  const { model } = frame;
  const [identifier, password] = model.fields;
  if (identifier === undefined) return null;
  const places = providerPlaces(model);
  const aria = frame.atLeast("2.1.10") ? {} : { "aria-level": 1 };
  return (
    <form
      id="localAccountForm"
      class="localAccount"
      method="post"
      action={frame.submitUrl}
      aria-label={localIntro(frame)}
      novalidate
    >
      <div class="intro">
        <h2 {...aria}>{localIntro(frame)}</h2>
      </div>
      <PageError problem={model.problem} />
      <div class="entry">
        <Identifier frame={frame} field={identifier} />
        {password !== undefined && <Password frame={frame} field={password} />}
        <div class="working" />
        {model.keepMeSignedInBox && (
          <div
            class={`rememberMe${["phoneNumber", "signInNamePhoneEmail"].includes(identifier.id) ? " align-to-left" : ""}`}
          >
            <input id="rememberMe" type="checkbox" name="rememberMe" value="true" />
            <label for="rememberMe">{frame.text("remember_me")}</label>
          </div>
        )}
        <TextLinks frame={frame} providers={places.bottom} class="claims-provider-list-text-links-bottom" />
        <div class="buttons">
          <button id="next" type="submit" form="localAccountForm">
            {frame.text("button_signin")}
          </button>
        </div>
        {password !== undefined && linkLocation(frame) === "AfterButtons" && <ForgotPassword frame={frame} />}
      </div>
      <SignUp frame={frame} />
      <NativeFields frame={frame} />
    </form>
  );
}

type LinkLocation = "AfterLabel" | "AfterInput" | "AfterButtons" | "flavour" | "none";

// No metadata: the classic page has the link beside the label, the others a block below the input (pages.md 3.2).
function linkLocation(frame: PageFrame): LinkLocation {
  if (!frame.model.forgotPasswordLink) return "none";
  switch ((frame.model.config.forgotPasswordLinkLocation ?? "").trim().toLowerCase()) {
    case "":
      return frame.flavor === "classic" ? "AfterLabel" : "flavour";
    case "afterlabel":
      return "AfterLabel";
    case "afterinput":
      return "AfterInput";
    case "afterbuttons":
      return "AfterButtons";
    default:
      return "none";
  }
}

function ForgotPassword({ frame }: { readonly frame: PageFrame }) {
  const exchange = frame.model.config.forgotPasswordLinkOverride?.trim();
  const href = exchange ? exchangeUrl(frame, exchange) : frame.actionUrl("forgotPassword");
  return (
    <a id="forgotPassword" href={href}>
      {frame.text("forgotpassword_link")}
    </a>
  );
}

/** An item-level error: hidden until there is something to say. */
function ItemError(props: { readonly message: string | undefined; readonly alertOn: "div" | "p" }) {
  const shown = props.message !== undefined;
  return (
    <div
      class="error itemLevel"
      aria-hidden={shown ? "false" : "true"}
      style={shown ? "display:block" : "display:none"}
      {...(props.alertOn === "div" && { role: "alert" })}
    >
      <p {...(props.alertOn === "p" && { role: "alert" })}>{props.message}</p>
    </div>
  );
}

/** Our look shows the label in every flavour; where the contract has no `label`, the style sheet draws this attribute. */
function entryLabel(frame: PageFrame, field: PageField) {
  return frame.ownLook && frame.flavor !== "classic" ? { "data-label": field.displayName } : {};
}

function Label({ frame, field }: { readonly frame: PageFrame; readonly field: PageField }) {
  return frame.flavor === "classic" ? <label for={field.id}>{field.displayName}</label> : null;
}

function Identifier({ frame, field }: { readonly frame: PageFrame; readonly field: PageField }) {
  const problem = frame.model.problem;
  const email = field.userInputType === "EmailBox";
  const byEmail = email || (frame.model.config.operatingMode ?? "").toLowerCase() === "email";
  return (
    <div class="entry-item" {...entryLabel(frame, field)}>
      <Label frame={frame} field={field} />
      <ItemError message={problem?.fields[field.id]} alertOn="div" />
      <input
        id={field.id}
        {...contractAttributes({ type: email ? "email" : "text" })}
        name={field.displayName}
        title={frame.text("invalid_generic", field.displayName)}
        {...(field.pattern !== undefined && { pattern: field.pattern.regularExpression })}
        {...(problem === undefined && { autofocus: true })}
        placeholder={field.displayName}
        {...(field.value !== undefined && { value: field.value })}
        aria-label={field.displayName}
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        enterkeyhint="next"
        {...(byEmail && !email && { inputmode: "email" as const })}
        {...(problem?.fields[field.id] !== undefined && { class: "highlightError", "aria-invalid": "true" })}
      />
    </div>
  );
}

function Password({ frame, field }: { readonly frame: PageFrame; readonly field: PageField }) {
  const location = linkLocation(frame);
  const message = frame.model.problem?.fields[field.id];
  return (
    <div class="entry-item" {...entryLabel(frame, field)}>
      <div class="password-label">
        <Label frame={frame} field={field} />
        {location === "AfterLabel" && <ForgotPassword frame={frame} />}
      </div>
      <ItemError message={message} alertOn="p" />
      <input
        id={field.id}
        type="password"
        name={field.displayName}
        placeholder={field.displayName}
        aria-label={field.displayName}
        autocomplete="current-password"
        {...contractAttributes({ "aria-required": "true" })}
        enterkeyhint="go"
        {...(message !== undefined && { class: "highlightError", "aria-invalid": "true" })}
      />
      {location === "AfterInput" && <ForgotPassword frame={frame} />}
      {location === "flavour" && (
        <div class="forgot-password center-height">
          <ForgotPassword frame={frame} />
        </div>
      )}
    </div>
  );
}

/** Replaces `{0}`, `{1}`… of a text by links. */
function withLinks(text: string, links: readonly ComponentChildren[]): ComponentChildren[] {
  return text.split(/(\{\d\})/).map((part) => {
    const index = /^\{(\d)\}$/.exec(part)?.[1];
    return index === undefined ? part : (links[Number(index)] ?? "");
  });
}

function SignUp({ frame }: { readonly frame: PageFrame }) {
  const { links } = providerPlaces(frame.model);
  const intro = frame.text("createaccount_intro");
  if (links.length > 0) {
    const anchors = links.map(({ id, description }) => (
      <a key={id} class="text-link" id={id} href={exchangeUrl(frame, id)}>
        {description}
      </a>
    ));
    const sentence =
      links.length === 2
        ? "createaccount_two_links"
        : links.length === 3
          ? "createaccount_three_links"
          : undefined;
    return (
      <div class="claims-provider-list-text-links">
        <p>
          {intro}&nbsp;
          {sentence === undefined ? anchors : withLinks(frame.text(sentence), anchors)}
        </p>
      </div>
    );
  }
  if (!frame.model.signUpLink) return null;
  return (
    <>
      <div class="divider">
        <h2>{frame.text("divider_title")}</h2>
      </div>
      <div class="create">
        <p>
          {intro}{" "}
          <a id="createAccount" href={frame.actionUrl("unified?local=signup")}>
            {frame.text("createaccount_one_link")}
          </a>
        </p>
      </div>
    </>
  );
}
