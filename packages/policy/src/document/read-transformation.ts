import type { XmlElement } from "../xml/parse.ts";
import type { PlacedTransformationClaim, TransformationFragment } from "./document.ts";
import type { ElementReader } from "./element.ts";

/** Source: policy-language.md 5.1. */
export function readTransformation(reader: ElementReader, element: XmlElement): TransformationFragment {
  const claim = (item: XmlElement): PlacedTransformationClaim => {
    const claimTypeReferenceId = reader.requiredId(item, "ClaimTypeReferenceId");
    return {
      claimTypeReferenceId,
      // Absent: the claim type's own id.
      transformationClaimType: reader.id(item, "TransformationClaimType") ?? claimTypeReferenceId,
      at: reader.at(item),
    };
  };
  return {
    id: reader.requiredId(element, "Id"),
    at: reader.at(element),
    transformationMethod: reader.requiredId(element, "TransformationMethod"),
    inputClaims: reader.items(element, "InputClaims", "InputClaim").map(claim),
    inputParameters: reader.items(element, "InputParameters", "InputParameter").map((parameter) => ({
      id: reader.requiredId(parameter, "Id"),
      dataType: reader.requiredId(parameter, "DataType"),
      value: parameter.attributes.Value ?? "",
      at: reader.at(parameter),
    })),
    outputClaims: reader.items(element, "OutputClaims", "OutputClaim").map(claim),
  };
}
