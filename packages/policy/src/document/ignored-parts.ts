import type { XmlElement } from "../xml/parse.ts";
import type { Placed } from "./document.ts";
import type { ElementReader } from "./element.ts";

/** Parts that only the schema has: nobody says what they would do, and nothing does it here. */
const ofProfile = new Set([
  "AssuranceLevelOfOutputClaims",
  "Extensions",
  "InputTokenSources",
  "PreferredBinding",
  "RequiredAssuranceLevelsOfInputClaims",
  "SubjectAuthenticationRequirements",
  "Suppressions",
]);
const ofJourney = new Set(["AssuranceLevel", "CryptographicKeys"]);

/** What the file asks for without effect (PL018). Source: policy-language.md 2, 8.2, 9.1. */
export function ignoredParts(reader: ElementReader, root: XmlElement): Placed<string>[] {
  const found: Placed<string>[] = [];
  const add = (value: string, element: XmlElement) => found.push({ value, at: reader.at(element) });
  const among = (element: XmlElement, names: ReadonlySet<string>) => {
    for (const child of element.children) if (names.has(child.name)) add(child.name, child);
  };
  for (const name of ["PolicyConstraints", "Contacts"]) {
    const element = reader.child(root, name);
    if (element) add(name, element);
  }
  if (root.attributes.StateTableName !== undefined) add("StateTableName", root);
  for (const provider of reader.items(root, "ClaimsProviders", "ClaimsProvider"))
    for (const profile of reader.items(provider, "TechnicalProfiles", "TechnicalProfile"))
      among(profile, ofProfile);
  for (const journey of reader.items(root, "UserJourneys", "UserJourney")) {
    among(journey, ofJourney);
    for (const step of reader.items(journey, "OrchestrationSteps", "OrchestrationStep"))
      for (const exchanges of step.children)
        if (/^(true|1)$/.test(exchanges.attributes.UserIdentity?.trim() ?? ""))
          add("UserIdentity", exchanges);
  }
  return found;
}
