import type { ClaimReference, ClaimType, OrchestrationStep, TechnicalProfile } from "@vestibule/policy";
import { readClaim } from "../claims/bag.ts";
import { outwardIdentities } from "../claims/identity.ts";
import { asJson, jsonClaimsItem, jsonClaimsOf } from "../claims/json-claims.ts";
import { defaultClaimValue, metadataItem, resolveInputClaims } from "../claims/mapping.ts";
import type { ClaimValue } from "../claims/value.ts";
import type { CompiledProfile } from "../program/compiled-profile.ts";
import { pageTexts } from "./messages.ts";
import type { IssuedOutcome, JsonClaim, Outcome } from "./outcome.ts";
import { keepAliveInDays } from "./page-model.ts";
import { note, profileOf, type Run, resolverScope, serverError, update, writeBag } from "./run.ts";
import { sendError } from "./send-error.ts";
import type { SessionUpdate, SsoSession } from "./session.ts";
import { runTransformations } from "./technical-profile.ts";

/** Collects what the application gets and ends the journey. Source: journeys.md 4.1, technical-profiles.md 17. */
export async function sendClaims(run: Run, step: OrchestrationStep): Promise<Outcome> {
  const issuerId = step.cpimIssuerTechnicalProfileReferenceId;
  const compiled = issuerId === undefined ? undefined : profileOf(run, issuerId);
  if (!compiled)
    return serverError(
      "AADB2C90108",
      `The orchestration step '${step.order}' does not specify a CpimIssuerTechnicalProfileReferenceId when one was expected.`,
    );
  switch (compiled.kind) {
    case "issuer":
      return (await prepareIssuer(run, compiled.profile)) ?? issueTokens(run, compiled);
    case "errorIssuer":
      return sendError(run, compiled.profile);
    case "documentIssuer":
      return (await prepareIssuer(run, compiled.profile)) ?? issueDocument(run, compiled.profile);
    default:
      return serverError("AADB2C90037", `Technical profile '${compiled.profile.id}' issues nothing.`);
  }
}

/** An issuer's transformations run before its claims are read, the output ones too (technical-profiles.md 19). */
async function prepareIssuer(run: Run, profile: TechnicalProfile): Promise<Outcome | undefined> {
  const changed: Record<string, ClaimValue | null> = {};
  const call = {
    profile,
    claims: run.state.bag,
    texts: pageTexts(run, undefined),
    messageProfiles: [profile],
  };
  const ids = [...profile.inputClaimsTransformations, ...profile.outputClaimsTransformations];
  if (ids.length === 0) return undefined;
  if (await runTransformations(run, ids, call, changed))
    return serverError("AADB2C", "An exception has occurred.");
  writeBag(run, changed, `${profile.id}: claims transformations`, profile.id);
  return undefined;
}

/** A JSON object of the issuer's input claims; those without a value are left out. Source: technical-profiles.md 20. */
function issueDocument(run: Run, profile: TechnicalProfile): Outcome {
  if (run.state.entry !== "userInfo")
    return serverError(
      "AADB2C90037",
      `Technical profile '${profile.id}' answers the UserInfo endpoint only.`,
    );
  const input = resolveInputClaims(profile, profile.inputClaims, resolverScope(run));
  if (input.kind === "missing")
    return serverError("AADB2C90037", `The claim '${input.claimTypeId}' has no value.`);
  const body: Record<string, JsonClaim> = {};
  for (const { partnerName, claimTypeId, value } of input.claims.values()) {
    const type = run.program.policy.claimTypes.get(claimTypeId);
    if (value !== "" && !run.program.secrets.has(claimTypeId))
      body[partnerName] = type ? jsonValue(type, value) : value;
  }
  update(run, { status: "completed" });
  note(run, {
    kind: "outcome",
    text: `Document with ${Object.keys(body).join(", ")}`,
    technicalProfile: profile.id,
  });
  return { kind: "document", body };
}

function issueTokens(run: Run, compiled: Extract<CompiledProfile, { kind: "issuer" }>): Outcome {
  const claims = tokenClaims(run);
  const { subjectNamingInfo } = run.program.policy.relyingParty.technicalProfile;
  const subjectName = nameOfSubject(run, subjectNamingInfo?.claimType ?? "sub");
  // An application's own token is about the application, whatever else the policy says of it.
  const own = run.state.entry === "clientCredentials" ? run.state.grant?.objectId : undefined;
  const subject = claims[subjectName] ?? own;
  if (typeof subject !== "string" || subject === "")
    return serverError("AADB2C90037", "The subject of the token has no value.");
  if (subjectNamingInfo?.excludeAsClaim && subjectName !== "sub") delete claims[subjectName];
  const objectId = readClaim(run.program.policy, run.state.bag, "objectId");
  const authTime = authenticationTime(run);
  const outcome: IssuedOutcome = {
    kind: "issued",
    issuer: compiled.issuer,
    claims,
    subject,
    authTime,
    grantClaims: grantClaims(run),
    ...(typeof objectId === "string" && { objectId }),
    ...(run.state.entry === "authorize" && {
      session: sessionUpdate(run, authTime, typeof objectId === "string" ? objectId : undefined),
    }),
  };
  update(run, { status: "completed" });
  note(run, {
    kind: "outcome",
    text: `Claims for ${run.state.request.clientDisplayName}: ${Object.keys(claims).join(", ")}`,
    technicalProfile: compiled.profile.id,
  });
  return outcome;
}

/** Relying-party output claims under their names in the token. Absent and empty claims are left out (journeys.md 7.4). */
function tokenClaims(run: Run): Record<string, JsonClaim> {
  const { policy } = run.program;
  const { technicalProfile } = policy.relyingParty;
  const omitFalse = new Set(
    (metadataItem(technicalProfile.metadata, "vestibule.omitFalse") ?? "")
      .split(",")
      .map((id) => id.trim().toLowerCase()),
  );
  const asJsonToo = jsonClaimsOf(metadataItem(technicalProfile.metadata, jsonClaimsItem));
  const claims: Record<string, JsonClaim> = {};
  for (const reference of technicalProfile.outputClaims) {
    const type = policy.claimTypes.get(reference.claimTypeReferenceId);
    const value = type && outputValue(run, reference);
    if (!type || value === undefined || value === "") continue;
    if (value === false && omitFalse.has(type.id.toLowerCase())) continue;
    const name = tokenName(reference, type);
    // Of several under one name the first that has a value counts (policy-language.md, PL705).
    if (Object.hasOwn(claims, name)) continue;
    claims[name] = asJsonToo.has(type.id.toLowerCase())
      ? (asJson(value) as JsonClaim)
      : jsonValue(type, value);
  }
  return claims;
}

/**
 * A claim's name in the token, in the spelling of its reference. A policy that puts its own name out for `acr` need not
 * say that it is called `tfp` (technical-profiles.md 17).
 */
function tokenName({ partnerClaimType, claimTypeReferenceId }: ClaimReference, type: ClaimType): string {
  const name = partnerClaimType ?? type.defaultPartnerClaimTypes?.OpenIdConnect;
  if (name !== undefined) return name;
  return type.id.toLowerCase() === "trustframeworkpolicy" ? "tfp" : claimTypeReferenceId;
}

/** The token's name of the claim that `SubjectNamingInfo` names by that name or by its id, in any case. */
function nameOfSubject(run: Run, written: string): string {
  const { policy } = run.program;
  const wanted = written.toLowerCase();
  const names = policy.relyingParty.technicalProfile.outputClaims.flatMap((reference) => {
    const type = policy.claimTypes.get(reference.claimTypeReferenceId);
    return type ? [{ id: type.id, name: tokenName(reference, type) }] : [];
  });
  const found =
    names.find(({ name }) => name.toLowerCase() === wanted) ??
    names.find(({ id }) => id.toLowerCase() === wanted);
  return found?.name ?? written;
}

function outputValue(run: Run, reference: ClaimReference): ClaimValue | undefined {
  const always = reference.alwaysUseDefaultValue === true;
  const constant = () =>
    // `{policy}` is no resolver: it is the policy's id in its stored spelling (journeys.md 8.2).
    reference.defaultValue === "{policy}"
      ? run.program.policy.policyId
      : defaultClaimValue(resolverScope(run), reference, always);
  if (always && reference.defaultValue !== undefined) return constant();
  const value = readClaim(run.program.policy, run.state.bag, reference.claimTypeReferenceId);
  return value === undefined || value === "" ? constant() : value;
}

function jsonValue(type: ClaimType, value: ClaimValue): JsonClaim {
  if (type.dataType === "dateTime" && typeof value === "string") return Math.floor(Date.parse(value) / 1000);
  if (type.dataType === "stringCollection" && typeof value === "string") return [value];
  return outwardIdentities(value);
}

/** The last time that credentials were given: now, or the session's where nothing was asked. */
function authenticationTime(run: Run): number {
  const { grant, sessionWrites, sessionAtStart, identityAsked } = run.state;
  if (grant) return grant.authTime;
  if (!sessionWrites.fresh && !identityAsked && sessionAtStart) return sessionAtStart.authTime;
  return Math.floor(run.ports.clock.now() / 1000);
}

function grantClaims(run: Run): Record<string, ClaimValue> {
  const kept = run.state.grant?.claims ?? run.state.bag;
  return Object.fromEntries(Object.entries(kept).filter(([id]) => !run.program.secrets.has(id)));
}

function sessionUpdate(run: Run, authTime: number, objectId: string | undefined): SessionUpdate {
  const { behaviors } = run.program.policy.relyingParty;
  const scope = behaviors.singleSignOn?.scope ?? "Tenant";
  const { sessionWrites, sessionAtStart, identityAsked, answeredFirst, sessionUsed } = run.state;
  const { request, policyId, keepMeSignedIn } = run.state;
  const now = Math.floor(run.ports.clock.now() / 1000);
  // Another subject than the session's starts a new record; nothing of the old one may reach it (journeys.md 5.2).
  const subjectAtStart = sessionAtStart?.subject;
  const strange =
    objectId === undefined ? identityAsked === true : subjectAtStart === undefined && !sessionUsed;
  const other = strange || (objectId !== undefined && (subjectAtStart ?? objectId) !== objectId);
  const earlier = other ? undefined : sessionAtStart;
  const relyingParty = { clientId: request.clientId, policyId };
  const known = (earlier?.relyingParties ?? []).filter(
    (rp) => rp.clientId !== relyingParty.clientId || rp.policyId !== policyId,
  );
  const providers: Record<string, SsoSession["providers"][string]> = { ...earlier?.providers };
  for (const [id, state] of Object.entries(sessionWrites.providers)) {
    // A claim is written once in a session: what an earlier logon stored stays (technical-profiles.md 25.3).
    const before = earlier?.providers[id];
    providers[id] = {
      claims: { ...state.claims, ...before?.claims },
      technicalProfiles: [...new Set([...(before?.technicalProfiles ?? []), ...state.technicalProfiles])],
    };
  }
  const lastTechnicalProfile = sessionWrites.lastTechnicalProfile ?? earlier?.lastTechnicalProfile;
  const subject = objectId ?? earlier?.subject;
  const session: SsoSession = {
    created: earlier?.created ?? now,
    authTime,
    ...(subject !== undefined && { subject }),
    providers,
    ...(lastTechnicalProfile !== undefined && { lastTechnicalProfile }),
    identityProviders: [...(earlier?.identityProviders ?? []), ...sessionWrites.identityProviders],
    relyingParties: [...known, relyingParty],
  };
  return {
    scope: scope === "TrustFramework" ? "Tenant" : scope,
    ...(scope !== "Suppressed" && { session }),
    fresh: sessionWrites.fresh,
    // Nobody was asked where an application's hint or a policy's own step names another subject.
    ...(other && (identityAsked || answeredFirst) && { stranger: true as const }),
    keepMeSignedIn,
    lifetime: {
      seconds: behaviors.sessionExpiryInSeconds ?? 86400,
      type: behaviors.sessionExpiryType ?? "Rolling",
      keepAliveInDays: keepAliveInDays(run.program.policy),
    },
  };
}
