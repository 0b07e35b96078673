import { fillString, type PageModel, type PageProvider, stringsFor } from "@vestibule/engine";
import type { PageView } from "./contract.ts";

type PageFlavor = "classic" | "oceanBlue" | "slateGray";

/** What the components of one page share: texts, addresses, layout version, flavour. */
export interface PageFrame {
  readonly view: PageView;
  readonly model: PageModel;
  /** No template of the tenant's own: our look, with the additions that only it needs. */
  readonly ownLook: boolean;
  readonly flavor: PageFlavor;
  readonly language: string;
  readonly currentYear: number;
  /** Text of the page by string id: the page's own, else the built-in one; "" where neither exists. */
  text(id: string, ...parameters: readonly string[]): string;
  /** Layout version of the page at least `version`. */
  atLeast(version: string): boolean;
  /** `…/SelfAsserted?tx=…&p=…`, of a phone factor `…/Phonefactor/verify?tx=…&p=…`. */
  readonly submitUrl: string;
  /** Address of a link on the page (pages.md 1.13). */
  actionUrl(action: string): string;
}

/** `setting.X` metadata is read without regard to case, as `True` and `true` both occur. pages.md 2.2. */
export function isOn(value: string | undefined, whenAbsent: boolean): boolean {
  return value === undefined || value === "" ? whenAbsent : value.trim().toLowerCase() === "true";
}

function idList(value: string | undefined): ReadonlySet<string> {
  return new Set(
    (value ?? "")
      .split(",")
      .map((id) => id.trim())
      .filter((id) => id !== ""),
  );
}

function versionAtLeast(version: string, wanted: string): boolean {
  const parts = version.split(".").map(Number);
  for (const [index, part] of wanted.split(".").map(Number).entries()) {
    const own = parts[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}

// pages.md 2.2, `pageFlavor`: metadata, else the query of the template's address, else its path.
function flavorOf(model: PageModel): PageFlavor {
  const uri = model.contentDefinition.loadUri;
  const wanted = (model.config.pageFlavor ?? /[?&]pageFlavor=([A-Za-z]+)/.exec(uri)?.[1] ?? "").toLowerCase();
  if (wanted === "oceanblue") return "oceanBlue";
  if (wanted === "slategray") return "slateGray";
  if (wanted === "classic") return "classic";
  if (/\/templates\/AzureBlue\//i.test(uri)) return "oceanBlue";
  if (/\/templates\/MSA\//i.test(uri)) return "slateGray";
  return "classic";
}

function builtInPageStrings(model: PageModel): readonly Readonly<Record<string, string>>[] {
  const strings = stringsFor(languageTag(model)).ux;
  switch (model.api) {
    case "CombinedSigninAndSignup":
      return [strings.unified, strings.page];
    case "SelfAsserted":
      return [strings.selfAsserted, strings.page];
    case "IdpSelections":
      return [strings.providerSelection, strings.page];
    case "Phonefactor":
      return [strings.phoneFactor, strings.page];
  }
}

/** `en-US`, `de`. */
function languageTag(model: PageModel): string {
  const { lang, country } = model.language;
  return country === undefined ? lang : `${lang}-${country}`;
}

/** pages.md 6.3: no page language of B2C is right-to-left; ours are for these. */
export function directionOf(language: string): "rtl" | undefined {
  return /^(ar|he|fa|ur)(-|$)/i.test(language) ? "rtl" : undefined;
}

/** The same address without a query that a template's parameters brought along. */
export function withoutQuery(uri: string): string {
  return uri.split(/[?#]/, 1)[0] ?? "";
}

export function createPageFrame(view: PageView, currentYear: number): PageFrame {
  const { model, base, csrf, transId, policyId } = view;
  const builtIn = builtInPageStrings(model);
  const tail = `csrf_token=${csrf}&tx=${transId}&p=${policyId}`;
  return {
    view,
    model,
    ownLook: view.template === undefined,
    flavor: flavorOf(model),
    language: languageTag(model),
    currentYear,
    text(id, ...parameters) {
      const own = Object.hasOwn(model.content, id) ? model.content[id] : undefined;
      const text = own ?? builtIn.find((table) => Object.hasOwn(table, id))?.[id] ?? "";
      return parameters.length === 0 ? text : fillString(text, ...parameters);
    },
    atLeast: (version) => versionAtLeast(model.contentDefinition.version, version),
    submitUrl: `${base}/${model.api === "Phonefactor" ? "Phonefactor/verify" : "SelfAsserted"}?tx=${transId}&p=${policyId}`,
    actionUrl: (action) => `${base}/api/${model.api}/${action}${action.includes("?") ? "&" : "?"}${tail}`,
  };
}

/** Address of a provider's exchange. */
export function exchangeUrl(frame: PageFrame, exchange: string): string {
  return frame.actionUrl(`unified?claimsexchange=${encodeURIComponent(exchange)}`);
}

export interface ProviderPlaces {
  readonly buttons: readonly PageProvider[];
  /** Links below the form's fields, inside the form. */
  readonly bottom: readonly PageProvider[];
  readonly bottomUnderForm: readonly PageProvider[];
  readonly links: readonly PageProvider[];
}

/** Where each exchange is drawn (pages.md 2.2, 3.2). */
export function providerPlaces(model: PageModel): ProviderPlaces {
  const bottomIds = idList(model.config.bottomClaimsProviderSelections);
  const underIds = idList(model.config.bottomUnderFormClaimsProviderSelections);
  const overridden = idList(model.config.forgotPasswordLinkOverride);
  const rest = model.providers.filter(
    ({ id }) => !bottomIds.has(id) && !underIds.has(id) && !overridden.has(id),
  );
  return {
    buttons: rest.filter(({ displayType }) => displayType === "Button"),
    links: rest.filter(({ displayType }) => displayType !== "Button"),
    bottom: model.providers.filter(({ id }) => bottomIds.has(id)),
    bottomUnderForm: model.providers.filter(({ id }) => underIds.has(id) && !bottomIds.has(id)),
  };
}
