import { randomInt, randomUUID } from "node:crypto";
import type { ClaimsTransformation, ClaimType, DataType, Policy } from "@vestibule/policy";
import { IdMap } from "@vestibule/policy";
import { parseIsoDateTime } from "../claims/dotnet/date-time.ts";
import type { ClaimValue } from "../claims/value.ts";
import { samplePolicy } from "../testing/sample-policy.ts";
import { transformationTexts } from "./localized-texts.ts";
import { runTransformation } from "./run.ts";
import type { TransformationContext, TransformationResult } from "./transformation.ts";

export interface Exercise {
  /** TransformationClaimType → data type and value; undefined = declared, but absent; null = a claim that is null. */
  readonly inputs?: Readonly<Record<string, readonly [DataType, ClaimValue | null | undefined]>>;
  /** Id → value, declared as string, or data type and value. */
  readonly parameters?: Readonly<Record<string, string | readonly [string, string]>>;
  readonly outputs?: Readonly<Record<string, DataType>>;
  /** Changes of the output claim types. */
  readonly outputType?: Partial<ClaimType>;
  readonly context?: Partial<TransformationContext>;
  readonly policy?: Partial<Policy>;
}

/** A policy with one transformation; inputs are the claims `in_…`, outputs `out_…`. */
export function exercisePolicy(method: string, exercise: Exercise): Policy {
  const { inputs = {}, parameters = {}, outputs = {} } = exercise;
  const transformation: ClaimsTransformation = {
    id: "Test",
    transformationMethod: method,
    inputClaims: Object.keys(inputs).map((name) => ({
      claimTypeReferenceId: `in_${name}`,
      transformationClaimType: name,
    })),
    inputParameters: Object.entries(parameters).map(([id, given]) => {
      const [dataType, value] = typeof given === "string" ? ["string", given] : given;
      return { id, dataType, value };
    }),
    outputClaims: Object.keys(outputs).map((name) => ({
      claimTypeReferenceId: `out_${name}`,
      transformationClaimType: name,
    })),
  };
  return {
    ...samplePolicy(({ claimTypes }) => {
      for (const [name, [dataType]] of Object.entries(inputs))
        claimTypes.push({ id: `in_${name}`, dataType });
      for (const [name, dataType] of Object.entries(outputs))
        claimTypes.push({ id: `out_${name}`, dataType, ...exercise.outputType });
    }),
    claimsTransformations: IdMap.of([transformation]),
    ...exercise.policy,
  };
}

/** Runs one method and names its outputs by TransformationClaimType again. */
export function exercise(method: string, given: Exercise): TransformationResult {
  const policy = exercisePolicy(method, given);
  const entries = Object.entries(given.inputs ?? {});
  const [transformation] = policy.claimsTransformations.values();
  if (!transformation) throw new Error("the policy holds the transformation");
  const result = runTransformation(transformation, {
    policy,
    claims: Object.fromEntries(
      entries.flatMap(([name, [, value]]) =>
        value === undefined || value === null ? [] : [[`in_${name}`, value]],
      ),
    ),
    nulls: new Set(entries.flatMap(([name, [, value]]) => (value === null ? [`in_${name}`] : []))),
    now: parseIsoDateTime("2026-01-15T12:00:00Z") ?? 0n,
    random: { uuid: randomUUID, token: () => randomUUID(), integer: (below) => randomInt(below) },
    expressions: {
      technicalProfileId: "Caller",
      relyingPartyTenantId: "contoso.onmicrosoft.com",
      trustFrameworkTenantId: "framework.onmicrosoft.com",
      authenticatorIssuer: "Contoso demo",
    },
    secret: () => undefined,
    texts: transformationTexts(policy, undefined, "en"),
    ...given.context,
  });
  if (result.kind !== "claims") return result;
  const claims = Object.entries(result.claims).map(([id, value]) => [id.replace(/^out_/, ""), value]);
  return { ...result, claims: Object.fromEntries(claims) };
}
