import type { Policy } from "@vestibule/policy";
import { localizedTexts } from "../strings/localized.ts";
import type { TransformationTexts } from "./transformation.ts";

/** The localization that a content definition names for a language tag. Source: claims-transformations.md 4.9. */
export function transformationTexts(
  policy: Policy,
  contentDefinitionId: string | undefined,
  language: string,
): TransformationTexts {
  const texts = localizedTexts(policy, contentDefinitionId, language);
  return {
    string: (elementType, stringId) => texts.string(elementType, undefined, stringId),
    restriction: (claimTypeId) => texts.items(claimTypeId),
  };
}
