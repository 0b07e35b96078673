import type { ClaimReference, DisplayClaim, ErrorHandler } from "../model.ts";
import type { XmlElement } from "../xml/parse.ts";
import type { KeyFragment, MetadataItem, Placed, ProfileFragment, SubjectFragment } from "./document.ts";
import { defined, type ElementReader } from "./element.ts";
import { readDomains } from "./read-domains.ts";
import { readPreconditions } from "./read-journey.ts";

/** Source: policy-language.md 8.2. */
export function readProfile(reader: ElementReader, element: XmlElement): ProfileFragment {
  const protocol = reader.child(element, "Protocol");
  const subject = reader.child(element, "SubjectNamingInfo");
  const claim = (item: XmlElement) => readClaim(reader, item);
  const reference = (item: XmlElement): Placed<string> => ({
    value: reader.requiredId(item, "ReferenceId"),
    at: reader.at(item),
  });
  return {
    id: reader.requiredId(element, "Id"),
    at: reader.at(element),
    ...defined({
      domains: readDomains(reader, element),
      displayName: reader.text(element, "DisplayName"),
      description: reader.text(element, "Description"),
      protocol: protocol && {
        name: reader.requiredId(protocol, "Name"),
        at: reader.at(protocol),
        ...defined({ handler: reader.id(protocol, "Handler") }),
      },
      inputTokenFormat: reader.text(element, "InputTokenFormat")?.trim(),
      outputTokenFormat: reader.text(element, "OutputTokenFormat")?.trim(),
      metadata: readMetadata(reader, element),
      cryptographicKeys: reader.list(
        element,
        "CryptographicKeys",
        "Key",
        (key): KeyFragment => ({
          id: reader.requiredId(key, "Id"),
          storageReferenceId: reader.requiredId(key, "StorageReferenceId"),
          at: reader.at(key),
        }),
      ),
      includeInSso: reader.boolean(reader.text(element, "IncludeInSso")),
      inputTokenSources: reader.list(element, "InputTokenSources", "TechnicalProfile", (source) => ({
        value: reader.requiredId(source, "Id"),
        at: reader.at(source),
      })),
      inputClaimsTransformations: reader.list(
        element,
        "InputClaimsTransformations",
        "InputClaimsTransformation",
        reference,
      ),
      inputClaims: reader.list(element, "InputClaims", "InputClaim", claim),
      displayClaims: reader.list(element, "DisplayClaims", "DisplayClaim", (item) =>
        readDisplayClaim(reader, item),
      ),
      persistedClaims: reader.list(element, "PersistedClaims", "PersistedClaim", claim),
      outputClaims: reader.list(element, "OutputClaims", "OutputClaim", claim),
      outputClaimsTransformations: reader.list(
        element,
        "OutputClaimsTransformations",
        "OutputClaimsTransformation",
        reference,
      ),
      validationTechnicalProfiles: reader.list(
        element,
        "ValidationTechnicalProfiles",
        "ValidationTechnicalProfile",
        (item) => ({
          referenceId: reader.requiredId(item, "ReferenceId"),
          at: reader.at(item),
          ...defined({
            continueOnError: reader.flag(item, "ContinueOnError"),
            continueOnSuccess: reader.flag(item, "ContinueOnSuccess"),
          }),
          preconditions: readPreconditions(reader, item),
        }),
      ),
      subjectNamingInfo: subject && readSubject(reader, subject),
      includeClaimsFrom: reader.placedText(element, "IncludeClaimsFromTechnicalProfile"),
      include: reader.placedId(reader.child(element, "IncludeTechnicalProfile"), "ReferenceId"),
      sessionManagement: reader.placedId(
        reader.child(element, "UseTechnicalProfileForSessionManagement"),
        "ReferenceId",
      ),
      errorHandlers: reader.list(
        element,
        "ErrorHandlers",
        "ErrorHandler",
        (handler): ErrorHandler => ({
          responseMatch: reader.text(handler, "ResponseMatch")?.trim() ?? "",
          action:
            reader.text(handler, "Action")?.trim() === "InvalidClient" ? "InvalidClient" : "Reauthenticate",
          additionalRequestParameters: Object.fromEntries(
            handler.children
              .filter(({ name }) => name === "AdditionalRequestParameters")
              .map((parameter) => [reader.requiredId(parameter, "Key"), parameter.text]),
          ),
        }),
      ),
      enabledForUserJourneys: reader.placedText(element, "EnabledForUserJourneys"),
    }),
  };
}

/** Keys are trimmed, and so are values: policy-language.md 1. */
export function readMetadata(
  reader: ElementReader,
  element: XmlElement,
): readonly MetadataItem[] | undefined {
  return reader.list(element, "Metadata", "Item", (item) => ({
    key: reader.requiredId(item, "Key"),
    value: item.text.trim(),
    at: reader.at(item),
  }));
}

function readClaim(reader: ElementReader, element: XmlElement): ClaimReference {
  const { attributes } = element;
  const from =
    element.children.length === 0
      ? undefined
      : element.children.map((source) => reader.requiredId(source, "TechnicalProfileReferenceId"));
  return {
    claimTypeReferenceId: reader.requiredId(element, "ClaimTypeReferenceId"),
    at: reader.at(element),
    ...defined({
      partnerClaimType: reader.id(element, "PartnerClaimType"),
      defaultValue: attributes.DefaultValue,
      alwaysUseDefaultValue: reader.flag(element, "AlwaysUseDefaultValue"),
      required: reader.flag(element, "Required"),
      overwriteIfExists: reader.flag(element, "OverwriteIfExists"),
      from,
    }),
  };
}

function readDisplayClaim(reader: ElementReader, element: XmlElement): DisplayClaim {
  const control = reader.id(element, "DisplayControlReferenceId");
  const claim = reader.id(element, "ClaimTypeReferenceId");
  const at = reader.at(element);
  if (control !== undefined && claim === undefined)
    return { kind: "control", displayControlReferenceId: control, at };
  return {
    kind: "claim",
    // Naming both or neither is PL305; the empty id marks it for the check.
    claimTypeReferenceId: control === undefined ? (claim ?? "") : "",
    at,
    ...defined({ required: reader.flag(element, "Required") }),
  };
}

function readSubject(reader: ElementReader, element: XmlElement): SubjectFragment {
  return {
    at: reader.at(element),
    claimType: reader.requiredId(element, "ClaimType"),
    ...defined({
      format: reader.id(element, "Format"),
      nameQualifier: reader.id(element, "NameQualifier"),
      spNameQualifier: reader.id(element, "SPNameQualifier"),
      spProvidedId: reader.id(element, "SPProvidedID"),
      excludeAsClaim: reader.flag(element, "ExcludeAsClaim"),
    }),
  };
}
