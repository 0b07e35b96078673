import type { ClaimReference, DisplayControlType } from "../model.ts";
import type { XmlElement } from "../xml/parse.ts";
import type { ContentDefinitionFragment, DisplayControlFragment, MergeBehavior } from "./document.ts";
import { defined, type ElementReader } from "./element.ts";
import { readPreconditions } from "./read-journey.ts";
import { readMetadata } from "./read-profile.ts";

/** Source: policy-language.md 5.3. */
export function readContentDefinition(reader: ElementReader, element: XmlElement): ContentDefinitionFragment {
  const references = reader.child(element, "LocalizedResourcesReferences");
  return {
    id: reader.requiredId(element, "Id"),
    at: reader.at(element),
    ...defined({
      loadUri: reader.placedText(element, "LoadUri"),
      recoveryUri: reader.text(element, "RecoveryUri")?.trim(),
      dataUri: reader.placedText(element, "DataUri"),
      metadata: readMetadata(reader, element),
      references: references && {
        mergeBehavior: (reader.id(references, "MergeBehavior") as MergeBehavior | undefined) ?? "ReplaceAll",
        items: references.children.map((reference) => ({
          language: reader.requiredId(reference, "Language"),
          id: reader.id(reference, "LocalizedResourcesReferenceId") ?? "",
          at: reader.at(reference),
        })),
      },
    }),
  };
}

/** Source: policy-language.md 7. */
export function readDisplayControl(reader: ElementReader, element: XmlElement): DisplayControlFragment {
  const claim = (item: XmlElement): ClaimReference => ({
    claimTypeReferenceId: reader.requiredId(item, "ClaimTypeReferenceId"),
    at: reader.at(item),
    ...defined({
      required: reader.flag(item, "Required"),
      defaultValue: item.attributes.DefaultValue,
      alwaysUseDefaultValue: reader.flag(item, "AlwaysUseDefaultValue"),
    }),
  });
  return {
    id: reader.requiredId(element, "Id"),
    at: reader.at(element),
    userInterfaceControlType: reader.requiredId(element, "UserInterfaceControlType") as DisplayControlType,
    ...defined({ displayName: element.attributes.DisplayName }),
    inputClaims: reader.items(element, "InputClaims", "InputClaim").map(claim),
    displayClaims: reader.items(element, "DisplayClaims", "DisplayClaim").map((item) => ({
      claimTypeReferenceId: reader.requiredId(item, "ClaimTypeReferenceId"),
      at: reader.at(item),
      ...defined({
        controlClaimType: reader.id(item, "ControlClaimType"),
        required: reader.flag(item, "Required"),
      }),
    })),
    outputClaims: reader.items(element, "OutputClaims", "OutputClaim").map(claim),
    actions: reader.items(element, "Actions", "Action").map((action) => ({
      id: reader.requiredId(action, "Id"),
      at: reader.at(action),
      technicalProfiles: reader
        .items(action, "ValidationClaimsExchange", "ValidationClaimsExchangeTechnicalProfile")
        .map((profile) => ({
          referenceId: reader.requiredId(profile, "TechnicalProfileReferenceId"),
          at: reader.at(profile),
          ...defined({
            continueOnError: reader.flag(profile, "ContinueOnError"),
            continueOnSuccess: reader.flag(profile, "ContinueOnSuccess"),
          }),
          preconditions: readPreconditions(reader, profile),
        })),
    })),
  };
}
