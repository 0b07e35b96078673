import type { ClaimReference, Policy, TechnicalProfile } from "@vestibule/policy";
import type { ResolvedClaim } from "../profiles/profile.ts";
import { claimKey, readClaim } from "./bag.ts";
import { convertClaim } from "./convert.ts";
import { isOneResolver, type ResolverScope, resolveClaimResolvers } from "./resolvers.ts";
import type { ClaimValue } from "./value.ts";

/** Its input claims resolve without the item (technical-profiles.md 1.5). */
const insightsHandler = /^web\.tpengine\.providers\.insights\./i;
const restfulHandler = /^web\.tpengine\.providers\.restfulprovider\b/i;

export function booleanItem(
  metadata: Readonly<Record<string, string>>,
  key: string,
  otherwise: boolean,
): boolean {
  const text = metadataItem(metadata, key)?.toLowerCase();
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  return otherwise;
}

/** A metadata item by name, without regard to case (technical-profiles.md 1.2), trimmed. */
export function metadataItem(metadata: Readonly<Record<string, string>>, key: string): string | undefined {
  if (Object.hasOwn(metadata, key)) return metadata[key]?.trim();
  const wanted = key.toLowerCase();
  const found = Object.keys(metadata).find((name) => name.trim().toLowerCase() === wanted);
  return found === undefined ? undefined : metadata[found]?.trim();
}

/** The name under which a claim goes to or comes from the other side. Source: policy-language.md 3.6. */
export function partnerName(
  policy: Policy,
  reference: ClaimReference,
  { name, handler }: TechnicalProfile["protocol"],
): string {
  if (reference.partnerClaimType !== undefined) return reference.partnerClaimType;
  const names = policy.claimTypes.get(reference.claimTypeReferenceId)?.defaultPartnerClaimTypes;
  if (!names) return reference.claimTypeReferenceId;
  const own = Object.keys(names).find(
    (key) =>
      handler !== undefined && key.startsWith(`${name}/`) && sameHandler(key.slice(name.length + 1), handler),
  );
  return names[own ?? name] ?? reference.claimTypeReferenceId;
}

/** The class counts; assembly and version behind it say nothing (technical-profiles.md 1.1). */
function sameHandler(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => text.split(",")[0]?.trim().toLowerCase());
  return first === second;
}

export type InputResolution =
  | { readonly kind: "claims"; readonly claims: Map<string, ResolvedClaim> }
  | { readonly kind: "missing"; readonly claimTypeId: string };

/**
 * Input claims by technical-profiles.md 1.5: the default wins with AlwaysUseDefaultValue, else the claim, else the
 * default, else nothing – which fails where the claim is required.
 */
export function resolveInputClaims(
  profile: TechnicalProfile,
  references: readonly ClaimReference[],
  scope: ResolverScope,
  secrets: Readonly<Record<string, string>> = {},
): InputResolution {
  const claims = new Map<string, ResolvedClaim>();
  const missing = new Map<string, string>();
  for (const reference of references) {
    const claimTypeId =
      claimKey(scope.policy, reference.claimTypeReferenceId) ?? reference.claimTypeReferenceId;
    const value = inputValue(profile, reference, scope, secrets);
    const name = partnerName(scope.policy, reference, profile.protocol);
    if (value !== undefined) claims.set(name, { claimTypeId, partnerName: name, value });
    else if (reference.required) missing.set(name, claimTypeId);
  }
  // Two claims may go by one name, as the old and the new password do: one value is enough.
  for (const [name, claimTypeId] of missing) if (!claims.has(name)) return { kind: "missing", claimTypeId };
  return { kind: "claims", claims };
}

function inputValue(
  profile: TechnicalProfile,
  reference: ClaimReference,
  scope: ResolverScope,
  secrets: Readonly<Record<string, string>>,
): ClaimValue | undefined {
  const fallback = () => defaultClaimValue(scope, reference, resolversHonoured(profile, reference));
  if (reference.alwaysUseDefaultValue && reference.defaultValue !== undefined) return fallback();
  const key = claimKey(scope.policy, reference.claimTypeReferenceId);
  if (key !== undefined && Object.hasOwn(secrets, key)) return secrets[key];
  return readClaim(scope.policy, scope.claims, reference.claimTypeReferenceId) ?? fallback();
}

function resolversHonoured(profile: TechnicalProfile, reference: ClaimReference): boolean {
  if (booleanItem(profile.metadata, "IncludeClaimResolvingInClaimsHandling", false)) return true;
  // What the resource owner typed: published profiles use it without the item (technical-profiles.md 1.5).
  if (/^\{oidc:(username|password)\}$/i.test(reference.defaultValue ?? "")) return true;
  if (insightsHandler.test(profile.protocol.handler ?? "")) return true;
  return restfulHandler.test(profile.protocol.handler ?? "") && isOneResolver(reference.defaultValue ?? "");
}

/** A reference's DefaultValue, as a value of the claim's type; absent where it has none or it does not convert. */
export function defaultClaimValue(
  scope: ResolverScope,
  reference: ClaimReference,
  resolve: boolean,
): ClaimValue | undefined {
  const written = reference.defaultValue;
  if (written === undefined) return undefined;
  const resolved = (text: string) => (resolve ? resolveClaimResolvers(text, scope) : text);
  const dataType = scope.policy.claimTypes.get(reference.claimTypeReferenceId)?.dataType ?? "string";
  const given = dataType === "stringCollection" ? listed(written, resolved) : resolved(written);
  if (given === undefined) return undefined;
  const converted = convertClaim(dataType, given);
  return converted.kind === "value" ? converted.value : undefined;
}

/**
 * A collection's default: `null` is none, a JSON list is that list, other text one element (policy-language.md 3.2). A
 * list is read before its elements are resolved: what somebody sends for one of them must not add another.
 */
function listed(written: string, resolved: (text: string) => string | undefined): unknown {
  const trimmed = written.trim();
  if (trimmed === "null") return null;
  if (!trimmed.startsWith("[")) return resolved(written);
  try {
    const elements = JSON.parse(trimmed) as readonly unknown[];
    return elements.flatMap((each) => (typeof each === "string" ? (resolved(each) ?? []) : [each]));
  } catch {
    return resolved(written);
  }
}

export type OutputMapping =
  | { readonly kind: "claims"; readonly claims: Record<string, ClaimValue> }
  | { readonly kind: "failed"; readonly claimTypeId: string; readonly reason: string };

/**
 * Output claims by technical-profiles.md 1.6: what the provider gave, else what the bag has, else the default – which
 * therefore never replaces an earlier value unless it is always used. `scope.claims` is the bag before.
 */
export function mapOutputClaims(
  profile: TechnicalProfile,
  values: Readonly<Record<string, unknown>>,
  scope: ResolverScope,
): OutputMapping {
  const claims: Record<string, ClaimValue> = {};
  const resolve = booleanItem(profile.metadata, "IncludeClaimResolvingInClaimsHandling", false);
  for (const reference of profile.outputClaims) {
    const type = scope.policy.claimTypes.get(reference.claimTypeReferenceId);
    if (!type) continue;
    if (reference.alwaysUseDefaultValue && reference.defaultValue !== undefined) {
      const constant = defaultClaimValue(scope, reference, resolve);
      if (constant !== undefined) claims[type.id] = constant;
      continue;
    }
    const given = convertClaim(
      type.dataType,
      providerValue(values, partnerName(scope.policy, reference, profile.protocol)),
    );
    if (given.kind === "error") return { kind: "failed", claimTypeId: type.id, reason: given.reason };
    if (given.kind === "value") claims[type.id] = given.value;
    else if (readClaim(scope.policy, scope.claims, type.id) === undefined) {
      const constant = defaultClaimValue(scope, reference, resolve);
      if (constant !== undefined) claims[type.id] = constant;
      else if (reference.required)
        return { kind: "failed", claimTypeId: type.id, reason: "no value was given" };
    }
  }
  return { kind: "claims", claims };
}

function providerValue(values: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(values, name)) return values[name];
  const wanted = name.toLowerCase();
  const found = Object.keys(values).find((key) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : values[found];
}
