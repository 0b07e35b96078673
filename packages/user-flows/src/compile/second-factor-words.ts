import type {
  ClaimsTransformation,
  ClaimType,
  DisplayControl,
  Precondition,
  TechnicalProfile,
} from "@vestibule/policy";
import {
  claim,
  constant,
  exchangeStep,
  proprietary,
  type Step,
  skipIfExists,
  skipUnlessExists,
  technicalProfile,
} from "./blocks.ts";

/** A second factor of user flows (user-flows.md 10, 17.4): everything that a flow with it has more than one without. */
export interface SecondFactor {
  readonly claimTypes: readonly ClaimType[];
  readonly transformations: readonly ClaimsTransformation[];
  readonly displayControls?: readonly DisplayControl[];
  readonly profiles: readonly TechnicalProfile[];
  readonly sessionProfiles: readonly TechnicalProfile[];
  /** After the account is known. They ask for the factor at most once in a journey, and not within its session. */
  readonly steps: readonly Step[];
}

/** Set by a page that proved the factor; with it the factor is not asked for a second time in the journey. */
const provedClaim = "secondFactorProved";
export const provedNow = constant(provedClaim, "true");

/** Steps that are passed over where the factor was proved, in this journey or in its session. */
export function unlessProved(id: string, profile: string, ...more: readonly Precondition[]): Step {
  return exchangeStep(id, profile, skipIfExists("isActiveMFASession"), skipIfExists(provedClaim), ...more);
}

/** Keeps in the session that this factor was proved. Each kind has its own: a weaker one never stands in for another. */
export function factorSession(id: string): TechnicalProfile {
  return technicalProfile(id, proprietary("defaultSession"), {
    displayName: "Session Management Provider",
    persistedClaims: [claim(provedClaim)],
    outputClaims: [claim("isActiveMFASession", undefined, { defaultValue: "true" })],
  });
}

/** Writes one claim to the account of the journey, where the claim exists. */
export function storeStep(id: string, profile: string, claimType: string): Step {
  return exchangeStep(id, profile, skipUnlessExists(claimType));
}
