import { hash } from "node:crypto";
import { type ClaimsProvider, type Diagnostic, IdMap, type Policy } from "@vestibule/policy";
import { checkTransformations } from "../transformations/check.ts";
import { checkTransformationUses } from "../transformations/check-uses.ts";
import { passwordClaims, secretClaims } from "./secret-claims.ts";

/** What policies of one chain have in common, as long as their own files change nothing of it. */
const sharedNames = [
  "claimTypes",
  "predicates",
  "predicateValidations",
  "claimsTransformations",
  "contentDefinitions",
  "localization",
  "displayControls",
  "claimsProviders",
  "technicalProfiles",
  "userJourneys",
  "subJourneys",
] as const satisfies readonly (keyof Policy)[];
type SharedPolicy = Pick<Policy, (typeof sharedNames)[number]>;

/** What is worked out of the shared parts, once for all policies that have the same ones. */
interface SharedParts {
  readonly diagnostics: readonly Diagnostic[];
  readonly secrets: ReadonlySet<string>;
  readonly passwords: ReadonlySet<string>;
  readonly claimsProviders: IdMap<ClaimsProvider>;
  /** Worked out when the first journey of such a policy begins: most of a tenant's policies wait long for theirs. */
  readonly digest: () => string;
}

const known = new WeakMap<object, { readonly policy: SharedPolicy; readonly parts: SharedParts }>();

export function sharedParts(policy: Policy): SharedParts {
  const before = known.get(policy.technicalProfiles);
  if (before && sharedNames.every((name) => before.policy[name] === policy[name])) return before.parts;
  const passwords = passwordClaims(policy);
  const shared = sharedOf(policy);
  const parts: SharedParts = {
    diagnostics: [...checkTransformations(policy), ...checkTransformationUses(policy)],
    secrets: secretClaims(policy, passwords),
    passwords,
    claimsProviders: new IdMap(
      policy.claimsProviders.flatMap((provider) =>
        provider.technicalProfileIds.map((id) => [id, provider] as const),
      ),
    ),
    digest: once(() => digestOf(sharedNames.map((name) => shared[name]))),
  };
  known.set(policy.technicalProfiles, { policy: shared, parts });
  return parts;
}

function sharedOf(policy: Policy): SharedPolicy {
  const { policyId: _id, relyingParty: _party, ...rest } = policy;
  return rest;
}

/** The same policy text gives the same version on every machine. */
export function versionOf(policy: Policy, { digest }: SharedParts): () => string {
  return once(() => {
    const own = Object.entries(policy).filter(([name]) => !sharedNames.some((shared) => shared === name));
    return digestOf([digest(), own]).slice(0, 22);
  });
}

function once(work: () => string): () => string {
  let result: string | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

function digestOf(value: unknown): string {
  const text = JSON.stringify(value, (key, part: unknown) =>
    key === "at" ? undefined : part instanceof IdMap ? part.values() : part,
  );
  return hash("sha256", text, "base64url");
}
