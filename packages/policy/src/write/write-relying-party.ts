import type { RelyingParty, UserJourneyBehaviors } from "../model.ts";
import { writeClaims, writeKeys, writeMetadata, writeSubject } from "./write-profile.ts";
import { container, element, type OutputElement, optionalText, textElement } from "./xml.ts";

/** Source: policy-language.md 10. */
export function writeRelyingParty(party: RelyingParty): OutputElement {
  const profile = party.technicalProfile;
  return element(
    "RelyingParty",
    {},
    element("DefaultUserJourney", { ReferenceId: party.defaultUserJourney }),
    container(
      "Endpoints",
      Object.entries(party.endpoints).map(([id, journey]) =>
        element("Endpoint", { Id: id, UserJourneyReferenceId: journey }),
      ),
    ),
    writeBehaviors(party.behaviors),
    element(
      "TechnicalProfile",
      { Id: profile.id },
      optionalText("DisplayName", profile.displayName),
      optionalText("Description", profile.description),
      element("Protocol", { Name: profile.protocol }),
      writeMetadata(profile.metadata),
      writeKeys(profile.cryptographicKeys ?? []),
      writeClaims("InputClaim", profile.inputClaims),
      writeClaims("OutputClaim", profile.outputClaims),
      writeSubject(profile.subjectNamingInfo),
    ),
  );
}

function writeBehaviors(behaviors: UserJourneyBehaviors): OutputElement | undefined {
  const { singleSignOn, journeyInsights, journeyFraming, onErrorMode } = behaviors;
  const parts = [
    singleSignOn &&
      element("SingleSignOn", {
        Scope: singleSignOn.scope,
        KeepAliveInDays: singleSignOn.keepAliveInDays,
        EnforceIdTokenHintOnLogout: singleSignOn.enforceIdTokenHintOnLogout,
      }),
    optionalText("SessionExpiryType", behaviors.sessionExpiryType),
    optionalText("SessionExpiryInSeconds", behaviors.sessionExpiryInSeconds),
    journeyInsights &&
      element("JourneyInsights", {
        TelemetryEngine: "ApplicationInsights",
        InstrumentationKey: journeyInsights.instrumentationKey,
        DeveloperMode: journeyInsights.developerMode,
        ClientEnabled: journeyInsights.clientEnabled,
        ServerEnabled: journeyInsights.serverEnabled,
        TelemetryVersion: journeyInsights.telemetryVersion,
      }),
    container(
      "ContentDefinitionParameters",
      Object.entries(behaviors.contentDefinitionParameters ?? {}).map(([name, value]) =>
        textElement("Parameter", value, { Name: name }),
      ),
    ),
    journeyFraming &&
      element("JourneyFraming", {
        Enabled: journeyFraming.enabled,
        Sources: journeyFraming.sources.join(" "),
      }),
    optionalText("ScriptExecution", behaviors.scriptExecution),
    onErrorMode && element("OnError", { Mode: onErrorMode }),
  ].filter((part) => part !== undefined);
  return container("UserJourneyBehaviors", parts);
}
