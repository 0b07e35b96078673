import type { TechnicalProfile } from "@vestibule/policy";
import { claimText } from "../claims/bag.ts";
import { resolveInputClaims } from "../claims/mapping.ts";
import type { ClaimValue } from "../claims/value.ts";
import { pageTexts } from "./messages.ts";
import type { Outcome } from "./outcome.ts";
import { type Run, resolverScope, serverError, writeBag } from "./run.ts";
import { runTransformations } from "./technical-profile.ts";

/**
 * Ends the journey with an error that the policy words. Its transformations, output ones too, run before the input
 * claims are read; nothing is written to the session. Source: technical-profiles.md 19, journeys.md 12.9.
 */
export async function sendError(run: Run, profile: TechnicalProfile): Promise<Outcome> {
  const changed: Record<string, ClaimValue | null> = {};
  const call = {
    profile,
    claims: run.state.bag,
    texts: pageTexts(run, undefined),
    messageProfiles: [profile],
  };
  const transformations = [...profile.inputClaimsTransformations, ...profile.outputClaimsTransformations];
  if (await runTransformations(run, transformations, call, changed))
    return serverError("AADB2C", "An exception has occurred.");
  writeBag(run, changed, `${profile.id}: claims transformations`, profile.id);
  const input = resolveInputClaims(profile, profile.inputClaims, resolverScope(run));
  if (input.kind === "missing")
    return serverError(
      "AADB2C90255",
      `The claims exchange specified in technical profile '${profile.id}' did not complete as expected. You might want to try starting your session over from the beginning.`,
    );
  const text = (name: string) => {
    const claim = [...input.claims.values()].find(
      ({ partnerName }) => partnerName.toLowerCase() === name.toLowerCase(),
    );
    return claim === undefined ? "" : claimText(claim.value);
  };
  return {
    kind: "relyingPartyError",
    error: "access_denied",
    code: `AAD_Custom_${text("errorCode")}`,
    message: text("errorMessage"),
  };
}
