import { claim, proprietary, technicalProfile } from "./blocks.ts";
import { directory, mustExist } from "./directory-profiles.ts";
import {
  factorSession,
  provedNow,
  type SecondFactor,
  storeStep,
  unlessProved,
} from "./second-factor-words.ts";
import { transformation } from "./transformations.ts";

const stored = "strongAuthenticationPhoneNumber";
const proved = `Verified.${stored}`;

/** The phone factor of the starter packs: a number on file, or one that is typed once and kept. */
export function phoneFactor(mode: "sms" | "phone" | "mixed"): SecondFactor {
  const objectId = claim("objectId", "objectId", { required: true });
  return {
    claimTypes: [
      { id: stored, dataType: "string", displayName: "Phone Number" },
      { id: proved, dataType: "string", displayName: "Phone Number" },
      { id: "newPhoneNumberEntered", dataType: "boolean", displayName: "newPhoneNumberEntered" },
      { id: "userIdForMFA", dataType: "string", displayName: "userIdForMFA" },
    ],
    transformations: [
      transformation(
        "CreateUserIdForMFA",
        "FormatStringClaim",
        [{ claimTypeReferenceId: "objectId", transformationClaimType: "inputClaim" }],
        [{ claimTypeReferenceId: "userIdForMFA", transformationClaimType: "outputClaim" }],
        [{ id: "stringFormat", dataType: "string", value: "{0}@{RelyingPartyTenantId}" }],
      ),
    ],
    profiles: [
      directory("AAD-UserReadPhoneNumberUsingObjectId", "Read", {
        metadata: mustExist,
        inputClaims: [objectId],
        outputClaims: [claim(stored)],
      }),
      technicalProfile("PhoneFactor-InputOrVerify", proprietary("phoneFactor"), {
        displayName: "PhoneFactor",
        metadata: {
          ContentDefinitionReferenceId: "api.phonefactor",
          ManualPhoneNumberEntryAllowed: "true",
          "setting.authenticationMode": mode,
        },
        inputClaimsTransformations: ["CreateUserIdForMFA"],
        inputClaims: [claim("userIdForMFA", "UserId"), claim(stored)],
        outputClaims: [
          claim(proved, "Verified.OfficePhone"),
          claim("newPhoneNumberEntered", "newPhoneNumberEntered"),
          provedNow,
        ],
        useTechnicalProfileForSessionManagement: "SM-MFA",
      }),
      directory("AAD-UserWritePhoneNumberUsingObjectId", "Write", {
        metadata: mustExist,
        inputClaims: [objectId],
        persistedClaims: [claim("objectId"), claim(proved, stored)],
      }),
    ],
    sessionProfiles: [factorSession("SM-MFA")],
    steps: [
      unlessProved("AADUserReadPhoneNumber", "AAD-UserReadPhoneNumberUsingObjectId"),
      unlessProved("PhoneFactor-Verify", "PhoneFactor-InputOrVerify"),
      storeStep("AADUserWriteWithObjectId", "AAD-UserWritePhoneNumberUsingObjectId", "newPhoneNumberEntered"),
    ],
  };
}
