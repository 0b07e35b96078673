import type { ClaimType, Policy, Predicate, PredicateGroup } from "@vestibule/policy";
import { matchesPattern } from "./regular-expression.ts";

/** A group of predicates that a value did not satisfy. */
export interface UnsatisfiedGroup {
  readonly group: PredicateGroup;
  readonly predicates: readonly Predicate[];
}

/** The groups of the claim type's predicate validation that `text` does not satisfy. Source: policy-language.md 4.3. */
export function unsatisfiedGroups(
  policy: Policy,
  type: ClaimType,
  text: string,
  now: number,
): UnsatisfiedGroup[] {
  const validation =
    type.predicateValidationReference === undefined
      ? undefined
      : policy.predicateValidations.get(type.predicateValidationReference);
  if (!validation) return [];
  return validation.predicateGroups.flatMap((group) => {
    const predicates = group.predicates.flatMap((id) => policy.predicates.get(id) ?? []);
    const failed = predicates.filter((predicate) => !satisfies(predicate, text, now));
    const needed = group.matchAtLeast ?? predicates.length;
    return predicates.length - failed.length >= needed ? [] : [{ group, predicates: failed }];
  });
}

/** Whether `text` satisfies one predicate. Lengths count UTF-16 units, as .NET and browsers do. `now` in milliseconds. */
function satisfies(predicate: Predicate, text: string, now: number): boolean {
  const { parameters } = predicate;
  switch (predicate.method) {
    case "IsLengthRange":
      return (
        text.length >= Number(parameters.Minimum ?? 0) &&
        text.length <= Number(parameters.Maximum ?? Infinity)
      );
    case "MatchesRegex":
      return matchesPattern(parameters.RegularExpression ?? "", text);
    case "IncludesCharacters":
      return includesCharacters(parameters.CharacterSet ?? "", text);
    case "IsDateRange":
      return (
        text >= dateParameter(parameters.Minimum, "0001-01-01", now) &&
        text <= dateParameter(parameters.Maximum, "9999-12-31", now)
      );
  }
}

/** The set is a list of characters and ranges (`a-z`), put into a class with everything but `-` escaped. */
function includesCharacters(set: string, text: string): boolean {
  const escaped = set.replace(/[\\\]^[]/g, "\\$&");
  // One character class cannot back-track, so it needs no time limit.
  return escaped !== "" && new RegExp(`[${escaped}]`).test(text);
}

function dateParameter(text: string | undefined, otherwise: string, now: number): string {
  if (text === undefined) return otherwise;
  return text.toLowerCase() === "today" ? new Date(now).toISOString().slice(0, 10) : text;
}
