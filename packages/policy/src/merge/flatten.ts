import type { ProfileFragment } from "../document/document.ts";
import { defined } from "../document/element.ts";
import type { IdMap } from "../model.ts";
import { keyed } from "./kinds.ts";
import { mergeProfiles } from "./merge-profile.ts";

interface Flattening {
  readonly included: ProfileFragment | undefined;
  readonly claimsFrom: ProfileFragment | undefined;
  readonly result: ProfileFragment;
}

/** Flattened before: the same fragment over the same included one gives the same object, in every policy. */
const flattened = new WeakMap<ProfileFragment, Flattening>();

/** Published includes are at most four deep; a file must not decide how deep the stack goes. */
const maximumIncludeDepth = 64;

/**
 * Resolves includes over the merged chain (policy-language.md 13.5): an override of the included profile in a derived
 * file reaches every profile that includes it. A cycle, a missing profile or too deep an inclusion ends there; the checks
 * PL110 and PL103 report it.
 */
export class IncludeResolver {
  readonly #fragments: IdMap<ProfileFragment>;
  readonly #done = new Map<ProfileFragment, ProfileFragment>();

  constructor(fragments: IdMap<ProfileFragment>) {
    this.#fragments = fragments;
  }

  flatten(fragment: ProfileFragment, depth = 0): ProfileFragment {
    if ((!fragment.include && !fragment.includeClaimsFrom) || depth > maximumIncludeDepth) return fragment;
    const done = this.#done.get(fragment);
    if (done) return done;
    // Whoever comes back here meanwhile is in a cycle and gets the bare fragment.
    this.#done.set(fragment, fragment);
    const result = this.#resolve(fragment, depth + 1);
    this.#done.set(fragment, result);
    return result;
  }

  #resolve(fragment: ProfileFragment, depth: number): ProfileFragment {
    const target = fragment.include && this.#fragments.get(fragment.include.value);
    const included = target && this.flatten(target, depth);
    const source = fragment.includeClaimsFrom && this.#fragments.get(fragment.includeClaimsFrom.value);
    const claimsFrom = source && this.flatten(source, depth);
    const before = flattened.get(fragment);
    if (before && before.included === included && before.claimsFrom === claimsFrom) return before.result;
    let result = included ? mergeProfiles(fragment, included) : fragment;
    if (claimsFrom) {
      const key = (claim: { readonly claimTypeReferenceId: string }) => claim.claimTypeReferenceId;
      result = {
        ...result,
        ...defined({
          inputClaims: keyed(result.inputClaims, claimsFrom.inputClaims, key),
          outputClaims: keyed(result.outputClaims, claimsFrom.outputClaims, key),
        }),
      };
    }
    flattened.set(fragment, { included, claimsFrom, result });
    return result;
  }
}

/** The ids along the includes of `fragment`, ending with the one that repeats or is too deep; undefined where all is well. */
export function includeCycle(
  fragments: IdMap<ProfileFragment>,
  fragment: ProfileFragment,
): readonly string[] | undefined {
  const chain = [fragment.id];
  const seen = new Set([fragment.id.toLowerCase()]);
  let current: ProfileFragment | undefined = fragment;
  while (current?.include) {
    const { value }: { value: string } = current.include;
    chain.push(value);
    if (seen.has(value.toLowerCase()) || chain.length > maximumIncludeDepth) return chain;
    seen.add(value.toLowerCase());
    current = fragments.get(value);
  }
  return undefined;
}
