import { type IdentityProviderFacts, type JsonReading, shapes } from "@vestibule/user-flows";
import type { SecretSources, TenantMode } from "./secrets.ts";

const { maybe, object, oneOf, optional, required, text, withDefaults } = shapes;

const graphType = (name: string) =>
  text({
    pattern: new RegExp(`^#?microsoft\\.graph\\.${name}$`, "i"),
    describe: `'#microsoft.graph.${name}'`,
  });

/** An OpenID Connect provider in Graph's form (directory-and-graph.md 15.4). */
export const identityProviderShape = object({
  "@odata.type": maybe(graphType("openIdConnectIdentityProvider")),
  id: maybe(
    text({ pattern: /^[A-Za-z0-9._-]{1,128}$/, describe: "an id of letters, digits, '.', '_' and '-'" }),
  ),
  displayName: required(text({ maxLength: 256 })),
  clientId: required(text()),
  clientSecret: maybe(text()),
  metadataUrl: required(text()),
  scope: optional(text(), "openid profile email"),
  responseType: optional(oneOf("code", "id_token"), "code"),
  responseMode: optional(oneOf("form_post", "query"), "form_post"),
  domainHint: optional(shapes.orNull(text()), null),
  /** Ours: the fixed value of `idp`; absent = the `iss` of the provider's ID token. */
  issuer: maybe(text()),
  claimsMapping: withDefaults(
    object(
      {
        userId: optional(text(), "sub"),
        displayName: optional(text(), "name"),
        givenName: optional(text(), "given_name"),
        surname: optional(text(), "family_name"),
        email: optional(text(), "email"),
      },
      { annotated: true },
    ),
  ),
});

export type IdentityProviderDocument = shapes.Shaped<typeof identityProviderShape>;

/** Types that Graph has and this server does not have yet. */
export const unsupportedProvider =
  /^#?microsoft\.graph\.(socialIdentityProvider|appleManagedIdentityProvider|builtInIdentityProvider|samlOrWsFedProvider)$/i;

export function readIdentityProvider(
  document: IdentityProviderDocument,
  fallbackId: string,
  reading: JsonReading,
  secrets: SecretSources,
  mode: TenantMode,
): IdentityProviderFacts {
  const id = document.id ?? fallbackId;
  const { responseType, responseMode } = document;
  if (responseType === "code" && document.clientSecret === undefined) {
    reading.report("TN041", "error", "clientSecret", "The response type 'code' needs a client secret.", {
      hint: "Use 'env:NAME' or 'file:path'.",
    });
  }
  if (responseType === "id_token" && responseMode === "query") {
    reading.report("TN041", "error", "responseMode", "An id token never comes in a query.", {
      hint: "Use 'form_post'.",
    });
  }
  if (!document.scope.split(/\s+/).includes("openid")) {
    reading.report("TN041", "error", "scope", "The scope must hold 'openid'.", {
      hint: `Use 'openid ${document.scope}'.`,
    });
  }
  metadataUrlRule(document.metadataUrl, reading, mode);
  return {
    id,
    displayName: document.displayName,
    clientId: document.clientId,
    ...(document.clientSecret !== undefined && {
      clientSecretReference: secrets.add(
        `IdentityProvider_${id}`,
        document.clientSecret,
        "clientSecret",
        reading,
      ),
    }),
    metadataUrl: document.metadataUrl,
    scope: document.scope,
    responseType,
    responseMode,
    ...(document.domainHint !== null && { domainHint: document.domainHint }),
    ...(document.issuer !== undefined && { issuer: document.issuer }),
    claimsMapping: document.claimsMapping,
  };
}

function metadataUrlRule(url: string, reading: JsonReading, mode: TenantMode): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isLocal =
    parsed?.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(parsed.hostname);
  if (parsed?.protocol === "https:" || (isLocal && mode === "development")) return;
  reading.report("TN040", "error", "metadataUrl", `'${url}' is no https address.`, {
    hint:
      mode === "development"
        ? "Only localhost may be reached by http."
        : "For example 'https://idp.example/.well-known/openid-configuration'.",
  });
}
