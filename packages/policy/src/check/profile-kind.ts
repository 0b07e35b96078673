import type { ProfileFragment } from "../document/document.ts";

/** What runs a technical profile. Source: technical-profiles.md 1.1. */
export type ProfileKind =
  | "selfAsserted"
  | "directory"
  | "restful"
  | "claimsTransformation"
  | "oneTimePassword"
  | "sspr"
  | "phoneFactor"
  | "azureMfa"
  | "captcha"
  | "conditionalAccess"
  | "insights"
  | "userJourneyContext"
  | "session"
  | "issuer"
  | "helper"
  | "passwordGrant"
  | "openIdConnect"
  | "oauth2"
  | "oauth1"
  | "saml";

/** Handler class in lower case → kind. */
const handlers: Readonly<Record<string, ProfileKind>> = {
  "web.tpengine.providers.selfassertedattributeprovider": "selfAsserted",
  "web.tpengine.providers.azureactivedirectoryprovider": "directory",
  "web.tpengine.providers.restfulprovider": "restful",
  "web.tpengine.providers.claimstransformationprotocolprovider": "claimsTransformation",
  "web.tpengine.providers.onetimepasswordprotocolprovider": "oneTimePassword",
  "web.tpengine.providers.aadssprprotocolprovider": "sspr",
  "web.tpengine.providers.phonefactorprotocolprovider": "phoneFactor",
  "web.tpengine.providers.azuremfaprotocolprovider": "azureMfa",
  "web.tpengine.providers.captchaprovider": "captcha",
  "web.tpengine.providers.conditionalaccessprotocolprovider": "conditionalAccess",
  "web.tpengine.providers.insights.azureapplicationinsightsprovider": "insights",
  "web.tpengine.providers.userjourneycontextprovider": "userJourneyContext",
  "web.tpengine.sso.noopssosessionprovider": "session",
  "web.tpengine.sso.defaultssosessionprovider": "session",
  "web.tpengine.sso.externalloginssosessionprovider": "session",
  "web.tpengine.sso.oauthssosessionprovider": "session",
  "web.tpengine.sso.samlssosessionprovider": "session",
};

export const handlerClasses: readonly string[] = Object.keys(handlers);

/** The class before the first comma, without blanks. */
export function handlerClass(handler: string): string {
  return (handler.split(",")[0] ?? "").replace(/\s+/g, "");
}

/** Undefined: no protocol, an unknown handler, or a protocol that nothing runs. */
export function profileKind(profile: ProfileFragment): ProfileKind | undefined {
  const { protocol, outputTokenFormat } = profile;
  switch (protocol?.name) {
    case "Proprietary": {
      const name = handlerClass(protocol.handler ?? "").toLowerCase();
      return Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    }
    case "None":
      return outputTokenFormat === undefined ? "helper" : "issuer";
    case "OpenIdConnect":
      if (isIssuer(profile)) return "issuer";
      return hasGrantType(profile) ? "passwordGrant" : "openIdConnect";
    case "OAuth2":
      return outputTokenFormat === "OAuth2Error" ? "issuer" : "oauth2";
    case "OAuth1":
      return "oauth1";
    case "SAML2":
      return outputTokenFormat === "SAML2" ? "issuer" : "saml";
    default:
      return undefined;
  }
}

function isIssuer({ outputTokenFormat, cryptographicKeys }: ProfileFragment): boolean {
  return (
    outputTokenFormat === "JWT" &&
    (cryptographicKeys ?? []).some(({ id }) => id.toLowerCase() === "issuer_secret")
  );
}

/** The resource owner password grant of login-NonInteractive and its like. Source: technical-profiles.md 5.1. */
function hasGrantType({ inputClaims, metadata }: ProfileFragment): boolean {
  return (
    (inputClaims ?? []).some(
      ({ claimTypeReferenceId, partnerClaimType }) =>
        (partnerClaimType ?? claimTypeReferenceId).toLowerCase() === "grant_type",
    ) || (metadata ?? []).some(({ key }) => key.toLowerCase() === "grant_type")
  );
}

/** Kinds that show a page or leave the site: no validation profile can be one. */
export const interactiveKinds: ReadonlySet<ProfileKind> = new Set([
  "selfAsserted",
  "phoneFactor",
  "openIdConnect",
  "oauth2",
  "oauth1",
  "saml",
]);
