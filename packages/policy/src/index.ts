export type { CheckOptions } from "./check/options.ts";
export { policyDiagnostics } from "./codes.ts";
export * from "./diagnostic.ts";
export * from "./model.ts";
export {
  type LoadedPolicies,
  loadPolicies,
  type PolicyOptions,
  PolicySet,
  type RefusedPolicy,
} from "./policy-set.ts";
export { type PolicyFileReading, readPolicyFile } from "./read-policy-file.ts";
export { reservedTokenClaims } from "./relying-party.ts";
export { readAppSettings } from "./settings/app-settings.ts";
export type { PolicyEnvironment } from "./settings/substitute.ts";
export { writePolicy } from "./write/write-policy.ts";
