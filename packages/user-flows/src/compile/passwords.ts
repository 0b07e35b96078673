import type { Predicate, PredicateGroup, PredicateValidation } from "@vestibule/policy";
import type { UserFlowDocument } from "../document/user-flow.ts";

interface Complexity {
  readonly minimum: number;
  readonly maximum: number;
  readonly classes: number;
  readonly digitsOnly: boolean;
}

/** Source: user-flows.md 9. */
function complexityOf(flow: UserFlowDocument): Complexity {
  const { complexityLevel, customConfiguration } = flow.passwordComplexityConfiguration;
  if (complexityLevel === "simple") return { minimum: 8, maximum: 64, classes: 0, digitsOnly: false };
  if (complexityLevel === "strong" || !customConfiguration)
    return { minimum: 8, maximum: 64, classes: 3, digitsOnly: false };
  const { minimumLength, maximumLength, minimumCharacterClassesRequired, restrictToNumbersOnly } =
    customConfiguration;
  return {
    minimum: minimumLength,
    maximum: maximumLength,
    classes: restrictToNumbersOnly ? 0 : minimumCharacterClassesRequired,
    digitsOnly: restrictToNumbersOnly,
  };
}

/** `passwordPolicies` of an account whose password this flow sets: our own rules stand in for the directory's. */
export function passwordPolicies(flow: UserFlowDocument): string {
  return flow.passwordComplexityConfiguration.complexityLevel === "strong"
    ? "DisablePasswordExpiration"
    : "DisablePasswordExpiration, DisableStrongPassword";
}

export const passwordValidation = "PasswordComplexity";

const characterClasses: readonly Predicate[] = [
  {
    id: "Lowercase",
    method: "IncludesCharacters",
    helpText: "a lowercase letter",
    parameters: { CharacterSet: "a-z" },
  },
  {
    id: "Uppercase",
    method: "IncludesCharacters",
    helpText: "an uppercase letter",
    parameters: { CharacterSet: "A-Z" },
  },
  { id: "Number", method: "IncludesCharacters", helpText: "a digit", parameters: { CharacterSet: "0-9" } },
  {
    id: "Symbol",
    method: "IncludesCharacters",
    helpText: "a symbol",
    parameters: { CharacterSet: "@#$%^&*\\-_+=[]{}|\\\\:',.?/`~\"();!<> " },
  },
];

/** The predicates behind `newPassword` and `reenterPassword` (user-flows.md 17.3). */
export function passwordPredicates(flow: UserFlowDocument): {
  readonly predicates: readonly Predicate[];
  readonly validation: PredicateValidation;
} {
  const { minimum, maximum, classes, digitsOnly } = complexityOf(flow);
  const length: Predicate = {
    id: "IsLengthBetweenLimits",
    method: "IsLengthRange",
    helpText: `The password must be between ${minimum} and ${maximum} characters.`,
    parameters: { Minimum: String(minimum), Maximum: String(maximum) },
  };
  const predicates: Predicate[] = [length];
  const groups: PredicateGroup[] = [{ id: "LengthGroup", matchAtLeast: 1, predicates: [length.id] }];
  if (digitsOnly) {
    predicates.push({
      id: "PIN",
      method: "MatchesRegex",
      helpText: "The password must be numbers only.",
      parameters: { RegularExpression: "^[0-9]+$" },
    });
    groups.push({ id: "DigitsGroup", matchAtLeast: 1, predicates: ["PIN"] });
  }
  if (classes > 0) {
    predicates.push(...characterClasses);
    groups.push({
      id: "CharacterClasses",
      userHelpText: `The password must have at least ${classes} of the following:`,
      matchAtLeast: classes,
      predicates: characterClasses.map(({ id }) => id),
    });
  }
  return { predicates, validation: { id: passwordValidation, predicateGroups: groups } };
}
