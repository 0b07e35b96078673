import {
  type ClaimsTransformation,
  type DataType,
  type Diagnostic,
  nearestName,
  type Policy,
  type TransformationClaim,
} from "@vestibule/policy";
import { checkParameters } from "./check-parameters.ts";
import { transformationMethod, transformationMethodNames } from "./index.ts";
import type { ClaimSlot, Method, MethodFinding } from "./transformation.ts";

/**
 * Compares every claims transformation of a policy with what its method declares. B2C refuses the same mistakes at
 * upload. Source: claims-transformations.md 1 and 9, policy-language.md 17.
 */
export function checkTransformations(policy: Policy): Diagnostic[] {
  return policy.claimsTransformations.values().flatMap((transformation) => {
    const name = transformation.transformationMethod;
    const method = transformationMethod(name);
    const findings = method ? checkOne(policy, transformation, method) : [unknownMethod(name)];
    return findings.map(
      ({ code, severity, message, hint }): Diagnostic => ({
        code,
        severity,
        message: `Claims transformation '${transformation.id}' (${name}) ${message}`,
        ...(hint !== undefined && { hint }),
        ...(transformation.at && { at: transformation.at }),
      }),
    );
  });
}

function unknownMethod(name: string): MethodFinding {
  const nearest = nearestName(name, transformationMethodNames);
  return {
    code: "VB103",
    severity: "error",
    message: "uses a method that does not exist.",
    ...(nearest !== undefined && { hint: `Nearest: '${nearest}'.` }),
  };
}

function checkOne(policy: Policy, transformation: ClaimsTransformation, method: Method): MethodFinding[] {
  const { inputClaims, outputClaims } = transformation;
  return [
    ...checkClaims(policy, inputClaims, {
      kind: "InputClaim",
      slots: method.inputs,
      others: method.otherInputs,
    }),
    ...checkClaims(policy, outputClaims, {
      kind: "OutputClaim",
      slots: method.outputs,
      others: method.otherOutputs,
    }),
    ...checkParameters(transformation, method),
    ...(method.check?.(transformation, policy) ?? []),
  ];
}

interface Side {
  readonly kind: "InputClaim" | "OutputClaim";
  readonly slots: Readonly<Record<string, ClaimSlot>>;
  readonly others: ClaimSlot | undefined;
}

function checkClaims(policy: Policy, claims: readonly TransformationClaim[], side: Side): MethodFinding[] {
  const code = side.kind === "InputClaim" ? "VB104" : "VB105";
  const error = (message: string, hint?: string): MethodFinding => ({
    code,
    severity: "error",
    message,
    ...(hint !== undefined && { hint }),
  });
  const findings: MethodFinding[] = [];
  const seen = new Set<string>();
  for (const { claimTypeReferenceId, transformationClaimType } of claims) {
    const name = transformationClaimType;
    const type = policy.claimTypes.get(claimTypeReferenceId);
    if (!type) {
      const nearest = nearestName(claimTypeReferenceId, policy.claimTypes.ids());
      findings.push({
        ...error(
          `has ${side.kind} '${claimTypeReferenceId}', a claim type that does not exist.`,
          hintOf(nearest),
        ),
        code: "VB102",
      });
      continue;
    }
    const found = slotOf(side, name);
    if (!found) {
      const missing = Object.keys(side.slots).filter((slot) => !declares(claims, slot, side.slots[slot]));
      findings.push(
        error(
          `declares ${side.kind} [${type.dataType}]${name}, which the method does not expect.`,
          hintOf(nearestName(name, missing) ?? missing[0]),
        ),
      );
      continue;
    }
    if (side.kind === "InputClaim" && seen.has(found.name))
      findings.push(error(`declares ${side.kind} ${name} twice.`));
    seen.add(found.name);
    if (!accepts(found.slot, type.dataType))
      findings.push(
        error(
          `declares ${side.kind} [${type.dataType}]${name}, where the method expects [${found.slot.types.join(" or ")}]${found.name}.`,
        ),
      );
  }
  for (const [name, slot] of Object.entries(side.slots)) {
    if (slot.mayBeUndeclared || declares(claims, name, slot)) continue;
    findings.push(
      error(
        `does not declare ${side.kind} [${slot.types.join(" or ") || "any"}]${name}, which the method expects.`,
      ),
    );
  }
  return findings;
}

const hintOf = (nearest: string | undefined) =>
  nearest === undefined ? undefined : `Nearest: '${nearest}'.`;

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

function slotOf({ slots, others }: Side, name: string): { name: string; slot: ClaimSlot } | undefined {
  const found = Object.entries(slots).find(([slotName, { aliases = [] }]) =>
    [slotName, ...aliases].some((spelling) => same(spelling, name)),
  );
  if (found) return { name: found[0], slot: found[1] };
  return others && { name, slot: others };
}

function declares(
  claims: readonly TransformationClaim[],
  name: string,
  slot: ClaimSlot | undefined,
): boolean {
  return claims.some(({ transformationClaimType }) =>
    [name, ...(slot?.aliases ?? [])].some((spelling) => same(spelling, transformationClaimType)),
  );
}

function accepts({ types }: ClaimSlot, dataType: DataType): boolean {
  return types.length === 0 || types.includes(dataType);
}
