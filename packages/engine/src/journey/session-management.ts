import type { TechnicalProfile } from "@vestibule/policy";
import { defaultClaimValue } from "../claims/mapping.ts";
import type { ClaimValue } from "../claims/value.ts";
import type { SessionProvider } from "../program/compiled-profile.ts";
import { note, profileOf, type Run, resolverScope, update, writeBag } from "./run.ts";
import type { SsoProviderState } from "./session.ts";

interface Management {
  readonly provider: SessionProvider;
  readonly profile: TechnicalProfile;
}

/** The session-management profile of a technical profile; absent = Default without claim lists, which never skips. */
function managementOf(run: Run, profile: TechnicalProfile): Management | undefined {
  const id = profile.useTechnicalProfileForSessionManagement;
  const compiled = id === undefined ? undefined : profileOf(run, id);
  return compiled?.kind === "session"
    ? { provider: compiled.provider, profile: compiled.profile }
    : undefined;
}

/**
 * Whether the session is of the person in this journey: nobody else was let in since it began. Once somebody is
 * identified, the subjects must be equal; a person who was asked and is not identified yet is a stranger to it.
 */
function sessionIsTheirs({ state }: Run): boolean {
  const { objectId } = state.bag;
  return objectId === undefined ? !state.identityAsked : objectId === state.sessionAtStart?.subject;
}

/** Only a provider whose profile names such a session provider is signed out of (technical-profiles.md 25.5). */
export function registersForSignOut(run: Run, profile: TechnicalProfile): boolean {
  const provider = managementOf(run, profile)?.provider;
  return provider === "ExternalLogin" || provider === "OAuth";
}

function storedState(run: Run, management: Management): SsoProviderState | undefined {
  if (!sessionIsTheirs(run)) return undefined;
  const { sessionAtStart, answeredFirst, bag } = run.state;
  const stored = sessionAtStart?.providers[management.profile.id];
  if (!stored || Object.keys(stored.claims).length === 0) return undefined;
  // A record that says who its person is brings them along; another one, such as a second factor's, must not be joined
  // to a person who was named on a page and has not been found yet.
  const says = management.provider !== "Default" || stored.claims.objectId !== undefined;
  return says || !answeredFirst || bag.objectId !== undefined ? stored : undefined;
}

/**
 * What a record holds of the claims that its session profile persists in this policy, by their ids here. Policies of one
 * session may keep different things under one name: what another one kept proves nothing to this one.
 */
function ownClaims(run: Run, { profile }: Management, stored: SsoProviderState): Record<string, ClaimValue> {
  const kept = new Map(Object.entries(stored.claims).map(([id, value]) => [id.toLowerCase(), value]));
  const claims: Record<string, ClaimValue> = {};
  for (const { claimTypeReferenceId } of profile.persistedClaims) {
    const type = run.program.policy.claimTypes.get(claimTypeReferenceId);
    const value = type && kept.get(type.id.toLowerCase());
    if (type && value !== undefined && Array.isArray(value) === (type.dataType === "stringCollection"))
      claims[type.id] = value;
  }
  return claims;
}

/** Whether the session, as it was when the journey began, stands in for a run of this profile. */
export function isRestorable(run: Run, profile: TechnicalProfile): boolean {
  const management = managementOf(run, profile);
  if (!management) return false;
  const stored = storedState(run, management);
  if (!stored) return false;
  const claims = Object.keys(ownClaims(run, management, stored));
  if (claims.length === 0) return false;
  if (management.provider === "Default") return true;
  if (management.provider !== "ExternalLogin") return false;
  // One record is shared by all providers that reference it: only the one that was really used is restored.
  if (!stored.technicalProfiles.some((id) => id.toLowerCase() === profile.id.toLowerCase())) return false;
  return claims.some((claim) => producedClaims(run, profile).has(claim.toLowerCase()));
}

/** Output claims of a profile and of its output claims transformations, in lower case. */
function producedClaims(run: Run, profile: TechnicalProfile): Set<string> {
  const { policy } = run.program;
  const transformed = profile.outputClaimsTransformations.flatMap(
    (id) =>
      policy.claimsTransformations.get(id)?.outputClaims.map((claim) => claim.claimTypeReferenceId) ?? [],
  );
  return new Set(
    [...profile.outputClaims.map((claim) => claim.claimTypeReferenceId), ...transformed].map((id) =>
      id.toLowerCase(),
    ),
  );
}

/**
 * Puts what the session holds for this profile into the bag. Values set earlier in the journey stay; the output claims
 * of the session profile, constants that tell a later logon from a first one, come with it. Source:
 * technical-profiles.md 25.3.
 */
export function restore(run: Run, profile: TechnicalProfile): void {
  const management = managementOf(run, profile);
  const stored = management && storedState(run, management);
  if (!management || !stored) return;
  const claims: Record<string, ClaimValue> = {};
  for (const [id, value] of Object.entries(ownClaims(run, management, stored)))
    if (run.state.bag[id] === undefined) claims[id] = value;
  const scope = resolverScope(run);
  for (const reference of management.profile.outputClaims) {
    const type = run.program.policy.claimTypes.get(reference.claimTypeReferenceId);
    const constant = defaultClaimValue(scope, reference, false);
    if (type && constant !== undefined) claims[type.id] = constant;
  }
  note(run, {
    kind: "session",
    text: `${profile.id}: taken from the session (${management.profile.id})`,
    technicalProfile: profile.id,
  });
  writeBag(run, claims, `${profile.id}: claims from the session`, profile.id);
  update(run, { sessionUsed: true });
}

/**
 * Keeps what this run of a profile is to leave in the session: every persisted claim once, whoever set it.
 *
 * @param byPerson a page or a provider was answered. What the server does by itself is no new logon of a person whom the
 *   session let in: neither `auth_time` nor the end of the session moves with it, and it chose no provider.
 */
export function persist(run: Run, profile: TechnicalProfile, byPerson: boolean): void {
  const management = managementOf(run, profile);
  if (!management || management.provider === "Noop" || management.provider === "OAuth") return;
  const { sessionWrites, sessionAtStart, answeredFirst, bag } = run.state;
  const { id } = management.profile;
  const earlier = sessionWrites.providers[id] ?? { claims: {}, technicalProfiles: [] };
  const claims: Record<string, ClaimValue> = { ...earlier.claims };
  for (const reference of management.profile.persistedClaims) {
    const type = run.program.policy.claimTypes.get(reference.claimTypeReferenceId);
    const value = type && bag[type.id];
    if (type && value !== undefined && claims[type.id] === undefined && !run.program.secrets.has(type.id))
      claims[type.id] = value;
  }
  if (Object.keys(claims).length === 0) return;
  const technicalProfiles = [...new Set([...earlier.technicalProfiles, profile.id])];
  update(run, {
    sessionWrites: {
      ...sessionWrites,
      providers: { ...sessionWrites.providers, [id]: { claims, technicalProfiles } },
      ...(byPerson && { lastTechnicalProfile: profile.id }),
      fresh: sessionWrites.fresh || byPerson || answeredFirst === true || sessionAtStart === undefined,
    },
  });
}
