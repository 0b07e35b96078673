import type { TechnicalProfile } from "@vestibule/policy";
import { booleanItem } from "../../claims/mapping.ts";
import {
  commonMetadata,
  commonTemplate,
  type IdentityProviderMetadata,
  itemsOf,
  listItem,
  type MissingItem,
} from "./common.ts";

/** Source: technical-profiles.md 22. */
export function readOAuth2(profile: TechnicalProfile): IdentityProviderMetadata | MissingItem {
  const item = itemsOf(profile);
  const clientId = item("client_id");
  const authorizationEndpoint = item("authorization_endpoint");
  const tokenEndpoint = item("AccessTokenEndpoint");
  if (clientId === undefined) return { missing: "client_id" };
  if (authorizationEndpoint === undefined) return { missing: "authorization_endpoint" };
  if (tokenEndpoint === undefined) return { missing: "AccessTokenEndpoint" };
  const scope = item("scope");
  const claimsEndpoint = item("ClaimsEndpoint");
  const inHeader = item("BearerTokenTransmissionMethod")?.toLowerCase() === "authorizationheader";
  const formatName = item("ClaimsEndpointFormatName");
  const errorMember = item("ResponseErrorCodeParamName");
  const userAgent = item("UserAgentForClaimsExchange");
  return {
    ...commonMetadata(profile, item),
    jsonPaths: booleanItem(profile.metadata, "ResolveJsonPathsInJsonTokens", false),
    template: {
      ...commonTemplate(profile, item),
      protocol: "OAuth2",
      clientId,
      ...(scope !== undefined && { scope }),
      authorizationEndpoint,
      tokenEndpoint,
      ...(claimsEndpoint !== undefined && { claimsEndpoint }),
      authorizationParameters: Object.fromEntries(
        listItem(item("AdditionalRequestQueryParameters")).map((pair) => {
          const at = pair.indexOf("=");
          return at < 0 ? [pair, ""] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
        }),
      ),
      clientIdParameter: item("ClientIdParamName") ?? "client_id",
      clientSecretParameter: item("ClientSecretParamName") ?? "client_secret",
      tokenAnswerClaims: listItem(item("ExtraParamsInAccessTokenEndpointResponse")),
      claimsRequestParameters: listItem(item("ExtraParamsInClaimsEndpointRequest")),
      ...(!inHeader && { accessTokenParameter: item("ClaimsEndpointAccessTokenName") ?? "access_token" }),
      ...(formatName !== undefined && {
        claimsFormat: { name: formatName, value: item("ClaimsEndpointFormat") ?? "" },
      }),
      ...(errorMember !== undefined && { errorMember }),
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}
