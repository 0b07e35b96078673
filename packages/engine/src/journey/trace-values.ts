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
  const hideText = (text: string) =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, () => hidden), text);
  const hide = (value: unknown): unknown => {
    if (typeof value === "string") return hideText(value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(hide);
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, hide(part)]));
  };
  // The policy's own words stay: whoever types `page` as a password must not change what kind an entry is of.
  return trace.map((entry) => ({
    ...entry,
    text: hideText(entry.text),
    ...(entry.claims && { claims: hide(entry.claims) as TraceEntry["claims"] & object }),
    ...(entry.inputs && { inputs: hide(entry.inputs) as TraceEntry["inputs"] & object }),
    ...(entry.preconditions && {
      preconditions: entry.preconditions.map((verdict) =>
        verdict.found === undefined ? verdict : { ...verdict, found: hide(verdict.found) as ClaimValue },
      ),
    }),
    ...(entry.detail && { detail: hide(entry.detail) as TraceEntry["detail"] & object }),
  }));
}
