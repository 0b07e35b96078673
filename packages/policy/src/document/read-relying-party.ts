import type { SourcePosition, UserJourneyBehaviors } from "../model.ts";
import type { XmlElement } from "../xml/parse.ts";
import type { BehaviorsFragment, RelyingPartyFragment } from "./document.ts";
import { defined, type ElementReader } from "./element.ts";
import { readProfile } from "./read-profile.ts";

/** Source: policy-language.md 10. */
export function readRelyingParty(reader: ElementReader, element: XmlElement): RelyingPartyFragment {
  const behaviors = reader.child(element, "UserJourneyBehaviors");
  const profiles = element.children.filter(({ name }) => name === "TechnicalProfile");
  const [profile] = profiles;
  return {
    at: reader.at(element),
    technicalProfileCount: profiles.length,
    ...defined({
      defaultUserJourney: reader.placedId(reader.child(element, "DefaultUserJourney"), "ReferenceId"),
      endpoints: reader.list(element, "Endpoints", "Endpoint", (endpoint) => ({
        id: reader.requiredId(endpoint, "Id"),
        journey: reader.requiredId(endpoint, "UserJourneyReferenceId"),
        at: reader.at(endpoint),
      })),
      behaviors: behaviors && readBehaviors(reader, behaviors),
      technicalProfile: profile && readProfile(reader, profile),
    }),
  };
}

function readBehaviors(reader: ElementReader, element: XmlElement): BehaviorsFragment {
  const place = (name: string): SourcePosition | undefined => {
    const child = reader.child(element, name);
    return child && reader.at(child);
  };
  const text = (name: string) => reader.text(element, name)?.trim();
  const singleSignOn = reader.child(element, "SingleSignOn");
  const framing = reader.child(element, "JourneyFraming");
  const insights = reader.child(element, "JourneyInsights");
  const onError = reader.child(element, "OnError");
  const parameters = reader.items(element, "ContentDefinitionParameters", "Parameter");
  const behaviors: UserJourneyBehaviors = defined({
    singleSignOn: singleSignOn && {
      scope: reader.requiredId(singleSignOn, "Scope") as "Tenant",
      ...defined({
        keepAliveInDays: reader.integer(singleSignOn.attributes.KeepAliveInDays),
        enforceIdTokenHintOnLogout: reader.flag(singleSignOn, "EnforceIdTokenHintOnLogout"),
      }),
    },
    sessionExpiryType: text("SessionExpiryType") as UserJourneyBehaviors["sessionExpiryType"],
    sessionExpiryInSeconds: reader.integer(text("SessionExpiryInSeconds")),
    scriptExecution: text("ScriptExecution") as UserJourneyBehaviors["scriptExecution"],
    contentDefinitionParameters:
      parameters.length === 0
        ? undefined
        : Object.fromEntries(parameters.map((each) => [reader.requiredId(each, "Name"), each.text.trim()])),
    onErrorMode: (onError && reader.id(onError, "Mode")) as UserJourneyBehaviors["onErrorMode"],
    journeyFraming: framing && {
      enabled: reader.flag(framing, "Enabled") ?? false,
      sources: (framing.attributes.Sources ?? "").split(/\s+/).filter((source) => source !== ""),
    },
    journeyInsights: insights && {
      instrumentationKey: reader.requiredId(insights, "InstrumentationKey"),
      developerMode: reader.flag(insights, "DeveloperMode") ?? false,
      clientEnabled: reader.flag(insights, "ClientEnabled") ?? false,
      serverEnabled: reader.flag(insights, "ServerEnabled") ?? false,
      ...defined({ telemetryVersion: reader.id(insights, "TelemetryVersion") }),
    },
  });
  return {
    ...behaviors,
    at: reader.at(element),
    places: defined({
      singleSignOn: place("SingleSignOn"),
      sessionExpiryInSeconds: place("SessionExpiryInSeconds"),
      scriptExecution: place("ScriptExecution"),
      journeyFraming: place("JourneyFraming"),
      journeyInsights: place("JourneyInsights"),
    }),
    ...defined({
      deprecatedInsights: place("AzureApplicationInsights"),
      parameterNames:
        parameters.length === 0
          ? undefined
          : parameters.map((each) => ({ value: reader.requiredId(each, "Name"), at: reader.at(each) })),
    }),
  };
}
