import { type Diagnostic, type LoadedPolicies, type PolicyOptions, PolicySet } from "@vestibule/policy";

/**
 * The policy files of one tenant as they were read last. What did not change since is neither read nor merged again, and
 * its policies stay the same objects: whoever compiled one need not do it twice.
 */
export class PolicyFiles {
  #options = "";
  #set = new PolicySet();
  #read = new Map<string, { readonly bytes: Uint8Array; readonly diagnostics: readonly Diagnostic[] }>();

  /** Begins a reading. Other options than before make everything be read anew. */
  begin(options: PolicyOptions): PolicyFilesReading {
    const key = JSON.stringify(options);
    if (key !== this.#options) {
      this.#options = key;
      this.#set = new PolicySet(options);
      this.#read = new Map();
    }
    const seen = new Set<string>();
    return {
      file: (name, bytes) => {
        seen.add(name);
        const before = this.#read.get(name);
        if (before && Buffer.compare(before.bytes, bytes) === 0) return before.diagnostics;
        const diagnostics = this.#set.update(name, bytes);
        this.#read.set(name, { bytes, diagnostics });
        return diagnostics;
      },
      load: () => {
        for (const name of this.#read.keys()) {
          if (seen.has(name)) continue;
          this.#read.delete(name);
          this.#set.remove(name);
        }
        return this.#set.load();
      },
    };
  }
}

/** One reading of all policy files of a tenant. */
export interface PolicyFilesReading {
  /** Takes a file as it is now; gives what is wrong with the file itself. */
  file(name: string, bytes: Uint8Array): readonly Diagnostic[];
  /** Forgets the files that were not named, and loads the rest. */
  load(): LoadedPolicies;
}
