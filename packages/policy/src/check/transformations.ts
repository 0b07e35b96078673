import type {
  PlacedParameter,
  PlacedTransformationClaim,
  TransformationFragment,
} from "../document/document.ts";
import { didYouMean, shortened } from "../report.ts";
import { defaultValueProblem } from "./data-types.ts";
import { regularExpressionProblem } from "./regular-expression.ts";
import type { Scope } from "./scope.ts";
import { type Signature, type Slot, signatures } from "./signatures.ts";

/** Claims transformations against their methods (PL401 to PL405). Source: policy-language.md 14.2. */
export function checkTransformations(scope: Scope): void {
  for (const { id } of scope.merged.document.claimsTransformations) {
    const effective = scope.merged.claimsTransformations.get(id);
    if (effective) checkTransformation(scope, effective);
  }
}

function checkTransformation(scope: Scope, transformation: TransformationFragment): void {
  const { id, at, transformationMethod } = transformation;
  const signature = signatures.get(transformationMethod.toLowerCase());
  if (!signature) {
    const known = [...signatures.values()].map(({ method }) => method);
    const message = `ClaimsTransformation '${id}' has the unknown TransformationMethod '${transformationMethod}'.`;
    scope.report.error("PL401", at, message, didYouMean(transformationMethod, known));
    return;
  }
  const { inputs, outputs } = signature;
  checkClaims(scope, transformation, "InputClaims", transformation.inputClaims, inputs, "PL402");
  checkClaims(scope, transformation, "OutputClaims", transformation.outputClaims, outputs, "PL403");
  checkParameters(scope, transformation, signature);
  if (signature.method === "SetClaimsIfRegexMatch") {
    const matchTo = transformation.inputParameters.find((each) => each.id.toLowerCase() === "matchto");
    const problem = matchTo && regularExpressionProblem(matchTo.value);
    if (matchTo && problem !== undefined)
      scope.report.error("PL504", matchTo.at, `'matchTo' of '${id}' is no regular expression: ${problem}.`);
  }
}

function slotOf(slots: readonly Slot[], name: string): Slot | undefined {
  const wanted = name.toLowerCase();
  return (
    slots.find((slot) => slot.name.toLowerCase() === wanted) ??
    slots.find(({ name: each }) => each.endsWith(".*") && wanted.startsWith(each.slice(0, -1))) ??
    slots.find(({ name: each }) => each === "*")
  );
}

const manyNames = ({ name }: Slot) => name === "*" || name.endsWith(".*");

/** The service compares names and data types and lists both sides in its message. */
function checkClaims(
  { merged, report }: Scope,
  { id, at, transformationMethod }: TransformationFragment,
  kind: "InputClaims" | "OutputClaims",
  declared: readonly PlacedTransformationClaim[],
  expected: readonly Slot[],
  code: "PL402" | "PL403",
): void {
  const unexpected: string[] = [];
  let place = at;
  const satisfied = new Set<Slot>();
  for (const claim of declared) {
    const type = merged.claimTypes.get(claim.claimTypeReferenceId)?.dataType?.value;
    if (type === undefined) continue;
    const slot = slotOf(expected, claim.transformationClaimType);
    if (slot && (slot.types.length === 0 || slot.types.includes(type))) satisfied.add(slot);
    else {
      if (unexpected.length === 0) place = claim.at;
      unexpected.push(`[${type}]${claim.transformationClaimType}`);
    }
  }
  // A claim that is not declared anywhere is PL101, not a second finding here.
  const undeclared = declared.filter(
    ({ claimTypeReferenceId }) => !merged.claimTypes.has(claimTypeReferenceId),
  );
  for (const claim of undeclared) {
    const slot = slotOf(expected, claim.transformationClaimType);
    if (slot) satisfied.add(slot);
  }
  const missing = expected
    .filter((slot) => !slot.optional && !manyNames(slot) && !satisfied.has(slot))
    .map(({ name, types }) => `[${types.join("|") || "any"}]${name}`);
  if (unexpected.length === 0 && missing.length === 0) return;
  const only = unexpected.length === 0 && kind === "InputClaims" && isOptionalCollection(missing, declared);
  const parts = [
    `The ${kind} mismatched in ClaimsTransformation with id '${id}' with TransformationMethod '${transformationMethod}'.`,
    ...(unexpected.length > 0 ? [`Declared but not expected: ${unexpected.join(", ")}.`] : []),
    ...(missing.length > 0 ? [`Expected but not declared: ${missing.join(", ")}.`] : []),
  ];
  report.error(only ? "PL405" : code, place, parts.join(" "));
}

/** The documents call the collection optional; the service demands its declaration. */
function isOptionalCollection(
  missing: readonly string[],
  declared: readonly PlacedTransformationClaim[],
): boolean {
  return declared.length > 0 && missing.every((name) => name.endsWith("]collection"));
}

function checkParameters(
  { report }: Scope,
  transformation: TransformationFragment,
  signature: Signature,
): void {
  const { id, at, inputParameters } = transformation;
  for (const parameter of inputParameters) {
    const slot = slotOf(signature.parameters, parameter.id);
    if (!slot) {
      const message = `'${signature.method}' has no parameter '${parameter.id}'.`;
      const names = signature.parameters.map(({ name }) => name);
      report.warning("PL404", parameter.at, message, didYouMean(parameter.id, names));
      continue;
    }
    const problem = parameterProblem(parameter, slot);
    if (problem !== undefined)
      report.error("PL404", parameter.at, `Parameter '${parameter.id}' of '${id}': ${problem}.`);
    else if (slot.types.length > 0 && !slot.types.includes(parameter.dataType)) {
      const message = `Parameter '${parameter.id}' of '${id}' is declared ${parameter.dataType}; the method takes ${slot.types.join(" or ")}.`;
      report.warning("PL404", parameter.at, message);
    }
  }
  const given = new Set(inputParameters.map((parameter) => parameter.id.toLowerCase()));
  for (const slot of signature.parameters)
    if (!slot.optional && !manyNames(slot) && !given.has(slot.name.toLowerCase()))
      report.error("PL404", at, `ClaimsTransformation '${id}' lacks the parameter '${slot.name}'.`);
}

function parameterProblem({ value }: PlacedParameter, slot: Slot): string | undefined {
  const shown = `'${shortened(value)}'`;
  if (slot.words.length > 0 && !slot.words.includes(value.trim().toLowerCase()))
    return `${shown} is not one of ${slot.words.join(", ")}`;
  const [type] = slot.types;
  if (slot.types.length !== 1 || type === undefined || type === "string") return undefined;
  if (type === "boolean" && !/^\s*(true|false)\s*$/i.test(value)) return `${shown} is neither true nor false`;
  return defaultValueProblem(value, type) === undefined ? undefined : `${shown} is no ${type}`;
}
