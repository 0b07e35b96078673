import type { Policy, TechnicalProfile } from "@vestibule/policy";
import { partnerName } from "../../claims/mapping.ts";
import {
  commonMetadata,
  commonTemplate,
  type IdentityProviderMetadata,
  itemsOf,
  listItem,
  type MissingItem,
} from "./common.ts";

/** An answer that this server cannot make a sign-in of, or one that it does not know. */
export interface UnsupportedResponse {
  readonly unsupported: string;
}

/** Source: technical-profiles.md 21.1. */
export function readOpenIdConnect(
  profile: TechnicalProfile,
  policy: Policy,
): IdentityProviderMetadata | MissingItem | UnsupportedResponse {
  const item = itemsOf(profile);
  const clientId = item("client_id");
  if (clientId === undefined) return { missing: "client_id" };
  const metadata = item("METADATA");
  const authorization = item("authorization_endpoint");
  const token = item("AccessTokenEndpoint");
  const jwks = item("JWKS");
  const issuer = item("issuer");
  const userInfo = item("ClaimsEndpoint");
  const responseType = item("response_types") ?? "code";
  const kinds = responseType.split(/\s+/);
  // Without an id token nobody is identified.
  if (!kinds.every((kind) => /^(code|id_token|token)$/.test(kind)) || kinds.join() === "token")
    return { unsupported: `response_types '${responseType}'` };
  if (metadata === undefined) {
    const endpoints = { authorization_endpoint: authorization, JWKS: jwks };
    const missing = Object.entries(endpoints).find(([, value]) => value === undefined);
    if (missing) return { missing: "METADATA" };
    if (issuer === undefined && item("ValidTokenIssuerPrefixes") === undefined) return { missing: "issuer" };
    if (kinds.includes("code") && token === undefined) return { missing: "AccessTokenEndpoint" };
  }
  const common = commonTemplate(profile, item);
  return {
    ...commonMetadata(profile, item),
    jsonPaths: false,
    template: {
      ...common,
      protocol: "OpenIdConnect",
      clientId,
      scope: item("scope") ?? "openid",
      responseMode: common.responseMode ?? "form_post",
      responseType: kinds.join(" "),
      ...(metadata !== undefined && { metadata }),
      endpoints: {
        ...(issuer !== undefined && { issuer }),
        ...(authorization !== undefined && { authorization }),
        ...(token !== undefined && { token }),
        ...(jwks !== undefined && { jwks }),
        ...(userInfo !== undefined && { userInfo }),
      },
      bodyClaims: listItem(item("ReadBodyClaimsOnIdpRedirect"), /\s+/),
      wantedClaims: profile.outputClaims
        .filter(({ defaultValue, partnerClaimType }) => defaultValue === undefined || partnerClaimType)
        .map((claim) => partnerName(policy, claim, profile.protocol))
        .filter((name) => !name.startsWith("{")),
    },
  };
}
