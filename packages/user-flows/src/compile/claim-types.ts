import { type ClaimType, type DataType, IdMap, type UserInputType } from "@vestibule/policy";
import { builtInAttributes } from "../document/attributes.ts";
import { passwordValidation } from "./passwords.ts";
import { claimDataTypes, inputTypes, type Scope } from "./scope.ts";

const plain = (id: string, dataType: DataType, displayName = id): ClaimType => ({
  id,
  dataType,
  displayName,
});
const field = (
  id: string,
  displayName: string,
  userInputType: UserInputType,
  more: Partial<ClaimType> = {},
): ClaimType => ({
  id,
  dataType: "string",
  displayName,
  userInputType,
  ...more,
});

export const emailPattern = {
  pattern: {
    regularExpression:
      "^[a-zA-Z0-9!#$%&'+^_`{}~-]+(?:\\.[a-zA-Z0-9!#$%&'+^_`{}~-]+)*@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\\.)+[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$",
    helpText: "Please enter a valid email address.",
  },
} as const;

/** user-flows.md 2: begins with a letter or digit; letters, digits, `-`, `_`; at most 64. */
const userNamePattern = {
  pattern: {
    regularExpression: "^[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}$",
    helpText: "The username begins with a letter or digit and holds letters, digits, '-' and '_' only.",
  },
} as const;

/** What no page shows. */
const hidden: readonly ClaimType[] = [
  plain("accountEnabled", "boolean"),
  plain("alternativeSecurityId", "string"),
  plain("authenticationSource", "string"),
  plain("client_id", "string"),
  plain("continueOnPasswordExpiration", "boolean"),
  plain("executed-SelfAsserted-Input", "string"),
  plain("forceChangePasswordNextLogin", "boolean"),
  plain("grant_type", "string"),
  plain("isActiveMFASession", "boolean"),
  plain("isForgotPassword", "boolean"),
  plain("issuerUserId", "string"),
  plain("mailNickName", "string"),
  plain("nca", "string"),
  plain("objectIdFromSession", "boolean"),
  plain("otherMails", "stringCollection"),
  plain("passwordPolicies", "string"),
  plain("refreshTokenIssuedOnDateTime", "string"),
  plain("refreshTokensValidFromDateTime", "string"),
  plain("scope", "string"),
  plain("signInNames.emailAddress", "string"),
  plain("signInNames.userName", "string"),
  plain("strongAuthenticationEmailAddress", "string"),
  plain("secondFactorProved", "boolean"),
  plain("sub", "string"),
  plain("tenantId", "string"),
  plain("trustFrameworkPolicy", "string"),
  plain("upnUserName", "string"),
  plain("userPrincipalName", "string"),
];

/** The claims schema of a flow: the starter packs' ids, the tenant's attributes, the flow's labels and controls. */
export function claimTypes(scope: Scope): IdMap<ClaimType> {
  const claims = IdMap.of(hidden);
  for (const { id, displayName, dataType } of builtInAttributes) {
    if (id !== "email") claims.set(id, plain(id, claimDataTypes[dataType], displayName));
  }
  for (const { name, displayName, description, dataType } of scope.facts.customAttributes) {
    const id = `extension_${name}`;
    claims.set(id, {
      ...plain(id, claimDataTypes[dataType], displayName),
      ...(description !== "" && { userHelpText: description }),
    });
  }
  const complexity = { predicateValidationReference: passwordValidation };
  const shown: readonly ClaimType[] = [
    field("email", "Email Address", "EmailBox", {
      userHelpText: "Email address that can be used to contact you.",
      restriction: emailPattern,
    }),
    field(
      "signInName",
      scope.localIdentity === "emailOrUserName" ? "Username or email" : "Username",
      "TextBox",
      {
        // Only where names are chosen: accounts of administrators sign in with their user principal name too (14).
        ...(scope.localIdentity === "userName" && collectsNames(scope) && { restriction: userNamePattern }),
      },
    ),
    field("password", "Password", "Password"),
    field("newPassword", "New Password", "Password", complexity),
    field("reenterPassword", "Confirm New Password", "Password", complexity),
    field("blockMessage", "", "Paragraph"),
    field("userMsg", "", "Paragraph"),
  ];
  for (const each of shown) claims.set(each.id, each);
  for (const each of scope.secondFactor?.claimTypes ?? []) claims.set(each.id, each);
  for (const attribute of scope.collected) {
    const known = claims.get(attribute.claimType);
    claims.set(attribute.claimType, {
      ...(known ?? plain(attribute.claimType, claimDataTypes[attribute.dataType])),
      displayName: attribute.displayName,
      userInputType: inputTypes[attribute.inputType],
      ...(attribute.options.length > 0 && { restriction: { enumeration: attribute.options } }),
    });
  }
  return claims;
}

function collectsNames({ flow }: Scope): boolean {
  return flow.userFlowType === "signUp" || flow.userFlowType === "signUpOrSignIn";
}
