import type { OrchestrationStep } from "@vestibule/policy";
import { mapOutputClaims } from "../claims/mapping.ts";
import type { ClaimValue } from "../claims/value.ts";
import type { HintTrust } from "../ports.ts";
import type { CompiledProfile } from "../program/compiled-profile.ts";
import { pageTexts } from "./messages.ts";
import type { Outcome } from "./outcome.ts";
import { nextStep, note, profileOf, type Run, resolverScope, serverError, writeBag } from "./run.ts";
import { runTransformations } from "./technical-profile.ts";

type HintProfile = Extract<CompiledProfile, { kind: "hint" }>;

/**
 * Reads what the application says of the person in its signed `id_token_hint`. Only claims that the relying party lists
 * as its inputs come into the journey. Source: technical-profiles.md 15, journeys.md 12.2.
 */
export async function getClaims(run: Run, step: OrchestrationStep): Promise<"next" | Outcome> {
  const id = step.cpimIssuerTechnicalProfileReferenceId;
  const compiled = id === undefined ? undefined : profileOf(run, id);
  if (compiled?.kind !== "hint")
    return serverError("AADB2C90037", `Step '${step.order}' does not name a profile that reads a hint.`);
  const { parameters } = run.state.request;
  const hint = Object.hasOwn(parameters, "id_token_hint") ? parameters.id_token_hint : undefined;
  if (hint === undefined || hint === "") return withoutHint(run);

  const { profile } = compiled;
  const result = await run.ports.hints.verify(hint, await trustOf(run, compiled));
  if (result.kind === "refused") {
    note(run, {
      kind: "outcome",
      text: `${profile.id}: the hint was refused: ${result.detail}`,
      technicalProfile: profile.id,
      detail: { code: result.code },
    });
    return serverError(result.code, hintTexts[result.code] ?? "The provided id_token_hint is not accepted.");
  }
  const { inputClaims } = run.program.policy.relyingParty.technicalProfile;
  const listed = new Set(inputClaims.map(({ claimTypeReferenceId }) => claimTypeReferenceId.toLowerCase()));
  const gated = {
    ...profile,
    outputClaims: profile.outputClaims.filter(({ claimTypeReferenceId }) =>
      listed.has(claimTypeReferenceId.toLowerCase()),
    ),
  };
  const output = mapOutputClaims(gated, result.claims, resolverScope(run));
  if (output.kind === "failed") return incomplete(run, profile.id, output.claimTypeId, output.reason);
  const changed: Record<string, ClaimValue | null> = { ...output.claims };
  const call = {
    profile,
    claims: run.state.bag,
    texts: pageTexts(run, undefined),
    messageProfiles: [profile],
  };
  if (await runTransformations(run, profile.outputClaimsTransformations, call, changed))
    return serverError("AADB2C", "An exception has occurred.");
  writeBag(run, changed, `${profile.id}: claims of the application`, profile.id);
  const lacking = inputClaims.find((claim) => claim.required && !isThere(run, claim.claimTypeReferenceId));
  if (lacking) return incomplete(run, profile.id, lacking.claimTypeReferenceId, "the hint has no such claim");
  nextStep(run);
  return "next";
}

/** A journey without hint goes on, and its policy asks whether the claims exist; unless one is required. */
function withoutHint(run: Run): "next" | Outcome {
  const { inputClaims } = run.program.policy.relyingParty.technicalProfile;
  if (inputClaims.some(({ required }) => required))
    return serverError(
      "AADB2C90272",
      "The id_token_hint parameter has not been specified in the request. Please provide token and try again.",
    );
  nextStep(run);
  return "next";
}

async function trustOf(run: Run, { trust }: HintProfile): Promise<HintTrust> {
  const secret = trust.secretKey === undefined ? undefined : await run.ports.keys.secret(trust.secretKey);
  return {
    ...(trust.metadata !== undefined && {
      metadata: trust.metadata
        .replaceAll("{tenant}", run.ports.directory.defaultDomain)
        .replaceAll("{policy}", run.state.policyId),
    }),
    ...(secret !== undefined && { secret }),
    ...(trust.issuer !== undefined && { issuer: trust.issuer }),
    ...(trust.audience !== undefined && { audience: trust.audience }),
    origin: run.state.request.origin,
  };
}

function isThere(run: Run, claimTypeId: string): boolean {
  const type = run.program.policy.claimTypes.get(claimTypeId);
  return type !== undefined && run.state.bag[type.id] !== undefined;
}

function incomplete(run: Run, technicalProfile: string, claimTypeId: string, reason: string): Outcome {
  note(run, { kind: "warning", text: `${technicalProfile}: ${claimTypeId}: ${reason}`, technicalProfile });
  return serverError(
    "AADB2C90255",
    `The claims exchange specified in technical profile '${technicalProfile}' did not complete as expected. You might want to try starting your session over from the beginning.`,
  );
}

const hintTexts: Readonly<Record<string, string>> = {
  AADB2C90208: "The provided id_token_hint parameter is expired. Please provide another token and try again.",
  AADB2C90209: "The provided id_token_hint parameter does not contain an accepted audience.",
  AADB2C90210:
    "The provided id_token_hint parameter could not be validated. Please provide another token and try again.",
  AADB2C90232: "The provided id_token_hint parameter does not contain an accepted issuer.",
  AADB2C90233: "The provided id_token_hint parameter failed signature validation.",
  AADB2C90234: "The provided id_token_hint parameter is not valid yet.",
};
