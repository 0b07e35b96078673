/** A type of attribute or text: what it admits, said so that an author can act on it. Source: policy-language.md 11. */
export interface SimpleType {
  readonly accepts: (value: string) => boolean;
  /** The allowed words, where they can be counted. */
  readonly words?: readonly string[];
  /** `a whole number`. */
  readonly description: string;
}

function words(list: string): SimpleType {
  const all = list.split(" ");
  const set = new Set(all);
  return { accepts: (value) => set.has(value), words: all, description: `one of ${all.join(", ")}` };
}

function pattern(expression: RegExp, description: string): SimpleType {
  return { accepts: (value) => expression.test(value), description };
}

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The simple types of the grammar by the name under which its rows use them. Patterns of content addresses are left out:
 * the service takes any text there (policy-language.md 5.3). Tenant ids are lenient (2, TenantId).
 */
export const simpleTypes = {
  boolean: {
    accepts: (value) => /^(true|false|1|0)$/.test(value.trim()),
    words: ["true", "false", "1", "0"],
    description: "true or false in lower case, 1 or 0",
  },
  int: {
    accepts: (value) => /^[+-]?\d{1,10}$/.test(value.trim()) && Math.abs(Number(value)) <= 2147483647,
    description: "a whole number",
  },
  order: {
    accepts: (value) => /^\+?\d{1,6}$/.test(value.trim()) && Number(value) >= 1,
    description: "a whole number from 1",
  },
  id: { accepts: (value) => value.trim() !== "", description: "an id of at least one character" },
  guid: pattern(guid, "a GUID such as 6c2d5d3b-9d3c-4f2e-8a3a-0a5c1f1f0b1e"),
  tenantId: pattern(/^[A-Za-z0-9._-]{3,63}$/, "a tenant's domain of 3 to 63 letters, digits and dots"),
  policyId: pattern(
    /^[A-Za-z0-9_\-.]*[A-Za-z0-9_-]$/,
    "a policy id of letters, digits, '_', '-' and '.', not ending with a dot",
  ),
  fourPartVersion: pattern(/^\d\.\d\.\d\.\d$/, "a version such as 0.3.0.0"),
  threePartVersion: pattern(/^\d\.\d\.\d$/, "a version such as 1.0.0"),
  culture: pattern(
    /^[a-z]{1,3}(-[a-zA-Z0-9]{2,4}){0,2}$/,
    "a language tag such as en or pt-BR, its first part in lower case",
  ),
  domain: pattern(/^[\s\S]{1,256}$/, "a text of 1 to 256 characters"),
  protocolName: words("None OAuth1 OAuth2 SAML2 OpenIdConnect WsFed WsTrust UProve11 Proprietary"),
  tokenFormat: words("JSON JWT SAML11 SAML2 CpimUnsigned UProve11 OAuth2Error"),
  dataType: words(
    "boolean date dateTime duration int long string stringCollection alternativeSecurityIdCollection userIdentityCollection userIdentity phoneNumber objectIdentityCollection objectIdentity",
  ),
  userInputType: words(
    "TextBox EmailBox DateTimeDropdown RadioSingleSelect DropdownSingleSelect CheckboxMultiSelect Password Readonly Button Paragraph",
  ),
  controlType: words(
    "VerificationControl QrCodeControl AuthenticatorInfoControl AuthenticatorAppIconControl CaptchaControl",
  ),
  stepType: words(
    "ConsentScreen ClaimsProviderSelection CombinedSignInAndSignUp ClaimsExchange ReviewScreen SendClaims GetClaims UserDialog InvokeSubJourney Noop",
  ),
  preconditionType: words("ClaimsExist ClaimEquals"),
  preconditionAction: words("SkipThisOrchestrationStep SkipThisValidationTechnicalProfile"),
  enabledForUserJourneys: words(
    "true false OnClaimsExistence Always Never OnItemExistenceInStringCollectionClaim OnItemAbsenceInStringCollectionClaim",
  ),
  displayOption: words("DoNotShowSingleProvider ShowSingleProvider"),
  mergeBehavior: words("Append Prepend ReplaceAll"),
  maskType: words("Simple Regex"),
  statementType: words("Attribute Authentication Subject"),
  subJourneyType: words("Transfer Call"),
  singleSignOnScope: words("Suppressed TrustFramework Tenant Application Policy"),
  sessionExpiryType: words("Rolling Absolute"),
  scriptExecution: words("Disallow Allow"),
  onErrorMode: words("ReturnToRequestor DisplayInService"),
  telemetryEngine: words("ApplicationInsights"),
  deploymentMode: words("Development Production Debugging"),
  errorAction: words("Reauthenticate InvalidClient"),
  errorFormat: words("json"),
} satisfies Record<string, SimpleType>;

export type SimpleTypeName = keyof typeof simpleTypes;
