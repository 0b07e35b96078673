import type { Policy } from "@vestibule/policy";
import { PolicyFiles } from "./policy-files.ts";
import type { CompilePolicy } from "./read-tenant.ts";
import type { CompiledFlow } from "./user-flows.ts";

/**
 * What one tenant's readings hand on to the next, so that a save costs what it changed. It holds results only: a reading
 * without it gives the same.
 */
export interface ReadingMemory {
  readonly policyFiles: PolicyFiles;
  /** A policy that is still the same object is not compiled again. */
  readonly compile: CompilePolicy;
  /** File of a user flow → what came of it, and of which texts. */
  readonly flows: Map<string, { readonly texts: string; readonly flow: CompiledFlow }>;
}

export function readingMemory(compile: CompilePolicy): ReadingMemory {
  const compiled = new WeakMap<Policy, ReturnType<CompilePolicy>>();
  return {
    policyFiles: new PolicyFiles(),
    flows: new Map(),
    compile(policy) {
      const result = compiled.get(policy) ?? compile(policy);
      compiled.set(policy, result);
      return result;
    },
  };
}
