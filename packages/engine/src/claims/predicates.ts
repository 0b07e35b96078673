import type { ClaimType, Policy, Predicate, PredicateGroup } from "@vestibule/policy";
import { characterRanges } from "./character-ranges.ts";
import { matchesPattern } from "./regular-expression.ts";

/** A group of predicates that a value did not satisfy: those that failed, or that held where the group rejects. */
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
    const matches = predicates.length - failed.length >= needed;
    if (!group.reject) return matches ? [] : [{ group, predicates: failed }];
    return matches ? [{ group, predicates: predicates.filter((each) => !failed.includes(each)) }] : [];
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

function includesCharacters(set: string, text: string): boolean {
  const ranges = characterRanges(set);
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (ranges.some(([first, last]) => first <= point && point <= last)) return true;
  }
  return false;
}

function dateParameter(text: string | undefined, otherwise: string, now: number): string {
  if (text === undefined) return otherwise;
  return text.toLowerCase() === "today" ? new Date(now).toISOString().slice(0, 10) : text;
}
