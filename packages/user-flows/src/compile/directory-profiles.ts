import type { ClaimReference, TechnicalProfile } from "@vestibule/policy";
import { claim, constant, proprietary, technicalProfile } from "./blocks.ts";
import { unstoredClaims } from "./connector-profiles.ts";
import { passwordPolicies } from "./passwords.ts";
import type { Scope } from "./scope.ts";

// The directory technical profiles of the starter packs (technical-profiles.md 4.9), with the flow's attributes.

export const lockedMessage =
  "Your account has been locked. Contact your support person to unlock it, then try again.";
const notFoundMessage = "An account could not be found for the provided user ID.";
const registeredMessage = "You are already registered, please press the back button and sign in instead.";

type Parts = Parameters<typeof technicalProfile>[2];

export function directory(id: string, operation: "Read" | "Write", parts: Parts): TechnicalProfile {
  return technicalProfile(id, proprietary("directory"), {
    includeInSso: false,
    useTechnicalProfileForSessionManagement: "SM-Noop",
    ...parts,
    metadata: { Operation: operation, ...parts.metadata },
  });
}

export const mustExist = { RaiseErrorIfClaimsPrincipalDoesNotExist: "true" } as const;
const mustBeNew = { RaiseErrorIfClaimsPrincipalAlreadyExists: "true" } as const;

/** Attributes of the page that the directory keeps under their own names; the address is kept as an identity. */
function persistedAttributes(scope: Scope): ClaimReference[] {
  return scope.collected
    .filter(({ claimType }) => claimType !== "email")
    .map(({ claimType }) =>
      claim(claimType, claimType, claimType === "displayName" ? { defaultValue: "unknown" } : {}),
    );
}

function displayNameUnlessCollected(scope: Scope): ClaimReference[] {
  const isCollected = scope.collected.some(({ claimType }) => claimType === "displayName");
  // user-flows.md 14: `displayName` is what was collected, or `unknown`; a provider's name that nobody asked for is not stored.
  return isCollected ? [] : [constant("displayName", "unknown")];
}

const accountOutputs = (): ClaimReference[] => [
  claim("objectId"),
  claim("newUser", "newClaimsPrincipalCreated"),
  claim("userPrincipalName"),
];

const localAccount = (): ClaimReference =>
  claim("authenticationSource", undefined, { defaultValue: "localAccountAuthentication" });

/** Creates a local account from the sign-up page. */
export function writeLocalAccount(scope: Scope): TechnicalProfile {
  const byName = scope.localIdentity === "userName";
  const key = byName
    ? claim("signInName", "signInNames.userName")
    : claim("email", "signInNames.emailAddress");
  return directory(localWriteId(scope), "Write", {
    metadata: mustBeNew,
    inputClaims: [{ ...key, required: true }],
    persistedClaims: [
      key,
      ...(byName ? [claim("email", "strongAuthenticationEmailAddress")] : []),
      claim("newPassword", "password"),
      ...displayNameUnlessCollected(scope),
      constant("passwordPolicies", passwordPolicies(scope.flow)),
      ...persistedAttributes(scope),
    ],
    outputClaims: [...accountOutputs(), localAccount()],
    useTechnicalProfileForSessionManagement: "SM-AAD",
    // In a flow that only signs up, the page itself must never be skipped; the session is written here instead.
    includeInSso: scope.flow.userFlowType === "signUp",
  });
}

export function localWriteId({ localIdentity }: Scope): string {
  return localIdentity === "userName" ? "AAD-UserWriteUsingLogonName" : "AAD-UserWriteUsingLogonEmail";
}

export function writeFederatedAccount(scope: Scope): TechnicalProfile {
  const key = claim("alternativeSecurityId", "alternativeSecurityId");
  return directory("AAD-UserWriteUsingAlternativeSecurityId", "Write", {
    metadata: { ...mustBeNew, UserMessageIfClaimsPrincipalAlreadyExists: registeredMessage },
    inputClaimsTransformations: ["CreateOtherMailsFromEmail"],
    inputClaims: [{ ...key, required: true }],
    persistedClaims: [
      key,
      claim("userPrincipalName"),
      claim("mailNickName", "mailNickName", { defaultValue: "unknown" }),
      ...displayNameUnlessCollected(scope),
      claim("otherMails"),
      ...persistedAttributes(scope),
    ],
    outputClaims: [...accountOutputs(), claim("otherMails")],
    useTechnicalProfileForSessionManagement: "SM-AAD",
  });
}

function readFederated(id: string, metadata: Readonly<Record<string, string>>): TechnicalProfile {
  return directory(id, "Read", {
    metadata,
    inputClaims: [claim("alternativeSecurityId", "alternativeSecurityId", { required: true })],
    outputClaims: [claim("objectId"), claim("userPrincipalName")],
  });
}

export const readFederatedOrFail = () => readFederated("AAD-UserReadUsingAlternativeSecurityId", mustExist);
export const readFederatedNoError = () => readFederated("AAD-UserReadUsingAlternativeSecurityId-NoError", {});
/** A flow that only signs up refuses a known account: AADB2C99001 (user-flows.md 4.6). */
export const readFederatedMustBeNew = () =>
  readFederated("AAD-UserReadUsingAlternativeSecurityId-RaiseIfExists", {
    ...mustBeNew,
    UserMessageIfClaimsPrincipalAlreadyExists: registeredMessage,
  });

/** What the token, the profile page and the last connector take from the directory. */
function directoryClaims(scope: Scope): ClaimReference[] {
  const wanted = new Set(scope.claimed.map(({ claimType }) => claimType));
  if (scope.flow.userFlowType === "profileUpdate")
    for (const { claimType } of scope.collected) wanted.add(claimType);
  // The last connector is sent the account's address, on a single sign-on too.
  if (scope.connectors.preTokenIssuance.length > 0) wanted.add("emails");
  const journeyOnly = new Set([
    "objectId",
    "identityProvider",
    "identityProviderAccessToken",
    "newUser",
    "email",
  ]);
  return [...wanted]
    .filter((claimType) => !journeyOnly.has(claimType))
    .map((claimType) => claim(claimType, claimType));
}

export function readByObjectId(scope: Scope): TechnicalProfile {
  const toConnector = scope.connectors.preTokenIssuance.length > 0;
  return directory("AAD-UserReadUsingObjectId", "Read", {
    metadata: { ...mustExist, UserMessageIfClaimsTransformationBooleanValueIsNotEqual: lockedMessage },
    inputClaims: [claim("objectId", "objectId", { required: true })],
    outputClaims: [
      claim("accountEnabled"),
      claim("signInNames.emailAddress"),
      ...directoryClaims(scope).filter(
        ({ claimTypeReferenceId }) =>
          !(claimTypeReferenceId === "displayName" && unstoredClaims(scope).includes("displayName")),
      ),
    ],
    // A disabled account gets no token, whichever way it came in: an existing session included.
    outputClaimsTransformations: [
      "AssertAccountEnabledIsTrue",
      ...(toConnector ? ["GetEmailFromEmails"] : []),
    ],
  });
}

/** The stored name of an account that is not new; see {@link unstoredClaims}. */
export function readDisplayName(): TechnicalProfile {
  return directory("AAD-UserReadDisplayNameUsingObjectId", "Read", {
    metadata: mustExist,
    inputClaims: [claim("objectId", "objectId", { required: true })],
    outputClaims: [claim("displayName", "displayName")],
  });
}

export function readForRefresh(scope: Scope): TechnicalProfile {
  return directory("AAD-UserReadUsingObjectId-CheckRefreshTokenDate", "Read", {
    metadata: { ...mustExist, UserMessageIfClaimsTransformationBooleanValueIsNotEqual: lockedMessage },
    inputClaims: [claim("objectId", "objectId", { required: true })],
    outputClaims: [claim("refreshTokensValidFromDateTime"), ...directoryClaims(scope)],
    outputClaimsTransformations: ["AssertRefreshTokenIssuedLaterThanValidFromDate"],
  });
}

/** Finds the account whose address was just proved (user-flows.md 4.9). */
export function readForReset(scope: Scope): TechnicalProfile {
  const messages = {
    UserMessageIfClaimsPrincipalDoesNotExist: notFoundMessage,
    UserMessageIfClaimsTransformationBooleanValueIsNotEqual: lockedMessage,
  };
  if (scope.localIdentity === "userName") {
    return directory("AAD-UserReadUsingUserNameAndValidateStrongAuthenticationEmailAddress", "Read", {
      metadata: {
        ...mustExist,
        ...messages,
        UserMessageIfClaimsTransformationStringsAreNotEqual: notFoundMessage,
      },
      inputClaims: [claim("signInName", "signInNames.userName", { required: true })],
      outputClaims: [
        claim("objectId"),
        localAccount(),
        claim("strongAuthenticationEmailAddress"),
        claim("accountEnabled"),
      ],
      outputClaimsTransformations: [
        "AssertEmailAndStrongAuthenticationEmailAddressAreEqual",
        "AssertAccountEnabledIsTrue",
      ],
    });
  }
  return directory("AAD-UserReadUsingEmailAddress", "Read", {
    metadata: { ...mustExist, ...messages },
    inputClaims: [claim("email", "signInNames.emailAddress", { required: true })],
    outputClaims: [claim("objectId"), localAccount(), claim("userPrincipalName"), claim("accountEnabled")],
    outputClaimsTransformations: ["AssertAccountEnabledIsTrue"],
  });
}

/** A correct but expired password yields no `objectId`; the account is then read by the typed name (17.1, step 8). */
export function readBySignInName(scope: Scope): TechnicalProfile {
  const partner =
    scope.localIdentity === "email"
      ? "signInNames.emailAddress"
      : scope.localIdentity === "userName"
        ? "signInNames.userName"
        : "signInNames";
  return directory("AAD-UserReadUsingSignInName", "Read", {
    metadata: mustExist,
    inputClaims: [claim(scope.signInClaim, partner, { required: true })],
    outputClaims: [claim("objectId"), localAccount()],
  });
}

function writePassword(scope: Scope, id: string, more: readonly ClaimReference[]): TechnicalProfile {
  return directory(id, "Write", {
    metadata: mustExist,
    inputClaims: [claim("objectId", "objectId", { required: true })],
    persistedClaims: [
      claim("objectId"),
      claim("newPassword", "password"),
      constant("passwordPolicies", passwordPolicies(scope.flow)),
      ...more,
    ],
  });
}

const clearForcedChange = () =>
  constant("forceChangePasswordNextLogin", "false", "passwordProfile.forceChangePasswordNextLogin");

export const writePasswordByObjectId = (scope: Scope) =>
  writePassword(scope, "AAD-UserWritePasswordUsingObjectId", [clearForcedChange()]);
export const writeExpiredPassword = (scope: Scope) =>
  writePassword(scope, "AAD-UserWritePasswordUsingObjectId-ResetNextLogin", [clearForcedChange()]);

export function writeProfile(scope: Scope): TechnicalProfile {
  return directory("AAD-UserWriteProfileUsingObjectId", "Write", {
    metadata: { ...mustExist, RaiseErrorIfClaimsPrincipalAlreadyExists: "false" },
    inputClaims: [claim("objectId", "objectId", { required: true })],
    persistedClaims: [
      claim("objectId"),
      ...scope.collected.map(({ claimType }) => claim(claimType, claimType)),
    ],
  });
}
