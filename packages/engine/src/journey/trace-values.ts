import type { Policy } from "@vestibule/policy";
import { claimKey } from "../claims/bag.ts";
import type { ClaimValue } from "../claims/value.ts";
import type { TraceEntry } from "./trace.ts";

const hidden = "••••••";

/** A claim's value as a trace may hold it: secret claims, in any spelling of their id, are replaced. */
export function redacted(
  policy: Policy,
  secrets: ReadonlySet<string>,
  claimTypeId: string,
  value: ClaimValue,
): ClaimValue {
  return secrets.has(claimTypeId) || secrets.has(claimKey(policy, claimTypeId) ?? "") ? hidden : value;
}

/** Shorter texts would be found in every other. */
const shortestSecret = 4;

/** The trace without texts that were typed as a secret in this turn, whatever claim an API's answer put them into. */
export function withoutSecretTexts(
  trace: readonly TraceEntry[],
  typed: ReadonlySet<string>,
): readonly TraceEntry[] {
  const secrets = [...typed].filter(({ length }) => length >= shortestSecret);
  if (secrets.length === 0) return trace;
  const hide = (value: unknown): unknown => {
    if (typeof value === "string")
      return secrets.reduce((text, secret) => text.replaceAll(secret, () => hidden), value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(hide);
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, hide(part)]));
  };
  return trace.map((entry) => hide(entry) as TraceEntry);
}
