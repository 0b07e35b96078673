/** The pages of user flows and the layouts that each can have. Source: user-flows.md 15, pages.md 4.1. */
export type PageContract =
  | "unifiedssp"
  | "selfasserted"
  | "providerselection"
  | "globalexception"
  | "multifactor";

export interface FlowPage {
  /** Content definition id without `api.`. */
  readonly id: string;
  readonly displayName: string;
  readonly contract: PageContract;
  readonly template: "unified" | "selfAsserted" | "idpSelector" | "exception" | "multifactor-1.0.0";
}

const page = (
  id: string,
  displayName: string,
  contract: PageContract,
  template: FlowPage["template"],
): FlowPage => ({
  id,
  displayName,
  contract,
  template,
});

/** The pages of user flows, each with its contract and template. Source: user-flows.md 4, pages.md 3. */
export const flowPages: readonly FlowPage[] = [
  page("signuporsignin", "Unified sign up or sign in page", "unifiedssp", "unified"),
  page("localaccountsignin", "Sign in page", "unifiedssp", "unified"),
  page("idpselections", "Identity provider selection page", "providerselection", "idpSelector"),
  page(
    "idpselections.signup",
    "Identity provider selection page (sign up)",
    "providerselection",
    "idpSelector",
  ),
  page("localaccountsignup", "Local account sign up page", "selfasserted", "selfAsserted"),
  page("socialccountsignup", "Social account sign up page", "selfasserted", "selfAsserted"),
  page("selfasserted.profileupdate", "Profile page", "selfasserted", "selfAsserted"),
  page("localaccountpasswordreset", "Forgot password page", "selfasserted", "selfAsserted"),
  page("localaccountpasswordchange", "Change password page", "selfasserted", "selfAsserted"),
  page("selfasserted.expiredpassword", "Update expired password page", "selfasserted", "selfAsserted"),
  page("phonefactor", "Multifactor authentication page", "multifactor", "multifactor-1.0.0"),
  page("emailfactor", "Multifactor authentication page (e-mail)", "selfasserted", "selfAsserted"),
  page(
    "selfasserted.totp",
    "Multifactor authentication page (authenticator)",
    "selfasserted",
    "selfAsserted",
  ),
  page("phonesignin", "Phone signIn page", "unifiedssp", "unified"),
  page("phonesignup", "Phone signUp page", "selfasserted", "selfAsserted"),
  page("selfasserted.progressiveprofile", "Age gating page", "selfasserted", "selfAsserted"),
  page("blockpage", "API block page", "selfasserted", "selfAsserted"),
  page("error", "Error page", "globalexception", "exception"),
];

const aliases: Readonly<Record<string, string>> = { "signinandsignupwithpassword1.1": "signuporsignin" };

/** The page of an id as documents write it: with or without `api.`, in any case. */
export function flowPage(id: string): FlowPage | undefined {
  const plain = id.toLowerCase().replace(/^api\./, "");
  const wanted = aliases[plain] ?? plain;
  return flowPages.find((candidate) => candidate.id === wanted);
}

/** Newest documented layout: what a flow gets that names none. */
export const latestLayout: Readonly<Record<PageContract, string>> = {
  unifiedssp: "2.1.14",
  selfasserted: "2.1.26",
  providerselection: "1.2.4",
  globalexception: "1.2.5",
  multifactor: "1.2.12",
};

/** Newest patch of each line of layouts; the CAPTCHA article names later ones than the list of layouts does. */
const lines: Readonly<Record<PageContract, Readonly<Record<string, number>>>> = {
  unifiedssp: { "1.0": 0, "1.1": 0, "1.2": 4, "2.0": 0, "2.1": 17 },
  selfasserted: { "1.0": 0, "1.1": 0, "1.2": 4, "2.0": 0, "2.1": 29 },
  providerselection: { "1.0": 0, "1.1": 0, "1.2": 4 },
  globalexception: { "1.0": 0, "1.1": 0, "1.2": 5 },
  multifactor: { "1.0": 0, "1.1": 0, "1.2": 15 },
};

/** Whether a layout exists. `newer` = a later patch of a known line: the newest known one serves it. */
export function layoutVersion(contract: PageContract, version: string): "known" | "newer" | "unknown" {
  const [, line, patch] = /^(\d+\.\d+)\.(\d+)$/.exec(version) ?? [];
  const newest = line === undefined ? undefined : lines[contract][line];
  if (newest === undefined) return "unknown";
  return Number(patch) <= newest ? "known" : "newer";
}

export function isAtLeast(version: string, minimum: string): boolean {
  const [a, b] = [version, minimum].map((text) => text.split(".").map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Languages that B2C brings texts for (user-flows.md 15). */
export const builtInLanguages = [
  "bn cs da de el en es fi fr gu hi hr hu it ja kn ko ml mr ms nb nl pa pl pt-br pt-pt ro ru sk sv ta te th tr zh-hans zh-hant",
].flatMap((tags) => tags.split(" "));
