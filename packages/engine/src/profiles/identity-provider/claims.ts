import type { Policy, TechnicalProfile } from "@vestibule/policy";
import { partnerName } from "../../claims/mapping.ts";
import type { FederationSuccess } from "../../ports.ts";

/**
 * What the profile's output claims read of the provider's answer: partner name → value. A name that is no member of the
 * claims is a path (`contacts[0].mail`, `firstName.localized`); of an array a single-valued claim takes the first
 * element. With `jsonPaths` a path's value stays as it is. Source: technical-profiles.md 21.2, 22.
 */
export function providerValues(
  profile: TechnicalProfile,
  policy: Policy,
  { claims, tokens }: FederationSuccess,
  jsonPaths: boolean,
): Record<string, unknown> {
  const special: Readonly<Record<string, unknown>> = {
    "{oauth2:access_token}": tokens.accessToken,
    "{oauth2:token_type}": tokens.tokenType,
    "{oauth2:expires_in}": tokens.expiresIn,
    "{oauth2:refresh_token}": tokens.refreshToken,
  };
  const values: Record<string, unknown> = {};
  for (const reference of profile.outputClaims) {
    const name = partnerName(policy, reference, profile.protocol);
    const lower = name.toLowerCase();
    if (lower.startsWith("{oauth2:")) {
      values[name] = Object.hasOwn(special, lower) ? special[lower] : undefined;
      continue;
    }
    const found = member(claims, name) ?? atPath(claims, name);
    const type = policy.claimTypes.get(reference.claimTypeReferenceId)?.dataType;
    const many = jsonPaths || type === "stringCollection";
    values[name] = Array.isArray(found) && !many ? found[0] : found;
  }
  return values;
}

/** By its exact name, else without regard to case. */
function member(object: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  const lower = name.toLowerCase();
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === lower);
  return key === undefined ? undefined : object[key];
}

function atPath(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (!/[.[]/.test(path)) return undefined;
  let current: unknown = claims;
  for (const segment of path.replace(/^\$\.?/, "").match(/[^.[\]]+/g) ?? []) {
    if (typeof current !== "object" || current === null) return undefined;
    const name = segment.replace(/^(['"])(.*)\1$/, "$2");
    if (Array.isArray(current)) current = /^\d{1,6}$/.test(name) ? current[Number(name)] : undefined;
    else current = member(current as Readonly<Record<string, unknown>>, name);
  }
  return current;
}
