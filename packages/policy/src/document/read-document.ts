import type { XmlElement } from "../xml/parse.ts";
import type { SourceText } from "../xml/source-text.ts";
import type { PolicyDocument, ProfileFragment, ProviderBracket } from "./document.ts";
import { defined, ElementReader } from "./element.ts";
import { ignoredParts } from "./ignored-parts.ts";
import { readClaimType, readInputValidation, readPredicate, readPredicateValidation } from "./read-claims.ts";
import { readDomains } from "./read-domains.ts";
import { readJourney } from "./read-journey.ts";
import { readLocalization, readResources } from "./read-localization.ts";
import { readContentDefinition, readDisplayControl } from "./read-pages.ts";
import { readProfile } from "./read-profile.ts";
import { readRelyingParty } from "./read-relying-party.ts";
import { readTransformation } from "./read-transformation.ts";

/** What a policy file says. Its tree has passed the grammar. */
export function readDocument(source: SourceText, root: XmlElement): PolicyDocument {
  const reader = new ElementReader(source);
  const blocks = reader.child(root, "BuildingBlocks");
  const base = reader.child(root, "BasePolicy");
  const relyingParty = reader.child(root, "RelyingParty");
  const localization = reader.child(blocks, "Localization");
  const read = <T>(
    parent: XmlElement | undefined,
    container: string,
    item: string,
    as: (reader: ElementReader, element: XmlElement) => T,
  ) => reader.items(parent, container, item).map((element) => as(reader, element));
  return {
    file: source.file,
    at: reader.at(root),
    policyId: reader.requiredId(root, "PolicyId"),
    tenantId: reader.requiredId(root, "TenantId"),
    schemaVersion: reader.requiredId(root, "PolicySchemaVersion"),
    publicPolicyUri: reader.requiredId(root, "PublicPolicyUri"),
    ...defined({
      tenantObjectId: reader.id(root, "TenantObjectId"),
      deploymentMode: reader.id(root, "DeploymentMode") as PolicyDocument["deploymentMode"],
      recorderEndpoint: reader.id(root, "UserJourneyRecorderEndpoint"),
      base: base && {
        tenantId: reader.text(base, "TenantId")?.trim() ?? "",
        policyId: reader.text(base, "PolicyId")?.trim() ?? "",
        at: reader.at(base),
      },
      localization: localization && readLocalization(reader, localization),
      relyingParty: relyingParty && readRelyingParty(reader, relyingParty),
    }),
    ignored: ignoredParts(reader, root),
    claimTypes: read(blocks, "ClaimsSchema", "ClaimType", readClaimType),
    predicates: read(blocks, "Predicates", "Predicate", readPredicate),
    inputValidations: read(blocks, "InputValidations", "InputValidation", readInputValidation),
    predicateValidations: read(
      blocks,
      "PredicateValidations",
      "PredicateValidation",
      readPredicateValidation,
    ),
    claimsTransformations: read(blocks, "ClaimsTransformations", "ClaimsTransformation", readTransformation),
    clientDefinitions: read(blocks, "ClientDefinitions", "ClientDefinition", (each, element) => ({
      id: each.requiredId(element, "Id"),
    })),
    contentDefinitions: read(blocks, "ContentDefinitions", "ContentDefinition", readContentDefinition),
    localizedResources: read(blocks, "Localization", "LocalizedResources", readResources),
    displayControls: read(blocks, "DisplayControls", "DisplayControl", readDisplayControl),
    technicalProfiles: readProviders(reader, root),
    userJourneys: read(root, "UserJourneys", "UserJourney", (each, element) =>
      readJourney(each, element, "journey"),
    ),
    subJourneys: read(root, "SubJourneys", "SubJourney", (each, element) =>
      readJourney(each, element, "subJourney"),
    ),
  };
}

function readProviders(
  reader: ElementReader,
  root: XmlElement,
): { bracket: ProviderBracket; profile: ProfileFragment }[] {
  return reader.items(root, "ClaimsProviders", "ClaimsProvider").flatMap((provider) => {
    const bracket: ProviderBracket = {
      at: reader.at(provider),
      displayName: reader.text(provider, "DisplayName") ?? "",
      domains: readDomains(reader, provider) ?? [],
    };
    return reader
      .items(provider, "TechnicalProfiles", "TechnicalProfile")
      .map((profile) => ({ bracket, profile: readProfile(reader, profile) }));
  });
}
