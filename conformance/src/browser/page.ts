import {
  attribute,
  byId,
  elements,
  type HtmlElement,
  type HtmlNode,
  isHidden,
  parseHtml,
  textOf,
} from "./html.ts";

/** One field as the page's data script describes it (pages.md 2.5) and its controls show it. */
export interface PageField {
  readonly id: string;
  readonly userInputType: string;
  /** Display control that the field stands in. */
  readonly control?: string;
  /** It takes the code of its display control. */
  readonly takesCode: boolean;
  readonly label: string;
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly inputType?: string;
  readonly pattern?: string;
  readonly predicateGroups: readonly PredicateGroup[];
  /** Its address has to be proved by a mailed code. */
  readonly verify: boolean;
  /** Written nowhere but on the page: it is not sent. */
  readonly isText: boolean;
}

export interface PredicateGroup {
  readonly matchAtLeast: number;
  readonly reject: boolean;
  readonly predicates: readonly {
    /** 1 IncludesCharacters, 2 MatchesRegex, 3 IsLengthRange, 4 IsDateRange. */
    readonly method: number;
    readonly parameters: Readonly<Record<number, string>>;
  }[];
}

export interface PageProvider {
  readonly id: string;
  readonly text: string;
  readonly display: "Button" | "TextLink";
}

/** A page of the server, with what a person has typed so far. */
export interface ShownPage {
  readonly kind: "page";
  readonly api: string;
  readonly base: string;
  readonly csrf: string;
  readonly transId: string;
  readonly policy: string;
  readonly config: Readonly<Record<string, string>>;
  readonly remoteResource: string;
  readonly content: Readonly<Record<string, string>>;
  readonly fields: readonly PageField[];
  readonly controls: readonly { readonly id: string; readonly userInputType: string }[];
  readonly providers: readonly PageProvider[];
  readonly phoneNumbers: readonly { readonly id: string; readonly masked: string }[];
  readonly document: HtmlNode;
  readonly html: string;
  /** Field id → what stands in it now. */
  readonly values: Map<string, string>;
}

/** Undefined where the document is no page of a journey. */
export function readPage(html: string): ShownPage | undefined {
  const data = dataScript(html);
  const settings = record(data.SETTINGS);
  const hosts = record(settings.hosts);
  if (typeof settings.transId !== "string" || settings.transId === "") return undefined;
  const document = parseHtml(html);
  const api = text(settings.api);
  const entries = list(record(data.SA_FIELDS).AttributeFields);
  const all = entries.flatMap((entry) => readEntry(entry, document));
  // The combined page draws an identifier and a password, the rest is ignored (pages.md 2.5).
  const fields =
    api === "CombinedSigninAndSignup" ? all.slice(0, 2).filter(({ id }) => byId(document, id)) : all;
  return {
    kind: "page",
    api,
    base: text(hosts.tenant),
    csrf: text(settings.csrf),
    transId: settings.transId,
    policy: text(hosts.policy),
    config: texts(settings.config),
    remoteResource: text(settings.remoteResource),
    content: texts(data.CONTENT),
    fields,
    controls: entries
      .map(record)
      .filter(isControl)
      .map((entry) => ({ id: text(entry.ID), userInputType: text(entry.UX_INPUT_TYPE) })),
    providers: readProviders(document),
    phoneNumbers: list(record(data.UV_PHONE).PhoneNumbers).map((each) => ({
      id: String(record(each).Id),
      masked: text(record(each).MaskedNumber),
    })),
    document,
    html,
    values: new Map(fields.map((field) => [field.id, shownValue(document, field)])),
  };
}

const isControl = (entry: Readonly<Record<string, unknown>>) => entry.USER_INPUT_TYPE === "DisplayControl";

function readEntry(value: unknown, document: HtmlNode): PageField[] {
  const entry = record(value);
  if (!isControl(entry)) return [readField(entry, undefined, document)];
  return list(entry.DISPLAY_FIELDS).map((each) => readField(record(each), text(entry.ID), document));
}

function readField(
  entry: Readonly<Record<string, unknown>>,
  control: string | undefined,
  document: HtmlNode,
): PageField {
  const id = text(entry.ID);
  const element = byId(document, id);
  const type = element && attribute(element, "type");
  const userInputType = text(entry.USER_INPUT_TYPE);
  return {
    id,
    userInputType,
    ...(control !== undefined && { control }),
    takesCode: /^verificationcode$/i.test(text(entry.CONTROL_CLAIM)),
    label: decoded(text(entry.DN)),
    required: entry.IS_REQ === true,
    readOnly:
      entry.IS_RDO === true ||
      userInputType === "Readonly" ||
      element?.attrs.some(({ name }) => name === "readonly") === true,
    options: list(entry.OPTIONS)
      .map(record)
      .map((option) => ({ value: text(option.VAL), text: decoded(text(option.DISP)) })),
    ...(type !== undefined && { inputType: type }),
    ...(typeof entry.PAT === "string" && { pattern: entry.PAT }),
    predicateGroups: readGroups(record(entry.INPUT_VALIDATION)),
    verify: entry.VERIFY === true,
    isText: entry.IS_TEXT_IN_PARAGRAPH === true || entry.IS_LINK === true,
  };
}

function readGroups(validation: Readonly<Record<string, unknown>>): PredicateGroup[] {
  const predicates = (value: unknown) =>
    list(value)
      .map(record)
      .map((each) => ({
        method: Number(each.METHOD),
        parameters: Object.fromEntries(
          list(each.PARAMS)
            .map(record)
            .map((parameter) => [Number(parameter.NAME), decoded(text(parameter.VALUE))]),
        ),
      }));
  const alone = predicates(validation.PREDICATES);
  return [
    ...(alone.length > 0 ? [{ matchAtLeast: alone.length, reject: false, predicates: alone }] : []),
    ...list(validation.PREDICATE_GROUPS)
      .map(record)
      .map((group) => ({
        matchAtLeast: Number(group.MATCH_AT_LEAST),
        reject: group.REJECT === true,
        predicates: predicates(group.PREDICATES),
      })),
  ];
}

/** What the field's controls show before anybody types. */
function shownValue(document: HtmlNode, field: PageField): string {
  const element = byId(document, field.id);
  if (field.userInputType === "DateTimeDropdown") return shownDate(document, field.id);
  if (/^(RadioSingleSelect|CheckboxMultiSelect)$/.test(field.userInputType)) {
    return [...elements(document)]
      .filter(
        (each) =>
          each.tagName === "input" &&
          attribute(each, "name") === field.id &&
          attribute(each, "checked") !== undefined,
      )
      .map((each) => attribute(each, "value") ?? "")
      .join(",");
  }
  if (!element) return "";
  if (element.tagName === "select") return selected(element);
  if (element.tagName === "input") return attribute(element, "value") ?? "";
  return textOf(element);
}

/** `yyyy-MM-dd` of the three drop-downs; "" where one of them is open. */
function shownDate(document: HtmlNode, id: string): string {
  const [year = "", month = "", day = ""] = ["year", "month", "day"].map((part) => {
    const element = byId(document, `${id}_${part}`);
    return element ? selected(element) : "";
  });
  if (year === "" || month === "" || day === "") return "";
  return `${year.padStart(4, "0")}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

function selected(element: HtmlElement): string {
  const options = [...elements(element)].filter(({ tagName }) => tagName === "option");
  const chosen = options.find((each) => attribute(each, "selected") !== undefined) ?? options[0];
  return chosen ? (attribute(chosen, "value") ?? textOf(chosen)) : "";
}

function readProviders(document: HtmlNode): PageProvider[] {
  const found: PageProvider[] = [];
  for (const element of elements(document)) {
    const id = attribute(element, "id");
    if (id === undefined || isHidden(element)) continue;
    if (element.tagName === "button" && attribute(element, "name") === "claimsexchange")
      found.push({ id, text: textOf(element), display: "Button" });
    else if (
      element.tagName === "a" &&
      /\bclaimsexchange=/.test(attribute(element, "href") ?? "") &&
      id !== "forgotPassword"
    )
      found.push({ id, text: textOf(element), display: "TextLink" });
  }
  return found;
}

/** The variables that the page carries, each on a line of its own (pages.md 1.3). */
function dataScript(html: string): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const [, name = "", value = ""] of html.matchAll(/^\s*(?:<script[^>]*>)?var (\w+) = (.*);\s*$/gm)) {
    try {
      found[name] = JSON.parse(value);
    } catch {
      // A template's own script; only the server's variables are read.
    }
  }
  return found;
}

/** Text of HTML-encoded data. */
function decoded(encoded: string): string {
  return encoded.includes("&") ? textOf(parseHtml(`<p>${encoded}</p>`)) : encoded;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record(value)).map(([key, each]) => [key, String(each)]));
}
