import type { TechnicalProfile } from "@vestibule/policy";
import {
  claim,
  exchangeStep,
  proprietary,
  skipIfExists,
  skipUnlessExists,
  technicalProfile,
} from "./blocks.ts";
import { emailPattern } from "./claim-types.ts";
import { directory, mustExist } from "./directory-profiles.ts";
import {
  factorSession,
  provedNow,
  type SecondFactor,
  storeStep,
  unlessProved,
} from "./second-factor-words.ts";
import { transformation } from "./transformations.ts";

const known = "secondFactorEmails";
const address = "secondFactorEmail";
const typed = "newSecondFactorEmail";

/**
 * A code to the account's first address: its sign-in name, its authentication address, another mail. An account without
 * any proves a new one, which is kept.
 */
export function emailFactor(): SecondFactor {
  const objectId = claim("objectId", "objectId", { required: true });
  return {
    claimTypes: [
      { id: known, dataType: "stringCollection", displayName: "Email Addresses" },
      { id: address, dataType: "string", displayName: "Email Address", userInputType: "Readonly" },
      {
        id: typed,
        dataType: "string",
        displayName: "Email Address",
        userInputType: "EmailBox",
        restriction: emailPattern,
      },
    ],
    transformations: [
      transformation(
        "GetSecondFactorEmail",
        "GetSingleItemFromStringCollection",
        [{ claimTypeReferenceId: known, transformationClaimType: "collection" }],
        [{ claimTypeReferenceId: address, transformationClaimType: "extractedItem" }],
      ),
    ],
    profiles: [
      directory("AAD-UserReadEmailsUsingObjectId", "Read", {
        metadata: mustExist,
        inputClaims: [objectId],
        outputClaims: [claim(known, "emails")],
      }),
      technicalProfile("ChooseSecondFactorEmail", proprietary("claimsTransformation"), {
        displayName: "The first address",
        outputClaims: [claim(address)],
        outputClaimsTransformations: ["GetSecondFactorEmail"],
        useTechnicalProfileForSessionManagement: "SM-Noop",
      }),
      page("EmailFactor-Verify", address),
      page("EmailFactor-Input", typed),
      directory("AAD-UserWriteEmailUsingObjectId", "Write", {
        metadata: mustExist,
        inputClaims: [objectId],
        persistedClaims: [claim("objectId"), claim(typed, "strongAuthenticationEmailAddress")],
      }),
    ],
    sessionProfiles: [factorSession("SM-MFA-Email")],
    steps: [
      unlessProved("AADUserReadEmails", "AAD-UserReadEmailsUsingObjectId"),
      exchangeStep("ChooseEmail", "ChooseSecondFactorEmail", skipUnlessExists(known), skipIfExists(address)),
      unlessProved("EmailFactor-VerifyExchange", "EmailFactor-Verify", skipUnlessExists(address)),
      unlessProved("EmailFactor-InputExchange", "EmailFactor-Input", skipIfExists(address)),
      storeStep("AADUserWriteEmail", "AAD-UserWriteEmailUsingObjectId", typed),
    ],
  };
}

function page(id: string, shown: string): TechnicalProfile {
  return technicalProfile(id, proprietary("selfAsserted"), {
    displayName: "Email verification",
    metadata: {
      ContentDefinitionReferenceId: "api.emailfactor",
      "language.heading": "Verify your email",
      "language.initial_intro": "Send yourself a code and enter it.",
      "language.button_continue": "Continue",
    },
    inputClaims: [claim(shown)],
    displayClaims: [{ kind: "claim", claimTypeReferenceId: shown, required: true }],
    outputClaims: [claim(shown, "Verified.Email", { required: true }), provedNow],
    useTechnicalProfileForSessionManagement: "SM-MFA-Email",
  });
}
