import type { PageField } from "@vestibule/engine";
import { escapeHtml } from "../html-text.ts";
import { contractAttributes } from "./contract-attributes.ts";
import { dateParts, prefill } from "./data-script.ts";
import type { PageFrame } from "./page-frame.ts";

interface ControlProps {
  readonly frame: PageFrame;
  readonly field: PageField;
  /** Waits for the verification of an address. */
  readonly inactive: boolean;
  readonly autofocus: boolean;
}

/** The control of a field by its user input type: pages.md 3.3. */
export function FieldControl(props: ControlProps) {
  switch (props.field.userInputType) {
    case "Paragraph":
      return <Paragraph field={props.field} />;
    case "Password":
      return <PasswordControl {...props} />;
    case "DropdownSingleSelect":
      return <Dropdown {...props} />;
    case "RadioSingleSelect":
      return <Choices {...props} type="radio" />;
    case "CheckboxMultiSelect":
      return <Choices {...props} type="checkbox" />;
    case "DateTimeDropdown":
      return <DateControl {...props} />;
    case "Link":
      return <LinkControl field={props.field} />;
    default:
      return <TextControl {...props} />;
  }
}

/** What our look adds so that help and errors are read out with the field. */
function descriptions({ frame, field }: ControlProps, extra?: string) {
  if (!frame.ownLook) return {};
  const ids = [
    ...(field.helpText === "" ? [] : [`${field.id}_help`]),
    ...(extra === undefined ? [] : [extra]),
    `${field.id}_error`,
  ];
  return { "aria-describedby": ids.join(" ") };
}

function problemState({ frame, field }: ControlProps) {
  return frame.model.problem?.fields[field.id] === undefined ? {} : { "aria-invalid": "true" as const };
}

function disabledState(disabled: boolean) {
  return disabled ? { disabled: true, "aria-disabled": "true" as const, tabindex: -1 } : {};
}

const autocompleteByClaim: Readonly<Record<string, string>> = {
  email: "email",
  signInName: "username",
  "signInNames.emailAddress": "email",
  "signInNames.userName": "username",
  givenName: "given-name",
  surname: "family-name",
  displayName: "name",
  city: "address-level2",
  state: "address-level1",
  postalCode: "postal-code",
  streetAddress: "street-address",
  country: "country-name",
  jobTitle: "organization-title",
  mobile: "tel",
  telephoneNumber: "tel",
  verificationCode: "one-time-code",
  otpCode: "one-time-code",
};

function textType(field: PageField, frame: PageFrame): "text" | "email" | "tel" | "number" {
  switch (field.userInputType) {
    case "EmailBox":
      return frame.atLeast("1.2.0") ? "email" : "text";
    case "PhoneNumber":
    case "tel":
      return "tel";
    case "NumericBox":
      return "number";
    default:
      return "text";
  }
}

/** The keys that a phone offers, where the claim's type says more than that it is text. */
function inputMode({ dataType, id }: PageField): { readonly inputmode?: "numeric" | "tel" } {
  if (dataType === "phoneNumber") return { inputmode: "tel" };
  return dataType === "int" || dataType === "long" || id === "otpCode" ? { inputmode: "numeric" } : {};
}

function TextControl(props: ControlProps) {
  const { frame, field } = props;
  const readOnly = field.userInputType === "Readonly" || field.readOnly;
  const verification = field.verification;
  const locked = verification !== undefined && verification.state !== "initial";
  const value = verification?.address ?? field.value;
  const byClaim = Object.hasOwn(autocompleteByClaim, field.id) ? autocompleteByClaim[field.id] : undefined;
  const autocomplete = field.control?.code ? "one-time-code" : byClaim;
  const type = textType(field, frame);
  return (
    <input
      id={field.id}
      class={`textInput${frame.model.problem?.fields[field.id] === undefined ? "" : " invalid"}`}
      name={field.id}
      {...contractAttributes({ type, "aria-required": String(field.required) })}
      title={field.helpText}
      {...(field.pattern !== undefined && { pattern: field.pattern.regularExpression })}
      placeholder={field.displayName}
      {...(value !== undefined && { value })}
      {...(field.maxLength !== undefined && { maxlength: field.maxLength })}
      {...(autocomplete !== undefined && { autocomplete })}
      {...((type === "email" || field.id === "signInName") && { autocapitalize: "none", spellcheck: false })}
      {...inputMode(field)}
      {...(verification === undefined ? {} : { enterkeyhint: "send" as const })}
      {...(readOnly && { readonly: true, "aria-disabled": "true" as const, tabindex: -1 })}
      {...disabledState(locked || props.inactive)}
      {...(props.autofocus && { autofocus: true })}
      {...descriptions(props)}
      {...problemState(props)}
    />
  );
}

function PasswordControl(props: ControlProps) {
  const { frame, field } = props;
  const current = /^(old|current)/i.test(field.id);
  // The second password only has to repeat the first, whose rules are listed already.
  const listed = field.predicates !== undefined && field.id !== "reenterPassword";
  const rules = listed && (field.predicates?.groups.length ?? 0) > 0 && frame.ownLook;
  return (
    <>
      <input
        id={field.id}
        class={`textInput${frame.model.problem?.fields[field.id] === undefined ? "" : " invalid"}`}
        name={field.id}
        type="password"
        title={field.helpText}
        {...(field.pattern !== undefined && { pattern: field.pattern.regularExpression })}
        placeholder={field.displayName}
        {...contractAttributes({ "aria-required": String(field.required) })}
        autocomplete={current ? "current-password" : "new-password"}
        {...disabledState(props.inactive)}
        {...(props.autofocus && { autofocus: true })}
        {...descriptions(props, rules ? `${field.id}_rules` : undefined)}
        {...problemState(props)}
      />
      {rules && <PasswordRules field={field} />}
    </>
  );
}

/** The rules, listed before anything is typed; the page's script ticks them. */
function PasswordRules({ field }: { readonly field: PageField }) {
  return (
    <ul class="passwordReqs" id={`${field.id}_rules`}>
      {(field.predicates?.groups ?? []).map((group, index) => {
        const single = group.predicates.length === 1;
        const text = group.helpText || (single ? (group.predicates[0]?.helpText ?? "") : "");
        return (
          <li key={`${index}${text}`} data-group={index}>
            {text}
            {!single && (
              <ul>
                {group.predicates.map((predicate, position) => (
                  <li key={predicate.helpText} data-group={index} data-predicate={position}>
                    {predicate.helpText}
                  </li>
                ))}
              </ul>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Paragraph({ field }: { readonly field: PageField }) {
  return (
    <p
      class="textInParagraph"
      id={field.id}
      {...contractAttributes({ tabindex: 0, "aria-label": field.displayName })}
      // Escaped here, `>` included, as programs that read B2C pages expect it.
      dangerouslySetInnerHTML={{ __html: escapeHtml(field.value ?? field.displayName) }}
    />
  );
}

function LinkControl({ field }: { readonly field: PageField }) {
  const safe = field.value !== undefined && /^https?:\/\//i.test(field.value);
  return (
    <a id={field.id} {...(safe && { href: field.value })}>
      {field.displayName}
    </a>
  );
}

function Dropdown(props: ControlProps) {
  const { frame, field } = props;
  const chosen = prefill(field) ?? "";
  return (
    <select
      class="dropdown_single"
      id={field.id}
      name={field.id}
      title={field.helpText}
      aria-required={field.required ? "true" : "false"}
      {...(Object.hasOwn(autocompleteByClaim, field.id) && {
        autocomplete: autocompleteByClaim[field.id] ?? "",
      })}
      {...disabledState(props.inactive || field.readOnly)}
      {...(props.autofocus && { autofocus: true })}
      {...descriptions(props)}
      {...problemState(props)}
    >
      <option value="">{frame.text("vb_choose")}</option>
      {field.options.map(({ value, text }) => (
        <option key={value} value={value} {...(value === chosen && { selected: true })}>
          {text}
        </option>
      ))}
    </select>
  );
}

function Choices(props: ControlProps & { readonly type: "radio" | "checkbox" }) {
  const { field } = props;
  const chosen = (prefill(field) ?? "").split(",").map((value) => value.trim());
  return (
    <>
      {field.options.map(({ value, text }) => (
        <>
          <input
            id={`${field.id}_${value}`}
            type={props.type}
            name={field.id}
            value={value}
            {...(chosen.includes(value) && { checked: true })}
            {...disabledState(props.inactive || field.readOnly)}
          />
          <label for={`${field.id}_${value}`}>{text}</label>
        </>
      ))}
    </>
  );
}

type DatePart = "day" | "month" | "year";

// Where the country is unknown: day, month, year.
function dateOrder(frame: PageFrame): readonly DatePart[] {
  const { lang, country } = frame.model.language;
  if (country === "US" || (lang === "en" && country === undefined)) return ["month", "day", "year"];
  return /^(ja|zh|ko|hu|lt|sv)/i.test(lang) ? ["year", "month", "day"] : ["day", "month", "year"];
}

/** The years on offer: the predicates' range where there is one, else 1900 to ten years ahead. */
function yearRange(frame: PageFrame, field: PageField): readonly [first: number, last: number] {
  const range = (field.predicates?.groups ?? [])
    .flatMap(({ predicates }) => predicates)
    .find(({ method }) => method === "IsDateRange")?.parameters;
  const yearOf = (text: string | undefined, fallback: number): number => {
    if (text === undefined) return fallback;
    const year = /^\d{4}/.exec(text)?.[0];
    return year === undefined ? frame.currentYear : Number(year);
  };
  return [yearOf(range?.Minimum, 1900), yearOf(range?.Maximum, frame.currentYear + 10)];
}

function DateControl(props: ControlProps) {
  const { frame, field } = props;
  const chosen = dateParts(field.value);
  const months = frame.text("months").split(",");
  const [first, last] = yearRange(frame, field);
  const years = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => String(last - index));
  if (chosen.year !== "0" && !years.includes(chosen.year)) years.push(chosen.year);
  const choices: Readonly<Record<DatePart, readonly (readonly [value: string, text: string])[]>> = {
    day: Array.from({ length: 31 }, (_, index) => [String(index + 1), String(index + 1)]),
    month: Array.from({ length: 12 }, (_, index) => [
      String(index + 1),
      months[index]?.trim() ?? String(index + 1),
    ]),
    year: years.map((year) => [year, year]),
  };
  return (
    <div
      class="date"
      id={field.id}
      {...contractAttributes({ role: "group", "aria-labelledby": `${field.id}_label` })}
    >
      {dateOrder(frame).map((part, index) => (
        <select
          key={part}
          class={part}
          id={`${field.id}_${part}`}
          name={`${field.id}_${part}`}
          aria-label={frame.text(part)}
          aria-required={field.required ? "true" : "false"}
          {...disabledState(props.inactive || field.readOnly)}
          {...(props.autofocus && index === 0 && { autofocus: true })}
          {...problemState(props)}
        >
          <option value="">{frame.text(part)}</option>
          {choices[part].map(([value, text]) => (
            <option key={value} value={value} {...(value === chosen[part] && { selected: true })}>
              {text}
            </option>
          ))}
        </select>
      ))}
    </div>
  );
}
