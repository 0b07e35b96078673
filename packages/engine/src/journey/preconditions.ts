import type { Precondition } from "@vestibule/policy";
import { claimExists, claimText, readClaim } from "../claims/bag.ts";
import type { ClaimsBag, ClaimValue } from "../claims/value.ts";
import type { Program } from "../program/program.ts";
import { redacted } from "./trace-values.ts";

/** What one precondition said of the claims as they were, for the trace. */
export interface PreconditionVerdict {
  readonly type: Precondition["type"];
  /** Claim type ids; of `ClaimEquals` one, and the literal. */
  readonly values: readonly string[];
  readonly executeActionsIf: boolean;
  /** What the first claim held, redacted; absent = it had no value. */
  readonly found?: ClaimValue;
  readonly skips: boolean;
}

export interface Judgement {
  /** The first precondition that asks to skip. */
  readonly skip?: Precondition;
  readonly verdicts: readonly PreconditionVerdict[];
}

const none: Judgement = { verdicts: [] };

/**
 * Asks preconditions in their order until one skips. A `ClaimEquals` on an absent claim never does, whatever it says
 * about the result. Source: journeys.md 3.
 */
export function judgePreconditions(
  { policy, secrets }: Pick<Program, "policy" | "secrets">,
  preconditions: readonly Precondition[],
  claims: ClaimsBag,
): Judgement {
  if (preconditions.length === 0) return none;
  const verdicts: PreconditionVerdict[] = [];
  for (const precondition of preconditions) {
    const { type, executeActionsIf } = precondition;
    const values = precondition.values.map((value) => value.trim());
    const [claimTypeId = "", literal = ""] = values;
    const found = readClaim(policy, claims, claimTypeId);
    const holds =
      type === "ClaimsExist"
        ? values.every((id) => claimExists(policy, claims, id))
        : found === undefined
          ? undefined
          : equals(found, literal);
    const skips = holds === executeActionsIf;
    verdicts.push({
      type,
      values,
      executeActionsIf,
      ...(found !== undefined && { found: redacted(policy, secrets, claimTypeId, found) }),
      skips,
    });
    if (skips) return { skip: precondition, verdicts };
  }
  return { verdicts };
}

function equals(value: ClaimValue, literal: string): boolean {
  const text = claimText(value);
  return typeof value === "boolean" ? text.toLowerCase() === literal.toLowerCase() : text === literal;
}
