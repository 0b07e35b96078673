import { didYouMean, type Hint } from "../report.ts";

/** Prefix → members. `OAUTH-KV` and `Claim` take any name. Source: journeys.md 8.1. */
const resolvers: Readonly<Record<string, readonly string[]>> = {
  Culture: ["LanguageName", "LCID", "RegionName", "RFC5646"],
  Policy: ["PolicyId", "RelyingPartyTenantId", "TenantObjectId", "TrustFrameworkTenantId"],
  Context: [
    "BuildNumber",
    "CorrelationId",
    "DateTimeInUtc",
    "DeploymentMode",
    "HostName",
    "IPAddress",
    "KMSI",
  ],
  OIDC: [
    "AuthenticationContextReferences",
    "ClientId",
    "DomainHint",
    "LoginHint",
    "MaxAge",
    "Nonce",
    "Password",
    "Prompt",
    "RedirectUri",
    "Resource",
    "Scope",
    "Username",
  ],
};
const anyName = ["OAUTH-KV", "Claim"];

/** What is wrong with the first claim resolver of a text that resolves to nothing; undefined where all are known. */
export function resolverProblem(
  text: string,
): { readonly message: string; readonly hint?: Hint } | undefined {
  for (const [written, prefix = "", name = ""] of text.matchAll(/\{([A-Za-z][A-Za-z0-9-]*):([^{}]+)\}/g)) {
    const wanted = prefix.toLowerCase();
    if (anyName.some((each) => each.toLowerCase() === wanted)) continue;
    if (wanted === "saml")
      return { message: `'${written}' reads a SAML request, which is not supported: it has no value.` };
    if (wanted === "oauth2")
      return {
        message: `'${written}' is a PartnerClaimType of a provider's output claims; here it stays literal text.`,
      };
    const known = Object.keys(resolvers).find((each) => each.toLowerCase() === wanted);
    if (known === undefined) {
      const hint = didYouMean(prefix, [...Object.keys(resolvers), ...anyName]);
      return {
        message: `There are no claim resolvers '${prefix}': '${written}' stays literal text.`,
        hint,
      };
    }
    const members = resolvers[known] ?? [];
    if (members.some((member) => member.toLowerCase() === name.toLowerCase())) continue;
    const hint = didYouMean(name, members);
    return {
      message: `There is no claim resolver '${written}' (AADB2C90044): it has no value.`,
      hint,
    };
  }
  return undefined;
}
