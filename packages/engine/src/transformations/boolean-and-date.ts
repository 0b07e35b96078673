import type { Method } from "./transformation.ts";

const isTrue = (text: string | undefined) => text?.trim().toLowerCase() === "true";

export const booleanTransformations: Readonly<Record<string, Method>> = {
  AssertBooleanClaimIsEqualToValue(input) {
    const value = input.claim("inputClaim");
    if (value === undefined) return { kind: "missingInput", name: "inputClaim" };
    if (value === isTrue(input.parameter("valueToCompareTo"))) return { kind: "claims", claims: {} };
    return { kind: "assertion", key: "UserMessageIfClaimsTransformationBooleanValueIsNotEqual" };
  },

  DoesClaimExist(input) {
    return { kind: "claims", claims: { outputClaim: input.claim("inputClaim") !== undefined } };
  },
};

export const dateTransformations: Readonly<Record<string, Method>> = {
  /** Raises when the right operand is later than the left one, by more than the tolerance (claims-transformations.md 8). */
  AssertDateTimeIsGreaterThan(input) {
    const left = Date.parse(input.text("leftOperand") ?? "");
    if (Number.isNaN(left)) return { kind: "missingInput", name: "leftOperand" };
    const failed = { kind: "assertion", key: "DateTimeGreaterThan" } as const;
    const passed = { kind: "claims", claims: {} } as const;
    const right = Date.parse(input.text("rightOperand") ?? "");
    if (Number.isNaN(right))
      return isTrue(input.parameter("AssertIfRightOperandIsNotPresent")) ? passed : failed;
    const tolerance = Number(
      input.parameter("TreatAsEqualIfWithinMillseconds") ??
        input.parameter("TreatAsEqualIfWithinMilliseconds") ??
        0,
    );
    if (Math.abs(left - right) <= tolerance)
      return isTrue(input.parameter("AssertIfEqualTo") ?? "true") ? failed : passed;
    return right > left ? failed : passed;
  },
};
