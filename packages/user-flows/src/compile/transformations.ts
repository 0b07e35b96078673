import { type ClaimsTransformation, IdMap, type TransformationClaim } from "@vestibule/policy";

const pair = (claimTypeReferenceId: string, transformationClaimType: string): TransformationClaim => ({
  claimTypeReferenceId,
  transformationClaimType,
});

export function transformation(
  id: string,
  transformationMethod: string,
  inputClaims: readonly TransformationClaim[],
  outputClaims: readonly TransformationClaim[],
  inputParameters: ClaimsTransformation["inputParameters"] = [],
): ClaimsTransformation {
  return { id, transformationMethod, inputClaims, inputParameters, outputClaims };
}

const parameter = (id: string, dataType: string, value: string) => ({ id, dataType, value });

/** The transformations of the starter packs and samples that compiled flows use. */
const common: readonly ClaimsTransformation[] = [
  transformation(
    "CreateOtherMailsFromEmail",
    "AddItemToStringCollection",
    [pair("email", "item"), pair("otherMails", "collection")],
    [pair("otherMails", "collection")],
  ),
  transformation(
    "CreateRandomUPNUserName",
    "CreateRandomString",
    [],
    [pair("upnUserName", "outputClaim")],
    [parameter("randomGeneratorType", "string", "GUID")],
  ),
  transformation(
    "CreateUserPrincipalName",
    "FormatStringClaim",
    [pair("upnUserName", "inputClaim")],
    [pair("userPrincipalName", "outputClaim")],
    [parameter("stringFormat", "string", "cpim_{0}@{RelyingPartyTenantId}")],
  ),
  transformation(
    "CreateAlternativeSecurityId",
    "CreateAlternativeSecurityId",
    [pair("issuerUserId", "key"), pair("identityProvider", "identityProvider")],
    [pair("alternativeSecurityId", "alternativeSecurityId")],
  ),
  transformation(
    "AssertAccountEnabledIsTrue",
    "AssertBooleanClaimIsEqualToValue",
    [pair("accountEnabled", "inputClaim")],
    [],
    [parameter("valueToCompareTo", "boolean", "true")],
  ),
  transformation(
    "AssertRefreshTokenIssuedLaterThanValidFromDate",
    "AssertDateTimeIsGreaterThan",
    [
      pair("refreshTokenIssuedOnDateTime", "leftOperand"),
      pair("refreshTokensValidFromDateTime", "rightOperand"),
    ],
    [],
    [
      parameter("AssertIfEqualTo", "boolean", "false"),
      parameter("AssertIfRightOperandIsNotPresent", "boolean", "true"),
      parameter("TreatAsEqualIfWithinMillseconds", "int", "300000"),
    ],
  ),
  transformation(
    "AssertEmailAndStrongAuthenticationEmailAddressAreEqual",
    "AssertStringClaimsAreEqual",
    [pair("email", "inputClaim1"), pair("strongAuthenticationEmailAddress", "inputClaim2")],
    [],
    [parameter("stringComparison", "string", "ordinalIgnoreCase")],
  ),
  transformation(
    "GetEmailFromEmails",
    "GetSingleItemFromStringCollection",
    [pair("emails", "collection")],
    [pair("email", "extractedItem")],
  ),
];

export function copyClaim(id: string, from: string, to: string): ClaimsTransformation {
  return transformation(id, "CopyClaim", [pair(from, "inputClaim")], [pair(to, "outputClaim")]);
}

/** The transformations that `used` names, and the flow's own. */
export function claimsTransformations(
  used: ReadonlySet<string>,
  own: readonly ClaimsTransformation[],
): IdMap<ClaimsTransformation> {
  return IdMap.of([...common.filter(({ id }) => used.has(id)), ...own]);
}
