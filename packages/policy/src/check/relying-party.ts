import type { ProfileFragment, RelyingPartyFragment } from "../document/document.ts";
import { reservedTokenClaims } from "../relying-party.ts";
import { shortened } from "../report.ts";
import { resolverProblem } from "./claim-resolvers.ts";
import { readDataUri } from "./data-uri.ts";
import { isSelection } from "./journeys.ts";
import { incompleteParts } from "./pages.ts";
import type { Reach } from "./reach.ts";
import type { Scope } from "./scope.ts";

/** The relying party and what its journeys show (PL701 to PL709, PL220, PL603, PL604). Source: policy-language.md 10. */
export function checkRelyingParty(
  scope: Scope,
  reach: Reach,
  profileOf: (id: string) => ProfileFragment | undefined,
): void {
  const { merged, report } = scope;
  const party = merged.relyingParty;
  if (!party) return;
  if (!party.defaultUserJourney)
    report.error("PL701", party.at, "The RelyingParty has no DefaultUserJourney.");
  const profile = party.technicalProfile;
  if (!profile || party.technicalProfileCount !== 1 || profile.id.toLowerCase() !== "policyprofile") {
    const message = "The RelyingParty has exactly one TechnicalProfile, with the Id PolicyProfile.";
    report.error("PL701", profile?.at ?? party.at, message);
  }
  if (profile) checkPolicyProfile(scope, profile, reach);
  checkBehaviors(scope, party);
  for (const { id, at } of party.endpoints ?? [])
    if (!/^(token|userinfo)$/i.test(id))
      report.warning("PL701", at, `The endpoint '${id}' is not known; it has no effect.`);
  for (const steps of reach.journeys.values())
    for (const { step, number, journey } of steps)
      if (/^(ConsentScreen|ReviewScreen|UserDialog)$/.test(step.type))
        report.error(
          "PL220",
          step.at,
          `Step ${number} of '${journey.id}' has the type ${step.type}, which is not supported.`,
        );
  checkSelectionSteps(scope, reach, profileOf);
  checkContentDefinitions(scope, reach, party);
  checkTargets(scope, reach);
}

function checkPolicyProfile({ report }: Scope, profile: ProfileFragment, reach: Reach): void {
  const protocol = profile.protocol?.name;
  if (protocol !== "OpenIdConnect" && protocol !== "SAML2") {
    const message = `The relying party's protocol is ${protocol ?? "missing"}; it is OpenIdConnect or SAML2.`;
    report.error("PL703", profile.protocol?.at ?? profile.at, message);
  } else {
    const format = protocol === "SAML2" ? "SAML2" : "JWT";
    const formats = [...reach.issuers].flatMap(({ outputTokenFormat }) => outputTokenFormat ?? []);
    if (formats.length > 0 && !formats.includes(format)) {
      const message = `The relying party's protocol is ${protocol}, but its journey issues ${formats.join(", ")}.`;
      report.error("PL703", profile.protocol?.at ?? profile.at, message);
    }
  }
  if (protocol === "OpenIdConnect")
    for (const { key, at } of profile.metadata ?? [])
      if (!/^(vestibule\.|client_assertion_type$)/i.test(key)) {
        const message = `A relying party with OpenID Connect has no metadata item '${shortened(key)}'; it has no effect.`;
        report.warning("PL319", at, message);
      }
  const outputs = profile.outputClaims ?? [];
  const subject = profile.subjectNamingInfo;
  const nameOf = (claim: (typeof outputs)[number]) => claim.partnerClaimType ?? claim.claimTypeReferenceId;
  if (!subject) {
    if (protocol === "OpenIdConnect")
      report.error("PL702", profile.at, "The relying party's technical profile has no SubjectNamingInfo.");
  } else {
    const wanted = subject.claimType.toLowerCase();
    const matches = outputs.some(
      (claim) =>
        nameOf(claim).toLowerCase() === wanted || claim.claimTypeReferenceId.toLowerCase() === wanted,
    );
    if (!matches) {
      const message = `The subject claim '${subject.claimType}' is not the partner name of any output claim of the relying party.`;
      report.error(
        "PL702",
        subject.at,
        message,
        `Write PartnerClaimType="${subject.claimType}" at one of them.`,
      );
    }
  }
  const names = new Set<string>();
  for (const claim of outputs) {
    const name = nameOf(claim);
    if (names.has(name))
      report.warning(
        "PL705",
        claim.at,
        `Two output claims have the name '${name}'; the first that has a value is issued.`,
      );
    names.add(name);
    if (reservedTokenClaims.has(name))
      report.warning("PL708", claim.at, `'${name}' is a claim that the token issuer writes itself.`);
  }
}

function checkBehaviors({ report }: Scope, party: RelyingPartyFragment): void {
  const behaviors = party.behaviors;
  if (!behaviors) return;
  const { places, singleSignOn, sessionExpiryInSeconds: seconds, journeyFraming } = behaviors;
  if (seconds !== undefined && (seconds < 900 || seconds > 86400))
    report.error(
      "PL706",
      places.sessionExpiryInSeconds,
      `SessionExpiryInSeconds is ${seconds}; it may be 900 to 86400.`,
    );
  const days = singleSignOn?.keepAliveInDays;
  if (days !== undefined && (days < 0 || days > 90))
    report.error("PL706", places.singleSignOn, `KeepAliveInDays is ${days}; it may be 0 to 90.`);
  if (behaviors.deprecatedInsights)
    report.warning(
      "PL709",
      behaviors.deprecatedInsights,
      "AzureApplicationInsights is deprecated and has no effect.",
      "Use JourneyInsights.",
    );
  if (journeyFraming?.enabled) {
    if (journeyFraming.sources.length === 0)
      report.warning("PL707", places.journeyFraming, "JourneyFraming is enabled, but names no Sources.");
    for (const source of journeyFraming.sources)
      if (!/^https?:\/\/[^\s/]+\/?$/i.test(source))
        report.warning(
          "PL707",
          places.journeyFraming,
          `The source '${source}' of JourneyFraming is not an absolute origin.`,
        );
  }
  for (const [name, text] of Object.entries(behaviors.contentDefinitionParameters ?? {})) {
    const problem = resolverProblem(text);
    const at = behaviors.parameterNames?.find(({ value }) => value === name)?.at;
    if (problem) report.warning("PL312", at, `Page parameter '${name}': ${problem.message}`, problem.hint);
  }
  const seen = new Set<string>();
  for (const { value, at } of behaviors.parameterNames ?? []) {
    if (seen.has(value)) report.warning("PL707", at, `ContentDefinitionParameters has '${value}' twice.`);
    seen.add(value);
  }
}

/** Buttons without names, domains that name two providers, pages of another kind (PL316, PL605). */
function checkSelectionSteps(
  { merged, report }: Scope,
  reach: Reach,
  profileOf: (id: string) => ProfileFragment | undefined,
): void {
  for (const steps of reach.journeys.values())
    for (const [index, { step, number, journey }] of steps.entries()) {
      if (!isSelection(step)) continue;
      const where = `Step ${number} of '${journey.id}'`;
      const page = merged.contentDefinitions.get(step.contentDefinitionReferenceId ?? "");
      const reading = page?.dataUri && readDataUri(page.dataUri.value);
      const fitting = step.type === "CombinedSignInAndSignUp" ? combinedPages : selectionPages;
      if (page && reading && "uri" in reading && !fitting.has(reading.uri.page))
        report.warning(
          "PL605",
          step.at,
          `${where} (${step.type}) shows '${page.id}', a page of the kind ${reading.uri.page}.`,
        );
      const domains = new Set<string>();
      const exchanges = steps[index + 1]?.step.claimsExchanges ?? [];
      for (const { targetClaimsExchangeId: target } of step.claimsProviderSelections) {
        const exchange = exchanges.find(({ id }) => id.toLowerCase() === target?.toLowerCase());
        const profile = exchange && profileOf(exchange.technicalProfileReferenceId);
        if (!profile) continue;
        if ((profile.displayName ?? "") === "")
          report.warning(
            "PL316",
            profile.at,
            `'${profile.id}' is a provider's button and has no DisplayName.`,
          );
        for (const domain of profile.domains ?? merged.brackets.get(profile.id)?.domains ?? []) {
          if (domains.has(domain.toLowerCase()))
            report.warning(
              "PL316",
              step.at,
              `${where} offers the domain '${domain}' twice; a domain_hint takes the first.`,
            );
          domains.add(domain.toLowerCase());
        }
      }
    }
}

const combinedPages = new Set(["unifiedssp", "unifiedssd"]);
const selectionPages = new Set(["providerselection", "idpselection", "unifiedssp", "unifiedssd"]);

function checkContentDefinitions({ merged, report }: Scope, reach: Reach, party: RelyingPartyFragment): void {
  const scripts = party.behaviors?.scriptExecution === "Allow";
  for (const id of [...reach.contentDefinitions, "api.error"]) {
    const definition = merged.contentDefinitions.get(id);
    if (!definition) continue;
    for (const part of incompleteParts(definition))
      report.error(
        "PL604",
        definition.at,
        `ContentDefinition '${definition.id}' has no ${part}, and a journey shows it.`,
      );
    const reading = definition.dataUri && readDataUri(definition.dataUri.value);
    if (scripts && id !== "api.error" && reading && "uri" in reading && !reading.uri.contract) {
      const message = `ScriptExecution is Allow, but ContentDefinition '${definition.id}' does not use a page contract.`;
      report.error("PL603", definition.dataUri?.at, message, "Write …:elements:contract:<page>:<version>.");
    }
  }
}

/** Metadata that names an exchange of the journey (PL114). */
const exchangeKeys = new Set(["signuptarget", "setting.forgotpasswordlinkoverride"]);
const claimKeys = new Set([
  "claimtypeonwhichtoenable",
  "claimusedforrequestpayload",
  "useclaimasbearertoken",
  "issuer_refresh_token_user_identity_claim_type",
]);
const journeyKeys = new Set(["refreshtokenuserjourneyid", "clientcredentialsuserjourneyid"]);

function checkTargets({ merged, report }: Scope, reach: Reach): void {
  const exchanges = new Set<string>();
  for (const steps of reach.journeys.values())
    for (const { step } of steps) for (const { id } of step.claimsExchanges) exchanges.add(id.toLowerCase());
  for (const profile of reach.profiles.keys())
    for (const { key, value, at } of profile.metadata ?? []) {
      const name = key.toLowerCase();
      if (value === "") continue;
      if (exchangeKeys.has(name) && !exchanges.has(value.toLowerCase()))
        report.warning(
          "PL114",
          at,
          `${key} of '${profile.id}' names the claims exchange '${value}', which no journey has.`,
        );
      if (claimKeys.has(name) && !merged.claimTypes.has(value))
        report.warning(
          "PL114",
          at,
          `${key} of '${profile.id}' names the claim '${value}', which is not declared.`,
        );
      if (journeyKeys.has(name) && !merged.userJourneys.has(value))
        report.error(
          "PL104",
          at,
          `${key} of '${profile.id}' names the UserJourney '${value}', which does not exist.`,
        );
    }
}
