import type { ErrorHandler, TechnicalProfile } from "@vestibule/policy";
import { booleanItem, metadataItem } from "../../claims/mapping.ts";
import type { OAuth2Provider, OpenIdConnectProvider } from "../../ports.ts";

/** What a profile does not know before its journey runs. */
type AtRunTime = "clientSecret" | "assertionKey" | "redirectUri";

export type OpenIdConnectTemplate = Omit<OpenIdConnectProvider, AtRunTime>;
export type OAuth2Template = Omit<OAuth2Provider, AtRunTime>;

/** Metadata and keys of a profile that federates, typed. Source: technical-profiles.md 21.1, 22. */
export interface IdentityProviderMetadata {
  /** `{tenant}` and `{policy}` are still in its texts. */
  readonly template: OpenIdConnectTemplate | OAuth2Template;
  /** Storage references of the keys. */
  readonly clientSecretKey?: string;
  readonly assertionKey?: { readonly reference: string; readonly algorithm: "RS256" | "RS512" };
  readonly usePolicyInRedirectUri: boolean;
  readonly singleLogoutEnabled: boolean;
  /** Partner names are JSON paths whatever they look like. */
  readonly jsonPaths: boolean;
  readonly errorHandlers: readonly ErrorHandler[];
}

/** A required metadata item that is not there. */
export interface MissingItem {
  readonly missing: string;
}

export type ItemReader = (key: string) => string | undefined;

/** Reads metadata items; an empty one counts as absent, as published policies leave many so. */
export function itemsOf(profile: TechnicalProfile): ItemReader {
  return (key) => {
    const item = metadataItem(profile.metadata, key);
    return item === "" ? undefined : item;
  };
}

export function listItem(text: string | undefined, separator: RegExp = /,/): readonly string[] {
  return (text ?? "")
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

type CommonTemplate = Pick<
  OpenIdConnectTemplate,
  | "technicalProfile"
  | "tokenEndpointAuthMethod"
  | "httpBinding"
  | "responseMode"
  | "endSessionEndpoint"
  | "issuerPrefixes"
  | "discoverByIssuer"
  | "audience"
>;

/** What both protocols have. */
export function commonTemplate(profile: TechnicalProfile, item: ItemReader): CommonTemplate {
  const endSessionEndpoint = item("end_session_endpoint");
  const audience = item("IdTokenAudience");
  const responseMode = item("response_mode")?.toLowerCase();
  return {
    technicalProfile: profile.id,
    tokenEndpointAuthMethod: authMethodOf(item),
    // GET is what old providers want; nothing that keeps the standard takes it, so it must be said.
    httpBinding: item("HttpBinding")?.toUpperCase() === "GET" ? "GET" : "POST",
    ...((responseMode === "query" || responseMode === "form_post" || responseMode === "fragment") && {
      responseMode,
    }),
    ...(endSessionEndpoint !== undefined && { endSessionEndpoint }),
    issuerPrefixes: listItem(item("ValidTokenIssuerPrefixes")),
    discoverByIssuer: booleanItem(profile.metadata, "DiscoverMetadataByTokenIssuer", false),
    ...(audience !== undefined && { audience }),
  };
}

function authMethodOf(item: ItemReader): OpenIdConnectTemplate["tokenEndpointAuthMethod"] {
  const method = item("token_endpoint_auth_method")?.toLowerCase();
  return method === "client_secret_basic" || method === "private_key_jwt" ? method : "client_secret_post";
}

export function commonMetadata(
  profile: TechnicalProfile,
  item: ItemReader,
): Omit<IdentityProviderMetadata, "template" | "jsonPaths"> {
  const keyOf = (id: string) =>
    profile.cryptographicKeys.find((key) => key.id.toLowerCase() === id)?.storageReferenceId;
  const clientSecretKey = keyOf("client_secret");
  const reference = keyOf("assertion_signing_key");
  return {
    ...(clientSecretKey !== undefined && { clientSecretKey }),
    ...(reference !== undefined && {
      assertionKey: {
        reference,
        algorithm: item("token_signing_algorithm")?.toUpperCase() === "RS512" ? "RS512" : "RS256",
      },
    }),
    usePolicyInRedirectUri: booleanItem(profile.metadata, "UsePolicyInRedirectUri", false),
    singleLogoutEnabled: booleanItem(profile.metadata, "SingleLogoutEnabled", true),
    errorHandlers: profile.errorHandlers ?? [],
  };
}
