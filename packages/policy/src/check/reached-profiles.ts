import { nearestName } from "../diagnostic.ts";
import type { MetadataItem, ProfileFragment } from "../document/document.ts";
import { didYouMean, type Report, shortened } from "../report.ts";
import { atLeast, readDataUri } from "./data-uri.ts";
import { isOutputAttribute, isPersistedAttribute } from "./directory-attributes.ts";
import {
  handlerClass,
  handlerClasses,
  interactiveKinds,
  type ProfileKind,
  profileKind,
} from "./profile-kind.ts";
import { keysWithout, metadataRules } from "./profile-metadata.ts";
import { checkPlacement } from "./profile-placement.ts";
import type { CallSite, Reach } from "./reach.ts";
import type { Scope } from "./scope.ts";

/** Completeness of the technical profiles that a journey reaches (PL301 to PL318). Source: policy-language.md 14.2. */
export function checkReachedProfiles(
  scope: Scope,
  reach: Reach,
  profileOf: (id: string) => ProfileFragment | undefined,
): void {
  for (const [profile, sites] of reach.profiles) {
    const kind = checkProtocol(scope, profile, reach.issuers.has(profile));
    checkEnabled(scope, profile);
    checkSites(scope, profile, sites, kind);
    if (!kind) continue;
    checkMetadata(scope, profile, kind);
    checkKeys(scope, profile, kind);
    if (kind === "directory") checkDirectory(scope, profile);
    if (kind === "restful") checkRestful(scope, profile);
    if (kind === "selfAsserted" && sites.has("step")) checkSelfAsserted(scope, profile, profileOf);
    if (kind === "phoneFactor" || kind === "claimsTransformation") pageOf(scope, profile);
    checkPlacement(scope, profile, kind);
  }
}

/** An item's value, the key in any case. */
function metadataValue(profile: ProfileFragment, key: string): string | undefined {
  const wanted = key.toLowerCase();
  return profile.metadata?.find((item) => item.key.toLowerCase() === wanted)?.value;
}

function checkProtocol(
  { report }: Scope,
  profile: ProfileFragment,
  isIssuer: boolean,
): ProfileKind | undefined {
  const { id, protocol } = profile;
  if (!protocol) {
    report.error(
      "PL301",
      profile.at,
      `Technical profile '${id}' has no Protocol, by itself or by inclusion.`,
    );
    return undefined;
  }
  if (protocol.name !== "Proprietary" && protocol.handler !== undefined && protocol.handler !== "") {
    report.error(
      "PL301",
      protocol.at,
      `Technical profile '${id}': only Protocol Proprietary takes a Handler.`,
    );
    return undefined;
  }
  const kind = profileKind(profile);
  if (isIssuer && profile.outputTokenFormat !== undefined) return "issuer";
  if (kind) return kind;
  if (protocol.name !== "Proprietary")
    report.error(
      "PL301",
      protocol.at,
      `Technical profile '${id}': nothing runs the protocol ${protocol.name}.`,
    );
  else if (protocol.handler === undefined)
    report.error("PL301", protocol.at, `Technical profile '${id}': Protocol Proprietary needs a Handler.`);
  else {
    const name = handlerClass(protocol.handler);
    const hint = didYouMean(name, handlerClasses);
    report.error(
      "PL301",
      protocol.at,
      `Technical profile '${id}': the handler '${shortened(name)}' is not known.`,
      hint,
    );
  }
  return undefined;
}

function checkEnabled({ report }: Scope, profile: ProfileFragment): void {
  const enabled = profile.enabledForUserJourneys;
  if (!enabled?.value.startsWith("On")) return;
  const keys = ["ClaimTypeOnWhichToEnable"];
  if (enabled.value !== "OnClaimsExistence") keys.push("ClaimValueOnWhichToEnable");
  for (const key of keys)
    if (metadataValue(profile, key) === undefined)
      report.error(
        "PL317",
        enabled.at,
        `${enabled.value} of '${profile.id}' needs the metadata item '${key}'.`,
      );
}

function checkSites(
  { report }: Scope,
  profile: ProfileFragment,
  sites: ReadonlySet<CallSite>,
  kind: ProfileKind | undefined,
): void {
  if (sites.has("session") && kind !== undefined && kind !== "session") {
    const message = `'${profile.id}' is used for session management, but is no session provider.`;
    report.error("PL109", profile.at, message);
  }
  if (kind && interactiveKinds.has(kind) && (sites.has("validation") || sites.has("control"))) {
    const role = sites.has("validation") ? "a validation technical profile" : "a display control's action";
    report.error(
      "PL307",
      profile.at,
      `'${profile.id}' shows a page or leaves the site; it cannot be ${role}.`,
    );
  }
  if (sites.has("issuer") && profile.outputTokenFormat === undefined)
    report.error("PL216", profile.at, `'${profile.id}' is to issue a token, but has no OutputTokenFormat.`);
}

/** Every policy of a chain asks about the same items of its base. */
const nearKeys = new WeakMap<
  MetadataItem,
  { readonly kind: ProfileKind; readonly near: string | undefined }
>();

function nearKey(item: MetadataItem, kind: ProfileKind, known: Iterable<string>): string | undefined {
  const before = nearKeys.get(item);
  if (before?.kind === kind) return before.near;
  const name = nearestName(item.key, known);
  const near = name !== undefined && Math.abs(name.length - item.key.length) <= 2 ? name : undefined;
  nearKeys.set(item, { kind, near });
  return near;
}

/**
 * A key that no profile of the kind has is ignored, as in B2C, and said (PL319): it is misspelt, or left over. A page's
 * template may have settings of its own.
 */
function checkSpelling(report: Report, profile: ProfileFragment, kind: ProfileKind): void {
  for (const item of profile.metadata ?? []) {
    const { key, at } = item;
    const known = keysWithout(kind, key);
    if (!known) continue;
    const near = nearKey(item, kind, known);
    if (near === undefined && /^setting\./i.test(key)) continue;
    const message = `${kind} profiles have no metadata item '${shortened(key)}'; '${profile.id}' has it without effect.`;
    report.warning("PL319", at, message, near === undefined ? undefined : `Did you mean '${near}'?`);
  }
}

function checkMetadata({ report }: Scope, profile: ProfileFragment, kind: ProfileKind): void {
  checkSpelling(report, profile, kind);
  for (const { key, required, accepts, form } of metadataRules[kind] ?? []) {
    const item = profile.metadata?.find((each) => each.key.toLowerCase() === key.toLowerCase());
    if (!item) {
      if (required)
        report.error(
          "PL303",
          profile.at,
          `The metadata item with key '${key}' was not found in technical profile '${profile.id}'.`,
        );
    } else if (!accepts(item.value)) {
      const message = `Technical profile '${profile.id}' defines an invalid value '${shortened(item.value)}' for metadata item '${key}'; it takes ${form}.`;
      report.error("PL302", item.at, message);
    }
  }
  if (kind === "openIdConnect" || kind === "oauth2") checkIssuerDiscovery(report, profile);
  if (kind === "openIdConnect" && metadataValue(profile, "METADATA") === undefined) {
    const single = ["authorization_endpoint", "AccessTokenEndpoint", "JWKS"];
    const missing = single.filter((key) => metadataValue(profile, key) === undefined);
    if (missing.length > 0)
      report.error(
        "PL303",
        profile.at,
        `The metadata item with key 'METADATA' was not found in technical profile '${profile.id}'.`,
        `Without it ${missing.join(", ")} are needed.`,
      );
  }
}

/** An issuer that a token names itself is asked for its keys only where a prefix accepts it. */
function checkIssuerDiscovery(report: Report, profile: ProfileFragment): void {
  const item = profile.metadata?.find(({ key }) => /^DiscoverMetadataByTokenIssuer$/i.test(key));
  if (!item || !/^(true|1)$/i.test(item.value) || metadataValue(profile, "ValidTokenIssuerPrefixes")) return;
  const message = `DiscoverMetadataByTokenIssuer of '${profile.id}' has no effect without ValidTokenIssuerPrefixes.`;
  report.warning("PL303", item.at, message, "Name the addresses that issuers may begin with.");
}

function requiredKeys(profile: ProfileFragment, kind: ProfileKind): readonly string[] {
  if (kind === "issuer" && profile.outputTokenFormat === "JWT") return ["issuer_secret"];
  if (kind === "oauth2" || (kind === "openIdConnect" && redeemsCodes(profile)))
    return [
      metadataValue(profile, "token_endpoint_auth_method")?.toLowerCase() === "private_key_jwt"
        ? "assertion_signing_key"
        : "client_secret",
    ];
  if (kind === "restful")
    switch (metadataValue(profile, "AuthenticationType")?.toLowerCase()) {
      case "basic":
        return ["BasicAuthenticationUsername", "BasicAuthenticationPassword"];
      case "bearer":
        // The token is fetched with a secret of its own.
        if (metadataValue(profile, "vestibule.tokenEndpoint") !== undefined)
          return ["vestibule.ClientSecret"];
        return metadataValue(profile, "UseClaimAsBearerToken") === undefined
          ? ["BearerAuthenticationToken"]
          : [];
      case "clientcertificate":
        return ["ClientCertificate"];
    }
  return [];
}

function redeemsCodes(profile: ProfileFragment): boolean {
  return (metadataValue(profile, "response_types") ?? "code").split(/\s+/).includes("code");
}

function checkKeys({ report }: Scope, profile: ProfileFragment, kind: ProfileKind): void {
  const has = (key: string) =>
    profile.cryptographicKeys?.some(({ id }) => id.toLowerCase() === key.toLowerCase());
  for (const key of requiredKeys(profile, kind))
    if (!has(key))
      report.error(
        "PL314",
        profile.at,
        `Technical profile '${profile.id}' lacks the cryptographic key '${key}'.`,
      );
}

function checkRestful({ merged, report }: Scope, profile: ProfileFragment): void {
  const way = metadataValue(profile, "SendClaimsIn") ?? "Body";
  const payload = profile.metadata?.find(({ key }) => /^ClaimUsedForRequestPayload$/i.test(key));
  if (payload && !/^body$/i.test(way)) {
    const message = `ClaimUsedForRequestPayload of '${profile.id}' has no effect where claims are sent in the ${way}.`;
    report.warning("PL302", payload.at, message, "Only SendClaimsIn=Body has a payload.");
  }
  const mode = metadataValue(profile, "AuthenticationType")?.toLowerCase();
  if (mode !== "none" || (merged.document.deploymentMode ?? "Production") !== "Production") return;
  if (/^(true|1)$/i.test(metadataValue(profile, "AllowInsecureAuthInProduction") ?? "")) return;
  const message = `Technical profile '${profile.id}' calls its API without authentication; in production the call is refused.`;
  report.warning(
    "PL313",
    profile.at,
    message,
    "Set AllowInsecureAuthInProduction=true or choose another AuthenticationType.",
  );
}

function checkDirectory(scope: Scope, profile: ProfileFragment): void {
  const { report } = scope;
  const operation = metadataValue(profile, "Operation")?.toLowerCase() ?? "";
  const inputs = profile.inputClaims ?? [];
  if (operation !== "" && inputs.length !== 1) {
    const message = `Directory profile '${profile.id}' has ${inputs.length} input claims; it takes exactly one, the key.`;
    report.error("PL318", profile.at, message);
  }
  const persisted = profile.persistedClaims ?? [];
  if (operation === "write" && persisted.length === 0)
    report.error(
      "PL318",
      profile.at,
      `Directory profile '${profile.id}' writes, but has no PersistedClaims.`,
    );
  checkPasswordPolicy(scope, profile);
  for (const { claimTypeReferenceId, partnerClaimType, at } of persisted)
    if (!isPersistedAttribute(partnerClaimType ?? claimTypeReferenceId)) {
      const message = `The persisted claim '${claimTypeReferenceId}' is not supported in directory profile '${profile.id}'.`;
      report.error("PL310", at, message, "Attributes of your own begin with 'extension_'.");
    }
  for (const { claimTypeReferenceId, partnerClaimType, defaultValue, at } of profile.outputClaims ?? [])
    if (defaultValue === undefined && !isOutputAttribute(partnerClaimType ?? claimTypeReferenceId)) {
      const message = `The output claim '${claimTypeReferenceId}' is not supported in directory profile '${profile.id}'.`;
      report.error(
        "PL309",
        at,
        message,
        "Attributes of your own begin with 'extension_'; a constant needs a DefaultValue.",
      );
    }
}

/** A rule weaker than the directory's own needs the latter switched off. Source: policy-language.md 4.5, PL308. */
function checkPasswordPolicy({ merged, report }: Scope, profile: ProfileFragment): void {
  const persisted = profile.persistedClaims ?? [];
  const attribute = (claim: (typeof persisted)[number]) =>
    (claim.partnerClaimType ?? claim.claimTypeReferenceId).toLowerCase();
  const password = persisted.find((claim) => attribute(claim) === "password");
  const reference =
    password && merged.claimTypes.get(password.claimTypeReferenceId)?.predicateValidationReference;
  const validation = reference && merged.predicateValidations.get(reference.value);
  if (!password || !validation) return;
  const predicates = validation.predicateGroups.flatMap((group) =>
    group.predicates.flatMap((id) => merged.predicates.get(id) ?? []),
  );
  const weak = predicates.some(
    ({ method, parameters }) => /^islengthrange$/i.test(method) && Number(parameters.Minimum) < 8,
  );
  const policies = persisted.find((claim) => attribute(claim) === "passwordpolicies");
  const switchedOff =
    policies !== undefined &&
    (policies.defaultValue === undefined || /DisableStrongPassword/i.test(policies.defaultValue));
  if (!weak || switchedOff) return;
  const message = `'${profile.id}' writes a password of less than 8 characters ('${validation.id}'), which the directory refuses.`;
  const hint =
    "Persist passwordPolicies with DefaultValue 'DisablePasswordExpiration, DisableStrongPassword'.";
  report.error("PL308", password.at, message, hint);
}

/** The content definition that the profile's metadata names (PL105). */
function pageOf(scope: Scope, profile: ProfileFragment) {
  const item = profile.metadata?.find(({ key }) => /^contentdefinitionreferenceid$/i.test(key));
  return item?.value
    ? scope.resolve(scope.merged.contentDefinitions, item.value, item.at, "PL105", "ContentDefinition")
    : undefined;
}

function checkSelfAsserted(
  scope: Scope,
  profile: ProfileFragment,
  profileOf: (id: string) => ProfileFragment | undefined,
): void {
  const { merged, report } = scope;
  const displays = profile.displayClaims ?? [];
  const definition = pageOf(scope, profile);
  const reading = definition?.dataUri && readDataUri(definition.dataUri.value);
  const tooOld =
    reading && "uri" in reading && !(reading.uri.contract && atLeast(reading.uri.version, [2, 0, 0]));
  if (tooOld && displays.some(({ kind }) => kind === "control"))
    report.warning(
      "PL611",
      profile.at,
      `'${profile.id}' shows display controls; its layout '${definition.id}' is too old for them (2.0.0 at least).`,
    );
  if (displays.length > 0) return;
  const given = new Set((profile.inputClaims ?? []).map(({ claimTypeReferenceId: id }) => id.toLowerCase()));
  const transformed = [
    ...(profile.inputClaimsTransformations ?? []),
    ...(profile.outputClaimsTransformations ?? []),
  ];
  for (const { referenceId } of profile.validationTechnicalProfiles ?? []) {
    const validation = profileOf(referenceId);
    for (const { claimTypeReferenceId } of validation?.outputClaims ?? [])
      given.add(claimTypeReferenceId.toLowerCase());
    transformed.push(
      ...(validation?.inputClaimsTransformations ?? []),
      ...(validation?.outputClaimsTransformations ?? []),
    );
  }
  for (const { value } of transformed)
    for (const output of merged.claimsTransformations.get(value)?.outputClaims ?? [])
      given.add(output.claimTypeReferenceId.toLowerCase());
  for (const { claimTypeReferenceId: id, defaultValue, at } of profile.outputClaims ?? []) {
    const claim = merged.claimTypes.get(id);
    if (!claim || claim.userInputType || defaultValue !== undefined || given.has(id.toLowerCase())) continue;
    const message = `Output claim '${id}' of '${profile.id}' does not specify a UserInputType or a DefaultValue and is not retrieved from a validation technical profile.`;
    report.error("PL304", at, message);
  }
}
