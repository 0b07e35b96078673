import type { PageControl, PageField, PagePhone, PagePredicate, PageProvider } from "@vestibule/engine";
import { encodeContent } from "../html-text.ts";
import type { PageView } from "./contract.ts";
import { isOn, withoutQuery } from "./page-frame.ts";
import { pageItems } from "./page-items.ts";
import { scriptJson, scriptRecord } from "./script-json.ts";

const predicateMethods = {
  IncludesCharacters: 1,
  MatchesRegex: 2,
  IsLengthRange: 3,
  IsDateRange: 4,
} as const;
const parameterNames: Readonly<Record<string, number>> = {
  Minimum: 1,
  Maximum: 2,
  CharacterSet: 3,
  RegularExpression: 4,
};

function predicateData(predicate: PagePredicate) {
  return {
    METHOD: predicateMethods[predicate.method],
    PARAMS: Object.entries(predicate.parameters).flatMap(([name, value]) => {
      const number = Object.hasOwn(parameterNames, name) ? parameterNames[name] : undefined;
      return number === undefined ? [] : [{ NAME: number, VALUE: encodeContent(value) }];
    }),
    HELP_TEXT: encodeContent(predicate.helpText),
  };
}

/** pages.md 2.6. */
function inputValidation(field: PageField) {
  return {
    PREDICATES: [],
    PREDICATE_GROUPS: (field.predicates?.groups ?? []).map((group) => ({
      HELP_TEXT: encodeContent(group.helpText),
      MATCH_AT_LEAST: group.matchAtLeast,
      REJECT: group.reject,
      PREDICATES: group.predicates.map(predicateData),
    })),
  };
}

/** Day, month and year of an ISO date, `"0"` each where there is none. */
export function dateParts(value: string | undefined): { day: string; month: string; year: string } {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(value ?? "");
  return match === null
    ? { day: "0", month: "0", year: "0" }
    : { day: String(Number(match[3])), month: String(Number(match[2])), year: String(Number(match[1])) };
}

/** The prefilled value of a field: its own, else the options that are selected by default. pages.md 2.5. */
export function prefill(field: PageField): string | undefined {
  if (field.userInputType === "Password") return undefined;
  if (field.value !== undefined) return field.value;
  const selected = field.options.filter((option) => option.selected).map((option) => option.value);
  return selected.length === 0 ? undefined : selected.join(",");
}

function typeFlags(userInputType: string) {
  const drawnOtherwise = [
    "EmailBox",
    "Password",
    "DateTimeDropdown",
    "RadioSingleSelect",
    "DropdownSingleSelect",
    "Paragraph",
    "CheckboxMultiSelect",
    "Link",
  ];
  return {
    IS_TEXT: !drawnOtherwise.includes(userInputType),
    IS_EMAIL: userInputType === "EmailBox",
    IS_PASSWORD: userInputType === "Password",
    IS_DATE: userInputType === "DateTimeDropdown",
    IS_RADIO: userInputType === "RadioSingleSelect",
    IS_DROP: userInputType === "DropdownSingleSelect",
    IS_TEXT_IN_PARAGRAPH: userInputType === "Paragraph",
    IS_CHECK_MULTI: userInputType === "CheckboxMultiSelect",
    IS_LINK: userInputType === "Link",
  };
}

/** One entry of `AttributeFields`, in B2C's key order (pages.md 2.5). */
function fieldData(field: PageField) {
  const date = field.userInputType === "DateTimeDropdown" ? dateParts(field.value) : dateParts(undefined);
  const pre = prefill(field);
  return {
    UX_INPUT_TYPE: field.userInputType,
    USER_INPUT_TYPE: field.userInputType,
    ...(field.control && { CONTROL_CLAIM: field.control.claimType ?? field.id }),
    ...typeFlags(field.userInputType),
    VERIFY: field.verification !== undefined,
    DN: encodeContent(field.displayName),
    ID: field.id,
    U_HELP: encodeContent(field.helpText),
    ...(pre !== undefined && { PRE: pre }),
    DAY_PRE: date.day,
    MONTH_PRE: date.month,
    YEAR_PRE: date.year,
    ...(field.pattern !== undefined && { PAT: field.pattern.regularExpression }),
    ...(field.pattern?.helpText !== undefined && { PAT_DESC: encodeContent(field.pattern.helpText) }),
    ...(field.predicates !== undefined && { INPUT_VALIDATION: inputValidation(field) }),
    IS_REQ: field.required,
    IS_RDO: field.readOnly,
    OPTIONS: field.options.map((option) => ({ VAL: option.value, DISP: encodeContent(option.text) })),
  };
}

const noFlags = Object.fromEntries(Object.keys(typeFlags("")).map((name) => [name, false]));

/** A display control among the fields, with its own fields inside (pages.md 2.5, 2.7). */
function controlData(control: PageControl, fields: readonly PageField[]) {
  const content = Object.entries(control.content).map(([id, text]) => [id, encodeContent(text)]);
  return {
    UX_INPUT_TYPE: control.type,
    USER_INPUT_TYPE: "DisplayControl",
    ...noFlags,
    VERIFY: false,
    DN: encodeContent(control.displayName),
    ID: control.id,
    U_HELP: "",
    DISPLAY_FIELDS: fields.map(fieldData),
    DISPLAY_CONTROL_CONTENT: Object.fromEntries(content),
  };
}

function providerData(provider: PageProvider) {
  return {
    id: provider.id,
    description: provider.description,
    ...(provider.displayType !== "Button" && { displayType: provider.displayType }),
  };
}

/** The template's address as the browser would fetch it. pages.md 1.16, 2.1. */
function remoteResource(view: PageView): string {
  const uri = view.model.contentDefinition.loadUri;
  if (!uri.startsWith("~/")) return uri;
  if (withoutQuery(uri).startsWith("~/assets/")) {
    return `${view.origin}/${view.base.split("/")[1] ?? ""}/assets/${uri.slice("~/assets/".length)}`;
  }
  return `${view.origin}/static/${uri.slice(2)}`;
}

function configText(config: Readonly<Record<string, string>>): string {
  const entries = Object.entries(config).map(([key, value]): [string, string] => {
    const name = key.trim();
    // Scripts compare this one with the exact string `true` (pages.md 2.2).
    return [name, name === "sendHintOnSignup" ? String(isOn(value, false)) : value];
  });
  return scriptRecord(Object.fromEntries(entries));
}

function settings(view: PageView): string {
  const { model } = view;
  const { backgroundColor, backgroundImage, bannerLogo } = view.branding;
  const branding = {
    ...(backgroundColor !== undefined && { backgroundColor }),
    ...(backgroundImage !== undefined && { backgroundImageUrl: backgroundImage }),
    ...(bannerLogo !== undefined && { bannerLogoUrl: bannerLogo }),
  };
  const retryLimit = Number(model.config.retryLimit ?? "3");
  // Order and adjacency of the members are what clients' expressions rest on (pages.md 1.3).
  const members = [
    `"remoteResource":${scriptJson(remoteResource(view))}`,
    `"retryLimit":${Number.isSafeInteger(retryLimit) && retryLimit > 0 ? retryLimit : 3}`,
    `"trimSpacesInPassword":true`,
    `"api":${scriptJson(model.api)}`,
    `"csrf":${scriptJson(view.csrf)}`,
    `"transId":${scriptJson(view.transId).replace("\\u003d", "=")}`,
    `"pageViewId":${scriptJson(view.pageViewId)}`,
    `"suppressElementCss":false`,
    `"isPageViewIdSentWithHeader":false`,
    `"allowAutoFocusOnPasswordField":true`,
    `"pageMode":${model.scriptsAllowed ? 1 : 0}`,
    `"config":${configText(model.config)}`,
    `"hosts":${scriptJson({ tenant: view.base, policy: view.policyId, static: `${view.origin}/static/` })}`,
    `"locale":${scriptJson(model.language)}`,
    ...(Object.keys(branding).length > 0 ? [`"tenantBranding":${scriptJson(branding)}`] : []),
    `"xhrSettings":{"retryEnabled":true,"retryMaxAttempts":3,"retryDelay":200,"retryExponent":2,"retryOn":["error","timeout"]}`,
  ];
  return `{${members.join(",")}}`;
}

/** pages.md 1.10; an empty list = a number is typed. */
function phoneNumbers({ numbers }: PagePhone) {
  return { PhoneNumbers: numbers.map(({ id, masked }) => ({ Id: id, MaskedNumber: masked })) };
}

/** The variables that a B2C page carries, each on a line of its own (pages.md 1.3). */
export function dataScript(view: PageView): string {
  const { model } = view;
  const content = Object.fromEntries(
    Object.entries(model.content).map(([id, text]) => [id, encodeContent(text)]),
  );
  const attributeFields = pageItems(model).map((item) =>
    item.kind === "field" ? fieldData(item.field) : controlData(item.control, item.fields),
  );
  return [
    `var CP = ${scriptJson({ list: model.providers.map(providerData) })};`,
    `var SA_FIELDS = ${scriptJson({ AttributeFields: attributeFields })};`,
    `var CONTENT = ${scriptRecord(content)};`,
    `var SETTINGS = ${settings(view)};`,
    ...(model.phone ? [`var UV_PHONE = ${scriptJson(phoneNumbers(model.phone))};`] : []),
    "",
  ].join("\n");
}
