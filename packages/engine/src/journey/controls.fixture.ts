import type { DisplayControl, Policy } from "@vestibule/policy";
import { JourneyBrowser } from "../testing/browser.ts";
import { type MemoryPorts, memoryPorts } from "../testing/memory-ports.ts";
import {
  handler,
  type SampleParts,
  samplePolicy,
  selfAsserted,
  step,
  technicalProfile,
} from "../testing/sample-policy.ts";

const oneTimePassword = handler("Providers.OneTimePasswordProtocolProvider");
const restful = handler("Providers.RestfulProvider");

const claim = (claimTypeReferenceId: string, partnerClaimType?: string) => ({
  claimTypeReferenceId,
  ...(partnerClaimType !== undefined && { partnerClaimType }),
});
const action = (id: string, ...profiles: string[]) => ({
  id,
  technicalProfiles: profiles.map((referenceId) => ({ referenceId, preconditions: [] })),
});

/** Proves an address with a code that the policy makes itself and hands to a mail service, as JSON. */
export const emailControl: DisplayControl = {
  id: "emailVerificationControl",
  userInterfaceControlType: "VerificationControl",
  inputClaims: [claim("email")],
  displayClaims: [
    { claimTypeReferenceId: "email", required: true },
    { claimTypeReferenceId: "code", controlClaimType: "VerificationCode", required: true },
  ],
  outputClaims: [claim("email")],
  actions: [action("SendCode", "Otp-Generate", "Mail-Send"), action("VerifyCode", "Otp-Verify")],
};

/** A journey of one page: a name beside an address that has to be proved. */
export function controlPolicy(change: (parts: SampleParts) => void = () => {}): Policy {
  return samplePolicy((parts) => {
    parts.claimTypes.push(
      { id: "otp", dataType: "string" },
      { id: "mailBody", dataType: "string" },
      { id: "code", dataType: "string", displayName: "Code", userInputType: "TextBox" },
    );
    parts.claimsTransformations.push({
      id: "MakeMail",
      transformationMethod: "GenerateJson",
      inputClaims: [
        { claimTypeReferenceId: "email", transformationClaimType: "personalizations.0.to.0.email" },
        {
          claimTypeReferenceId: "otp",
          transformationClaimType: "personalizations.0.dynamic_template_data.otp",
        },
      ],
      inputParameters: [{ id: "template_id", dataType: "string", value: "d-1" }],
      outputClaims: [{ claimTypeReferenceId: "mailBody", transformationClaimType: "outputClaim" }],
    });
    parts.displayControls.push(emailControl);
    parts.technicalProfiles.push(
      technicalProfile("Prove", selfAsserted, {
        metadata: { ContentDefinitionReferenceId: "api.selfasserted" },
        displayClaims: [
          { kind: "claim", claimTypeReferenceId: "displayName", required: true },
          { kind: "control", displayControlReferenceId: "emailVerificationControl" },
        ],
        outputClaims: [
          claim("email"),
          claim("displayName"),
          { claimTypeReferenceId: "objectId", defaultValue: "o-1", alwaysUseDefaultValue: true },
        ],
      }),
      technicalProfile("Otp-Generate", oneTimePassword, {
        metadata: { Operation: "GenerateCode", NumRetryAttempts: "3", NumCodeGenerationAttempts: "2" },
        inputClaims: [claim("email", "identifier")],
        outputClaims: [claim("otp", "otpGenerated")],
      }),
      technicalProfile("Otp-Verify", oneTimePassword, {
        metadata: { Operation: "VerifyCode" },
        inputClaims: [claim("email", "identifier"), claim("code", "otpToVerify")],
      }),
      technicalProfile("Mail-Send", restful, {
        metadata: {
          ServiceUrl: "https://mail.example/v3/mail/send",
          AuthenticationType: "Bearer",
          SendClaimsIn: "Body",
          ClaimUsedForRequestPayload: "mailBody",
        },
        cryptographicKeys: [{ id: "BearerAuthenticationToken", storageReferenceId: "B2C_1A_MailKey" }],
        inputClaimsTransformations: ["MakeMail"],
        inputClaims: [claim("mailBody")],
      }),
    );
    parts.steps.splice(
      0,
      parts.steps.length,
      step(1, "ClaimsExchange", {
        claimsExchanges: [{ id: "ProveExchange", technicalProfileReferenceId: "Prove" }],
      }),
      step(2, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
    );
    change(parts);
  });
}

/** A person at the page of `controlPolicy`. */
export class ControlBrowser extends JourneyBrowser {
  constructor(policy: Policy = controlPolicy(), ports: MemoryPorts = mailingPorts()) {
    super(policy, ports);
  }

  press(actionId: string, fields: Readonly<Record<string, string>>, controlId = emailControl.id) {
    return this.send({ kind: "controlAction", controlId, action: actionId, fields });
  }

  /** The code in the last mail. */
  mailedCode(): string {
    const body: unknown = JSON.parse(this.ports.httpCalls.at(-1)?.body ?? "{}");
    return /"otp":"([^"]+)"/.exec(JSON.stringify(body))?.[1] ?? "";
  }

  override async prove(_claimId: string, email: string): Promise<void> {
    await this.press("SendCode", { email });
    await this.press("VerifyCode", { email, code: this.mailedCode() });
  }
}

export function mailingPorts(): MemoryPorts {
  const ports = memoryPorts();
  ports.answer = () => ({ kind: "answer", status: 202, headers: {}, body: "", attempts: [] });
  return ports;
}
