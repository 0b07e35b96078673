import type { Diagnostic, Policy, TechnicalProfile } from "@vestibule/policy";
import { builtInAttributes, customAttributeName, matchName } from "./connector/names.ts";
import { convertAnswer } from "./convert.ts";
import { isJsonObject, parseJson } from "./json.ts";
import { type MetadataReader, oneOf } from "./metadata-reader.ts";

/** What becomes of the journey where the API fails. */
export type FailurePolicy =
  | { readonly kind: "block" }
  /** It goes on, with these values (partner name → value) as if the API had returned them. */
  | { readonly kind: "continue"; readonly values: Readonly<Record<string, unknown>> };

/** `vestibule.onFailure` and `vestibule.claimsOnFailure`, a JSON object of the names that an answer would have. */
export function readFailurePolicy(
  item: MetadataReader,
  profile: TechnicalProfile,
  policy: Policy,
  contract: "connector" | "restful",
  jsonClaims: ReadonlySet<string>,
  report: (problem: Diagnostic) => void,
): FailurePolicy {
  const kind = oneOf(item, "vestibule.onFailure", ["block", "continue"] as const, "block");
  if ("problem" in kind) {
    report(kind.problem);
    return { kind: "block" };
  }
  const key = "vestibule.claimsOnFailure";
  const text = item.text(key);
  if (kind.value === "block") {
    if (text !== undefined) {
      report(
        item.problem(
          "PL302",
          `metadata item '${key}' counts only beside 'vestibule.onFailure' = 'continue'.`,
        ),
      );
    }
    return { kind: "block" };
  }
  if (text === undefined) return { kind: "continue", values: {} };
  const json = parseJson(text);
  if (!isJsonObject(json)) {
    report(item.unfit(key, "a JSON object of claims"));
    return { kind: "block" };
  }
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    const output = outputNamed(profile, name);
    const claimType = output && policy.claimTypes.get(output.claimTypeReferenceId);
    // A connector serves several flows, and not each of them has selected each attribute.
    if (!output && contract === "connector" && isAttribute(policy, name)) continue;
    if (!output || !claimType) {
      report(
        item.problem(
          "PL302",
          `metadata item '${key}' names '${name}', which is no output claim of the profile.`,
        ),
      );
      continue;
    }
    const isJson = contract === "restful" || jsonClaims.has(claimType.id.toLowerCase());
    const converted = convertAnswer(value, claimType.dataType, contract, isJson);
    if (converted.kind !== "value") {
      const reason = converted.kind === "invalid" ? converted.reason : "it is empty";
      report(
        item.problem("PL302", `metadata item '${key}': the value of '${name}' cannot be used: ${reason}.`),
      );
      continue;
    }
    values[output.partnerClaimType ?? output.claimTypeReferenceId] = converted.value;
  }
  return { kind: "continue", values };
}

function isAttribute(policy: Policy, name: string): boolean {
  const custom = customAttributeName(name);
  return custom === undefined
    ? matchName(name, builtInAttributes) !== undefined
    : policy.claimTypes.has(`extension_${custom}`);
}

function outputNamed(profile: TechnicalProfile, name: string) {
  const partner = (output: TechnicalProfile["outputClaims"][number]) =>
    output.partnerClaimType ?? output.claimTypeReferenceId;
  const lower = name.toLowerCase();
  const custom = customAttributeName(name)?.toLowerCase();
  return profile.outputClaims.find(
    (output) =>
      !partner(output).startsWith("vestibule.") &&
      (partner(output).toLowerCase() === lower ||
        (custom !== undefined && customAttributeName(partner(output))?.toLowerCase() === custom)),
  );
}
