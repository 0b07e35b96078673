/** What each diagnostic of compiling a policy means; docs/reference is made from it. */
export const policyDiagnostics: Readonly<Record<string, string>> = {
  PL302: "A metadata item of a technical profile with a value that is not offered.",
  PL303: "A required metadata item of a technical profile is missing.",
  PL314: "A required cryptographic key of a technical profile is missing or cannot be used.",
  VB101: "A technical profile of a kind that this server does not have yet.",
  VB102: "A reference to something that the policy does not hold.",
  VB103: "A claims transformation with a method that does not exist.",
  VB104:
    "Input claims that the method does not expect, expects and does not find, or expects with another data type.",
  VB105:
    "Output claims that the method does not expect, expects and does not find, or expects with another data type.",
  VB106:
    "A parameter of a claims transformation that is missing, said twice, unreadable, or (a warning) declared with another data type.",
  VB107: "A parameter that the method of a claims transformation does not know.",
  VB108: "A format string that fails when it runs.",
  VB109: "A regular expression that is none, or that uses what is not supported.",
  VB110: "CopyClaimIfPredicateMatch into a claim type without a predicate validation.",
  VB111: "GetMappedValueFromLocalizedCollection into a claim type without an enumeration.",
  VB112: "GenerateJson with paths that contradict each other, or with a hole in an array.",
  VB113: "A transformation of localized texts in a profile without a content definition.",
  VB114: "An assertion where no page can show its message.",
  VB115: "A page with a layout before 1.2, which is drawn with the elements of the newest one.",
  VB116: "A technical profile without an input claim that its operation needs.",
  VB117: "`JourneyInsights`: journeys are recorded in the console instead.",
  VB118: "A display control where nobody can complete it.",
  VB130: "A relying party that reads claims from a client assertion.",
};
