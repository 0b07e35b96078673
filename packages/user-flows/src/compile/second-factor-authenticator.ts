import type { DisplayControl, TechnicalProfile } from "@vestibule/policy";
import {
  claim,
  proprietary,
  skipIfExists,
  skipUnlessExists,
  technicalProfile,
  validation,
} from "./blocks.ts";
import { directory, mustExist } from "./directory-profiles.ts";
import { factorSession, provedNow, type SecondFactor, unlessProved } from "./second-factor-words.ts";
import { transformation } from "./transformations.ts";

const contentDefinition = { ContentDefinitionReferenceId: "api.selfasserted.totp" };
const objectId = claim("objectId", "objectId", { required: true });

const pair = (claimTypeReferenceId: string, transformationClaimType: string) => ({
  claimTypeReferenceId,
  transformationClaimType,
});
const text = (id: string, displayName = id) => ({ id, dataType: "string" as const, displayName });

/** An authenticator app, as the sample policies do it: enrolled by a picture and its first code. */
export function authenticatorFactor(): SecondFactor {
  return {
    claimTypes: [
      text("secretKey"),
      text("qrCodeContent"),
      text("uriLabel"),
      text("totpIdentifier", "Account"),
      text("totpIssuer"),
      { id: "numberOfAvailableDevices", dataType: "int", displayName: "numberOfAvailableDevices" },
      { id: "totpEmails", dataType: "stringCollection", displayName: "Email Addresses" },
      {
        ...text("otpCode", "Verification code"),
        userInputType: "TextBox",
        userHelpText: "Enter the 6-digit code that your authenticator app shows.",
        restriction: {
          pattern: {
            regularExpression: "^[0-9]{6}$",
            helpText: "Enter the 6-digit code that your authenticator app shows.",
          },
        },
      },
    ],
    transformations: [
      transformation(
        "GetTotpIdentifier",
        "GetSingleItemFromStringCollection",
        [pair("totpEmails", "collection")],
        [pair("totpIdentifier", "extractedItem")],
      ),
      transformation(
        "CopyNameToTotpIdentifier",
        "CopyClaim",
        [pair("userPrincipalName", "inputClaim")],
        [pair("totpIdentifier", "outputClaim")],
      ),
      transformation("CreateSecret", "CreateOtpSecret", [], [pair("secretKey", "outputClaim")]),
      transformation(
        "CreateIssuer",
        "CreateStringClaim",
        [],
        [pair("totpIssuer", "createdClaim")],
        [{ id: "value", dataType: "string", value: "{AuthenticatorIssuer}" }],
      ),
      transformation(
        "CreateUriLabel",
        "FormatStringMultipleClaims",
        [pair("totpIssuer", "inputClaim1"), pair("totpIdentifier", "inputClaim2")],
        [pair("uriLabel", "outputClaim")],
        [{ id: "stringFormat", dataType: "string", value: "{0}:{1}" }],
      ),
      transformation(
        "CreateUriString",
        "BuildUri",
        [pair("uriLabel", "path"), pair("secretKey", "query.secret")],
        [pair("qrCodeContent", "outputClaim")],
        [
          { id: "scheme", dataType: "string", value: "otpauth" },
          { id: "host", dataType: "string", value: "totp" },
          { id: "query.issuer", dataType: "string", value: "{AuthenticatorIssuer}" },
        ],
      ),
    ],
    displayControls,
    profiles: [
      directory("AAD-UserReadAuthenticatorNameUsingObjectId", "Read", {
        metadata: mustExist,
        inputClaims: [objectId],
        outputClaims: [claim("userPrincipalName"), claim("totpEmails", "emails")],
      }),
      naming("SetTotpIdentifier-Email", "GetTotpIdentifier"),
      naming("SetTotpIdentifier-Name", "CopyNameToTotpIdentifier"),
      azureMfa(
        "AzureMfa-GetAvailableDevices",
        "GetAvailableDevices",
        ["userPrincipalName"],
        ["numberOfAvailableDevices"],
      ),
      azureMfa("AzureMfa-BeginVerifyOTP", "BeginVerifyOTP", ["secretKey", "objectId", "userPrincipalName"]),
      azureMfa("AzureMfa-VerifyOTP", "VerifyOTP", ["otpCode"]),
      enrolPage(),
      technicalProfile("OTPVerification", proprietary("selfAsserted"), {
        displayName: "Sign in with Authenticator app",
        metadata: {
          ...contentDefinition,
          "language.heading": "Enter the code of your app",
          "language.initial_intro": "Open your authenticator app and type the code that it shows.",
          "language.button_continue": "Verify",
        },
        displayClaims: [{ kind: "claim", claimTypeReferenceId: "otpCode", required: true }],
        outputClaims: [claim("otpCode", undefined, { required: true }), provedNow],
        validationTechnicalProfiles: [validation("AzureMfa-VerifyOTP")],
        useTechnicalProfileForSessionManagement: "SM-MFA-TOTP",
      }),
    ],
    sessionProfiles: [factorSession("SM-MFA-TOTP")],
    steps: [
      unlessProved("AADUserReadAuthenticatorName", "AAD-UserReadAuthenticatorNameUsingObjectId"),
      unlessProved("NameByEmail", "SetTotpIdentifier-Email", skipUnlessExists("totpEmails")),
      unlessProved("NameByUserName", "SetTotpIdentifier-Name", skipIfExists("totpIdentifier")),
      unlessProved("CheckAvailableDevices", "AzureMfa-GetAvailableDevices"),
      unlessProved("AuthenticatorForSignUp", "EnableOTPAuthentication", {
        type: "ClaimEquals",
        executeActionsIf: false,
        values: ["numberOfAvailableDevices", "0"],
        action: "SkipThisOrchestrationStep",
      }),
      unlessProved("AuthenticatorBeginSession", "AzureMfa-BeginVerifyOTP"),
      unlessProved("AuthenticatorForSignIn", "OTPVerification"),
    ],
  };
}

const control = (
  id: string,
  userInterfaceControlType: DisplayControl["userInterfaceControlType"],
  claims: readonly string[],
  controlClaimType?: string,
): DisplayControl => ({
  id,
  userInterfaceControlType,
  inputClaims: claims.map((name) => claim(name)),
  displayClaims: claims.map((claimTypeReferenceId) => ({
    claimTypeReferenceId,
    ...(controlClaimType !== undefined && { controlClaimType }),
  })),
  outputClaims: [],
  actions: [],
});

const displayControls: readonly DisplayControl[] = [
  control("authenticatorAppIconControl", "AuthenticatorAppIconControl", []),
  control("totpQrCodeControl", "QrCodeControl", ["qrCodeContent"], "QrCodeContent"),
  control("authenticatorInfoControl", "AuthenticatorInfoControl", ["totpIdentifier", "secretKey"]),
];

function enrolPage(): TechnicalProfile {
  return technicalProfile("EnableOTPAuthentication", proprietary("selfAsserted"), {
    displayName: "Sign up with Authenticator app",
    metadata: {
      ...contentDefinition,
      "language.heading": "Set up an authenticator app",
      "language.initial_intro": "You need its code whenever you sign in.",
      "language.button_continue": "Continue",
    },
    inputClaimsTransformations: ["CreateSecret", "CreateIssuer", "CreateUriLabel", "CreateUriString"],
    inputClaims: [claim("qrCodeContent"), claim("secretKey")],
    displayClaims: displayControls.map(({ id }) => ({ kind: "control", displayControlReferenceId: id })),
    outputClaims: [claim("objectId"), claim("secretKey")],
    useTechnicalProfileForSessionManagement: "SM-Noop",
  });
}

function naming(id: string, transformationId: string): TechnicalProfile {
  return technicalProfile(id, proprietary("claimsTransformation"), {
    displayName: "Name of the account in the app",
    outputClaims: [claim("totpIdentifier")],
    outputClaimsTransformations: [transformationId],
    useTechnicalProfileForSessionManagement: "SM-Noop",
  });
}

function azureMfa(
  id: string,
  operation: string,
  inputs: readonly string[],
  outputs: readonly string[] = [],
): TechnicalProfile {
  return technicalProfile(id, proprietary("azureMfa"), {
    displayName: operation,
    metadata: { Operation: operation },
    inputClaims: inputs.map((name) => claim(name)),
    outputClaims: outputs.map((name) => claim(name)),
    useTechnicalProfileForSessionManagement: "SM-Noop",
  });
}
