import { checkDocument } from "./check/check-document.ts";
import { checkRelyingPartyPolicy } from "./check/check-relying-party-policy.ts";
import type { CheckOptions } from "./check/options.ts";
import { unusedDeclarations } from "./check/unused.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { MergedPolicy, PolicyDocument } from "./document/document.ts";
import { finishPolicy, profileLookup } from "./merge/finish.ts";
import { mergePolicy } from "./merge/merge-policy.ts";
import type { Policy } from "./model.ts";
import { type PolicyFileReading, readPolicyFile } from "./read-policy-file.ts";
import { Report } from "./report.ts";
import type { PolicyEnvironment } from "./settings/substitute.ts";

export interface PolicyOptions extends CheckOptions {
  /** Values for `{Settings:…}`. */
  readonly settings?: PolicyEnvironment;
}

/** A relying-party policy that does not load, and every error of its chain. */
export interface RefusedPolicy {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  /** What could be made of it: for tools that look at a policy, not for serving. */
  readonly policy?: Policy;
}

export interface LoadedPolicies {
  /** Relying-party policies without error in their chain, by id as their file spells it. */
  readonly policies: ReadonlyMap<string, Policy>;
  readonly refused: ReadonlyMap<string, RefusedPolicy>;
  /** Everything found in all files, by file and place. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Most files of a chain. Source: policy-language.md 13.1. */
const maximumChain = 10;
/** Source: policy-language.md 16.2. */
const maximumPolicies = 200;

/** A policy in its place in the tree of bases, kept until its own file or one of its bases changes. */
interface Node {
  readonly document: PolicyDocument;
  readonly parent: MergedPolicy | undefined;
  readonly merged: MergedPolicy;
  readonly diagnostics: readonly Diagnostic[];
  readonly policy: Policy | undefined;
}

/** Why a policy has no node: its own diagnostics, if any (what is wrong may be in a base). */
interface Failure {
  readonly diagnostics: readonly Diagnostic[];
}

type Resolution = Node | Failure;

/**
 * The policy files of one tenant. A change of a file is read at once and re-merges only what derives from it; policies
 * that nothing touched stay the same objects.
 */
export class PolicySet {
  readonly #options: PolicyOptions;
  readonly #readings = new Map<string, PolicyFileReading>();
  #nodes = new Map<string, Node>();
  #loaded: LoadedPolicies | undefined;

  constructor(options: PolicyOptions = {}) {
    this.#options = options;
  }

  /** Takes a new or changed file; returns what is wrong with the file itself. */
  update(file: string, bytes: Uint8Array): readonly Diagnostic[] {
    const reading = readPolicyFile(bytes, file, this.#options);
    this.#readings.set(file, reading);
    this.#loaded = undefined;
    return reading.diagnostics;
  }

  remove(file: string): void {
    if (this.#readings.delete(file)) this.#loaded = undefined;
  }

  /** Every relying-party policy merged over its chain, and everything that is wrong. */
  load(): LoadedPolicies {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  #load(): LoadedPolicies {
    const report: Diagnostic[] = [];
    const documents = this.#documents(report);
    const resolutions = new Map<string, Resolution>();
    for (const id of documents.keys()) this.#resolve(id, documents, resolutions, []);
    const policies = new Map<string, Policy>();
    const refused = new Map<string, RefusedPolicy>();
    for (const [id, document] of documents) {
      const resolution = resolutions.get(id);
      if (!resolution) continue;
      report.push(...resolution.diagnostics);
      if (!document.relyingParty) continue;
      const errors = this.#chainErrors(document, documents, resolutions);
      const policy = "policy" in resolution ? resolution.policy : undefined;
      if (errors.length === 0 && policy) policies.set(document.policyId, policy);
      else
        refused.set(document.policyId, {
          file: document.file,
          diagnostics: errors,
          ...(policy && { policy }),
        });
    }
    this.#nodes = new Map(
      [...resolutions].flatMap(([id, resolution]) => ("merged" in resolution ? [[id, resolution]] : [])),
    );
    report.push(...unusedDeclarations([...this.#nodes.values()].map(({ merged }) => merged)));
    return { policies, refused, diagnostics: sorted(report) };
  }

  /** Documents by lower-case id. Two files with one id: the first by name stays (PL019). */
  #documents(report: Diagnostic[]): Map<string, PolicyDocument> {
    const documents = new Map<string, PolicyDocument>();
    for (const file of [...this.#readings.keys()].sort()) {
      const reading = this.#readings.get(file);
      report.push(...(reading?.diagnostics ?? []));
      const document = reading?.document;
      if (!document) continue;
      const key = document.policyId.toLowerCase();
      const other = documents.get(key);
      if (!other) documents.set(key, document);
      else
        report.push({
          code: "PL019",
          severity: "error",
          at: document.at,
          message: `Policy '${document.policyId}' already exists in ${other.file}.`,
          hint: "Give one of the two files another PolicyId; this one is not used.",
        });
    }
    const most = this.#options.maximumPolicies ?? maximumPolicies;
    if (documents.size > most) {
      const message = `There are ${documents.size} policies; a tenant may have at most ${most}.`;
      report.push({ code: "PL022", severity: "error", message });
    }
    return documents;
  }

  #resolve(
    id: string,
    documents: ReadonlyMap<string, PolicyDocument>,
    resolutions: Map<string, Resolution>,
    descendants: readonly string[],
  ): Resolution | undefined {
    const known = resolutions.get(id);
    if (known) return known;
    const document = documents.get(id);
    if (!document) return undefined;
    const resolution = this.#resolveDocument(document, documents, resolutions, [...descendants, id]);
    resolutions.set(id, resolution);
    return resolution;
  }

  #resolveDocument(
    document: PolicyDocument,
    documents: ReadonlyMap<string, PolicyDocument>,
    resolutions: Map<string, Resolution>,
    chain: readonly string[],
  ): Resolution {
    const { base } = document;
    let parent: MergedPolicy | undefined;
    if (base) {
      const failure = (code: string, message: string): Failure => ({
        diagnostics: [{ code, severity: "error", message, at: base.at }],
      });
      const baseId = base.policyId.toLowerCase();
      if (chain.includes(baseId))
        return failure("PL013", `The base policies form a circle: ${[...chain, baseId].join(" → ")}.`);
      const resolved = this.#resolve(baseId, documents, resolutions, chain);
      if (!resolved) return this.#missingBase(document, base.policyId);
      if (!("merged" in resolved)) return { diagnostics: [] };
      parent = resolved.merged;
      const length = depth(parent) + 1;
      if (length > maximumChain) {
        // Said once, at the first file too many; what derives from it only fails.
        return length === maximumChain + 1
          ? failure("PL014", `The policy has ${length} levels of inheritance; ${maximumChain} are allowed.`)
          : { diagnostics: [] };
      }
    }
    const before = this.#nodes.get(document.policyId.toLowerCase());
    if (before && before.document === document && before.parent === parent) return before;
    return this.#build(document, parent);
  }

  #missingBase(document: PolicyDocument, id: string): Failure {
    const at = document.base?.at;
    const broken = [...this.#readings].find(([, reading]) => !reading.document);
    const hint = broken ? `${broken[0]} could not be read; perhaps it is the base.` : undefined;
    return {
      diagnostics: [
        {
          code: "PL012",
          severity: "error",
          message: `The base policy '${id}' was not found among the policies.`,
          ...(at && { at }),
          ...(hint !== undefined && { hint }),
        },
      ],
    };
  }

  #build(document: PolicyDocument, parent: MergedPolicy | undefined): Node {
    const merged = mergePolicy(document, parent);
    const profileOf = profileLookup(merged);
    const report = new Report();
    checkDocument(merged, this.#options, report);
    if (document.relyingParty) checkRelyingPartyPolicy(merged, profileOf, this.#options, report);
    const policy = document.relyingParty ? finishPolicy(merged, profileOf) : undefined;
    return { document, parent, merged, diagnostics: report.diagnostics, policy };
  }

  #chainErrors(
    document: PolicyDocument,
    documents: ReadonlyMap<string, PolicyDocument>,
    resolutions: ReadonlyMap<string, Resolution>,
  ): readonly Diagnostic[] {
    const errors: Diagnostic[] = [];
    let current: PolicyDocument | undefined = document;
    for (let level = 0; current && level <= maximumChain + 1; level++) {
      const found = resolutions.get(current.policyId.toLowerCase())?.diagnostics ?? [];
      errors.push(...found.filter(({ severity }) => severity === "error"));
      current = current.base && documents.get(current.base.policyId.toLowerCase());
    }
    return errors;
  }
}

/** Loads a folder's policy files in one go. */
export function loadPolicies(
  files: Iterable<{ readonly file: string; readonly bytes: Uint8Array }>,
  options: PolicyOptions = {},
): LoadedPolicies {
  const set = new PolicySet(options);
  for (const { file, bytes } of files) set.update(file, bytes);
  return set.load();
}

function depth(merged: MergedPolicy): number {
  let levels = 1;
  for (let current = merged.parent; current; current = current.parent) levels++;
  return levels;
}

/** By file and place, the same finding once: many policies share a base. */
function sorted(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const unique = new Map(
    diagnostics.map((each) => [
      `${each.code} ${each.at?.file}:${each.at?.line}:${each.at?.column} ${each.message}`,
      each,
    ]),
  );
  return [...unique.values()].sort(
    (a, b) =>
      compare(a.at?.file ?? "", b.at?.file ?? "") ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
}

/** By code unit: a locale's order would cost more than all the rest of the sorting. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
