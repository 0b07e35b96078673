import type { Diagnostic } from "@vestibule/policy";
import { claimText } from "../../claims/bag.ts";
import { metadataItem } from "../../claims/mapping.ts";
import type { CheckCodeResult, SendCodeResult } from "../../ports.ts";
import type { ProfileContext, ProfileResult, ServerProfileKind } from "../profile.ts";
import { isEmailAddress } from "../self-asserted/fields.ts";

/** Metadata of the self-service password reset provider. Source: technical-profiles.md 8. */
export interface AadSsprMetadata {
  readonly operation: "SendCode" | "VerifyCode";
}

type Context = ProfileContext<AadSsprMetadata>;

const neededInputs = {
  SendCode: ["emailAddress"],
  VerifyCode: ["emailAddress", "verificationCode"],
} as const;

/** Three addresses, each with all codes that it may get in ten minutes. */
const mostCodes = 15;

const sendFailures: Readonly<Record<Exclude<SendCodeResult["kind"], "sent">, string>> = {
  throttled: "UserMessageIfThrottled",
  failed: "UserMessageIfInternalError",
};

const checkFailures: Readonly<Record<Exclude<CheckCodeResult["kind"], "verified">, string>> = {
  wrong: "UserMessageIfVerificationFailedRetryAllowed",
  tooManyTries: "UserMessageIfVerificationFailedNoRetry",
  expired: "UserMessageIfChallengeExpired",
};

/**
 * Codes by e-mail that the server itself sends: the machinery of the built-in verification, as actions of a policy. An
 * address gets a code whether or not it has an account.
 */
export const aadSsprProfile: ServerProfileKind<AadSsprMetadata> = {
  kind: "aadSspr",

  readMetadata(profile) {
    const written = metadataItem(profile.metadata, "Operation");
    const operation = (["SendCode", "VerifyCode"] as const).find(
      (name) => name.toLowerCase() === written?.toLowerCase(),
    );
    const problem = (code: string, message: string): { diagnostics: readonly Diagnostic[] } => ({
      diagnostics: [
        {
          code,
          severity: "error",
          message: `Technical profile '${profile.id}': ${message}`,
          ...(profile.at && { at: profile.at }),
        },
      ],
    });
    if (operation === undefined)
      return problem(
        written === undefined ? "PL303" : "PL302",
        "metadata item Operation must be one of SendCode, VerifyCode.",
      );
    const given = profile.inputClaims.map(({ partnerClaimType, claimTypeReferenceId }) =>
      (partnerClaimType ?? claimTypeReferenceId).toLowerCase(),
    );
    const missing = neededInputs[operation].find((name) => !given.includes(name.toLowerCase()));
    if (missing !== undefined)
      return problem("VB116", `${operation} needs an input claim with PartnerClaimType '${missing}'.`);
    return { metadata: { operation } };
  },

  async run(context): Promise<ProfileResult> {
    const address = inputText(context, "emailAddress");
    if (!isEmailAddress(address)) return failed(context, "UserMessageIfInternalError", "no e-mail address");
    const scope = `${context.state.id}:aadSspr`;
    const { verification } = context.ports;
    if (context.metadata.operation === "VerifyCode") {
      const checked = await verification.checkCode(scope, address, inputText(context, "verificationCode"));
      if (checked.kind === "verified") return { kind: "values", values: {} };
      return failed(context, checkFailures[checked.kind], checked.kind);
    }
    if (!context.codes.claim(mostCodes))
      return failed(context, "UserMessageIfThrottled", `this journey has asked for ${mostCodes} codes`);
    const sent = await verification.sendCode(scope, address, {
      language: context.state.culture.language,
      organisation: context.ports.organisation,
    });
    if (sent.kind === "sent") return { kind: "values", values: {} };
    return failed(context, sendFailures[sent.kind], sent.kind);
  },
};

function failed(context: Context, key: string, cause: string): ProfileResult {
  context.trace({
    kind: "validation",
    text: `${context.profile.id}: ${cause}`,
    technicalProfile: context.profile.id,
  });
  return { kind: "userError", message: context.message(key) };
}

function inputText({ input }: Context, partner: string): string {
  const wanted = partner.toLowerCase();
  const claim = [...input.values()].find(({ partnerName }) => partnerName.toLowerCase() === wanted);
  return claim === undefined ? "" : claimText(claim.value).trim();
}
