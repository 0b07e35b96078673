import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { builtInStrings, type ClaimValue } from "@vestibule/engine";
import {
  checkTransformations,
  convertClaim,
  parseIsoDateTime,
  runTransformation,
  transformationTexts,
} from "@vestibule/engine/testing";
import { type DataType, formatDiagnostic, type Policy } from "@vestibule/policy";
import { Checks } from "../match.ts";
import { type CaseResult, type Report, verdict } from "../report.ts";
import { type ExpectedClaim, readCases, type TransformationCase } from "./case-file.ts";
import { casePolicy, caseTransformation, contentDefinitionId, inputId, outputId } from "./case-policy.ts";

/** Runs every case of one file: the transformation is checked as at load, then run as in a journey. */
export async function runTransformationCases(path: string, report: Report): Promise<void> {
  for (const each of await readCases(path))
    await report.run(`${each.method}: ${each.name}`, () => transformationCase(each));
}

/** What is random is tried more than once. */
const tries = 20;

const outputsDiffer = "VB105";

const expectsRefusal = ({ error }: TransformationCase) => error?.kind === "policyValidation";

function transformationCase(each: TransformationCase): CaseResult {
  const checks = new Checks();
  const policy = casePolicy(each);
  const refusals = checkTransformations(policy).filter(
    // A case that fails when it runs need not say its outputs.
    ({ severity, code }) =>
      severity === "error" && (expectsRefusal(each) || !each.error || code !== outputsDiffer),
  );
  if (expectsRefusal(each)) {
    checks.truth("policy", refusals.length > 0, "refused when it is loaded", "accepted");
    return verdict(checks.mismatches);
  }
  if (refusals.length > 0) {
    checks.truth("policy", false, "accepted", refusals.map(formatDiagnostic));
    return verdict(checks.mismatches);
  }
  const isRandom = each.outputs.some(({ matches }) => matches !== undefined);
  for (let i = 0; i < (isRandom ? tries : 1) && checks.mismatches.length === 0; i++)
    runOnce(each, policy, checks);
  return verdict(checks.mismatches);
}

function runOnce(each: TransformationCase, policy: Policy, checks: Checks): void {
  const before = bagBefore(each);
  const result = runTransformation(caseTransformation(each), caseContext(each, policy, before));
  const kind = result.kind === "claims" ? "none" : result.kind;
  checks.equal("error", kind, each.error?.kind ?? "none");
  if (result.kind === "assertion") checkAssertion(each, result.key, checks);
  if (result.kind !== "claims" || each.error) return;
  for (const expected of each.outputs) {
    const id = outputId(expected.type);
    const changed = result.claims[id];
    checkOutput(expected, changed === undefined ? before[id] : changed, checks);
  }
}

function bagBefore(each: TransformationCase): Record<string, ClaimValue> {
  const bag: Record<string, ClaimValue> = {};
  const put = (id: string, dataType: string, value: unknown) => {
    // Identities stand in cases as in the bag; a collection without elements is there, only null is absent.
    if (/identity|securityid/i.test(dataType) || (Array.isArray(value) && value.length === 0)) {
      if (value !== null && value !== undefined) bag[id] = value as ClaimValue;
      return;
    }
    const converted = convertClaim(dataType as DataType, value);
    if (converted.kind === "error")
      throw new Error(`the case's value of '${id}' is no ${dataType}: ${converted.reason}`);
    if (converted.kind === "value") bag[id] = converted.value;
  };
  for (const { type, dataType, value } of each.inputs) put(inputId(each, type), dataType, value);
  for (const { type, dataType, initialValue } of each.outputs) put(outputId(type), dataType, initialValue);
  return bag;
}

function caseContext(each: TransformationCase, policy: Policy, claims: Record<string, ClaimValue>) {
  const { context } = each;
  const relyingPartyTenantId = context.relyingPartyTenantId ?? "contoso.onmicrosoft.com";
  const keys = new Map(Object.entries(context.policyKeys ?? {}));
  return {
    policy,
    claims,
    nulls: new Set<string>(),
    now: parseIsoDateTime(context.utcNow ?? new Date().toISOString()) ?? 0n,
    random: {
      uuid: () => randomUUID(),
      token: (bytes: number) => randomBytes(bytes).toString("base64url"),
      integer: (below: number) => randomInt(below),
    },
    expressions: {
      technicalProfileId: context.technicalProfileId ?? "TransformClaims",
      relyingPartyTenantId,
      trustFrameworkTenantId: context.trustFrameworkTenantId ?? relyingPartyTenantId,
      authenticatorIssuer: context.authenticatorIssuer ?? "Contoso",
    },
    secret: (name: string) => keys.get(name),
    texts: transformationTexts(policy, contentDefinitionId, context.language ?? "en"),
  };
}

function checkAssertion({ error }: TransformationCase, key: string, checks: Checks): void {
  if (error?.metadataKey !== undefined) checks.equal("message key", key, error.metadataKey);
  if (error?.defaultMessage !== undefined)
    checks.equal("message", builtInStrings.en?.errorMessages[key], error.defaultMessage);
}

function checkOutput(expected: ExpectedClaim, got: ClaimValue | null | undefined, checks: Checks): void {
  const { type, matches, length } = expected;
  if (matches !== undefined) {
    const holds = typeof got === "string" && new RegExp(matches).test(got);
    checks.truth(type, holds, matches, got);
    if (length !== undefined) checks.equal(`length of ${type}`, String(got).length, length);
    return;
  }
  const [wanted, found] = [comparable(expected, expected.value), comparable(expected, got)];
  if (!isDeepStrictEqual(found, wanted)) checks.equal(type, got ?? null, expected.value ?? null);
}

/** A form in which equal values are the same: claims-transformations.md 10. */
function comparable({ dataType, compare }: ExpectedClaim, value: unknown): unknown {
  // The engine keeps a collection that ends up empty as no claim.
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return null;
  if (compare === "json" && typeof value === "string") return parsedOrText(value);
  if (compare === "set" && Array.isArray(value)) return value.map((item) => JSON.stringify(item)).toSorted();
  if (dataType === "long" || dataType === "int") return String(value);
  if (dataType === "dateTime" && typeof value === "string") return parseIsoDateTime(value) ?? value;
  return value;
}

function parsedOrText(text: string): unknown {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return { text };
  }
}
