/** What each diagnostic of compiling a policy means; docs/reference is made from it. */
export const policyDiagnostics: Readonly<Record<string, string>> = {
  PL302: "A metadata item of a technical profile with a value that is not offered.",
  PL303: "A required metadata item of a technical profile is missing.",
  PL314: "A required cryptographic key of a technical profile is missing or cannot be used.",
  VB101: "A technical profile of a kind that this server does not have yet.",
  VB102: "A reference to something that the policy does not hold.",
  VB103: "A claims transformation that this server does not have yet.",
};
