import {
  decimal,
  dictionary,
  either,
  flag,
  integer,
  listOf,
  maybe,
  object,
  oneOf,
  optional,
  orNull,
  required,
  type Shaped,
  text,
  withDefaults,
} from "./shapes.ts";

// The members of a user flow's document in the order of user-flows.md 16, with types, ranges and defaults of section 3.

export const userFlowTypes = [
  "signUp",
  "signIn",
  "signUpOrSignIn",
  "passwordReset",
  "profileUpdate",
  "resourceOwner",
] as const;
export const userInputTypes = [
  "textBox",
  "emailBox",
  "dateTimeDropdown",
  "radioSingleSelect",
  "dropdownSingleSelect",
  "checkboxMultiSelect",
] as const;

const localizedString = object({
  ElementType: required(text()),
  ElementId: optional(orNull(text()), null),
  StringId: required(text()),
  Override: optional(flag, true),
  Value: required(text()),
});

const localizedCollection = object({
  ElementType: required(text()),
  ElementId: required(text()),
  TargetCollection: required(text()),
  Override: optional(flag, true),
  Items: required(listOf(object({ Name: required(text()), Value: required(text()) }))),
});

/** What one page says in one language (user-flows.md 15). */
export const languagePageShape = object({
  LocalizedStrings: optional(listOf(localizedString), []),
  LocalizedCollections: optional(listOf(localizedCollection), []),
});

const connectorReference = object({ id: maybe(text()), displayName: maybe(text()) });
/** One reference, several in order (beyond B2C), or null for none. */
const connectorReferences = either(
  (node) => node.type === "array",
  listOf(connectorReference),
  orNull(connectorReference),
);

const assignment = object({
  id: required(text()),
  displayName: maybe(text({ maxLength: 256 })),
  isOptional: optional(flag, false),
  requiresVerification: maybe(flag),
  userInputType: maybe(oneOf(...userInputTypes)),
  userAttributeValues: optional(
    listOf(object({ name: required(text()), value: required(text()), isDefault: optional(flag, false) })),
    [],
  ),
});

/** A claim's id, or beyond B2C an object that says in which form it stands in tokens. */
const applicationClaim = either(
  (node) => node.type === "string",
  text(),
  object({ id: required(text()), json: optional(flag, false) }),
);

const multifactor = object({
  multifactorAuthenticationState: optional(oneOf("off", "on", "conditional"), "off"),
  multifactorAuthenticationMethod: optional(
    oneOf("email", "phoneCallOrSms", "phoneSms", "phoneCall", "authenticator"),
    "email",
  ),
});

const customPassword = object({
  minimumLength: optional(integer(4, 256), 8),
  maximumLength: optional(integer(4, 256), 64),
  minimumCharacterClassesRequired: optional(integer(2, 4, { also: [0] }), 3),
  restrictToNumbersOnly: optional(flag, false),
});

const password = object({
  complexityLevel: optional(oneOf("simple", "strong", "custom"), "strong"),
  customConfiguration: maybe(customPassword),
  isSelfServicePasswordResetAllowed: optional(flag, false),
  allowExpiredPasswordReset: optional(flag, false),
});

const tokenLifetime = object({
  accessAndIdTokenLifetimeInMinutes: optional(integer(5, 1440, { unit: "minutes" }), 60),
  refreshTokenLifetimeInDays: optional(integer(1, 90, { unit: "days" }), 14),
  rollingRefreshTokenLifetimeInDays: optional(integer(1, 365, { also: [-1], unit: "days" }), 90),
});

const tokenClaims = object({
  isIssuerEntityUserFlow: optional(flag, false),
  isSubjectClaimSupported: optional(flag, true),
  claimTypeForUserFlowId: optional(oneOf("tfp", "acr"), "tfp"),
});

const session = object({
  sessionScope: optional(oneOf("tenant", "application", "policy", "disabled"), "tenant"),
  sessionLifetimeInMinutes: optional(integer(15, 1440, { unit: "minutes" }), 1440),
  isSessionLifetimeAbsolute: optional(flag, false),
  isKeepMeSignedInEnabled: optional(flag, false),
  keepMeSignedInDays: optional(integer(1, 90, { unit: "days" }), 30),
  enforceIdTokenHintOnLogout: optional(flag, false),
});

const language = object({
  id: required(text()),
  isEnabled: optional(flag, true),
  overridesPages: optional(dictionary(languagePageShape), {}),
});

const pageLayout = object({
  id: required(text()),
  isCustomPageUri: optional(flag, false),
  pageUri: optional(orNull(text()), null),
  version: maybe(text()),
});

const disclaimerLink = object({ text: required(text()), url: required(text()) });

const portalSettings = object({
  attributeOrder: maybe(listOf(text())),
  branding: withDefaults(
    object({ template: optional(oneOf("oceanBlue", "slateGray", "classic"), "oceanBlue") }),
  ),
  phone: withDefaults(
    object({
      recoveryEmailPrompt: optional(flag, false),
      disclaimer: maybe(
        object({ msgIntro: maybe(text()), link1: maybe(disclaimerLink), link2: maybe(disclaimerLink) }),
      ),
    }),
  ),
  ageGating: withDefaults(
    object({
      enabled: optional(flag, false),
      minors: optional(oneOf("allow", "blockWithoutConsent", "blockAll"), "allow"),
      onBlock: optional(oneOf("sendJson", "errorPage"), "errorPage"),
    }),
  ),
  captcha: withDefaults(object({ signUp: optional(flag, false), signIn: optional(flag, false) })),
});

export const userFlowShape = object({
  id: required(text()),
  userFlowType: required(oneOf(...userFlowTypes)),
  userFlowTypeVersion: optional(decimal, 3),
  authenticationMethods: maybe(text()),
  userFlowIdentityProviders: optional(listOf(text()), []),
  userAttributeAssignments: optional(listOf(assignment), []),
  applicationClaims: optional(listOf(applicationClaim), []),
  apiConnectorConfiguration: withDefaults(
    object({
      postFederationSignup: optional(connectorReferences, null),
      postAttributeCollection: optional(connectorReferences, null),
      preTokenIssuance: optional(connectorReferences, null),
    }),
  ),
  multifactorAuthenticationConfiguration: withDefaults(multifactor),
  isConditionalAccessEnforced: optional(flag, false),
  passwordComplexityConfiguration: withDefaults(password),
  tokenLifetimeConfiguration: withDefaults(tokenLifetime),
  tokenClaimsConfiguration: withDefaults(tokenClaims),
  singleSignOnSessionConfiguration: withDefaults(session),
  isJavaScriptEnabled: optional(flag, false),
  isLanguageCustomizationEnabled: optional(flag, true),
  defaultLanguageTag: optional(text(), "en"),
  languages: optional(listOf(language), []),
  pageLayouts: optional(listOf(pageLayout), []),
  portalSettings: withDefaults(portalSettings),
});

export type WrittenUserFlow = Shaped<typeof userFlowShape>;
export type LanguagePage = Shaped<typeof languagePageShape>;
export type UserFlowType = (typeof userFlowTypes)[number];
export type UserInputType = (typeof userInputTypes)[number];
