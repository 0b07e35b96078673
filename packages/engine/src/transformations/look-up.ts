import { formatText } from "../claims/dotnet/format.ts";
import type { ClaimValue } from "../claims/value.ts";
import {
  assertion,
  type Family,
  longestText,
  type MethodFinding,
  nothing,
  optionalString,
  output,
  runtime,
  string,
  text,
} from "./transformation.ts";

const formatElement = "FormatLocalizedStringTransformationClaimType";
const textElement = "GetLocalizedStringsTransformationClaimType";
const failedLookUp = "errorOnFailedLookup";

/** Texts that the policy holds: look-up tables and localization. Source: claims-transformations.md 5.8. */
export const lookUpTransformations: Family = {
  LookupValue: {
    summary: "The value of the parameter whose id is the claim's text; parameters are the rows of the table.",
    inputs: { inputParameterId: string },
    parameters: { [failedLookUp]: { type: "boolean", default: "false" } },
    otherParameters: text,
    outputs: { outputClaim: string },
    assertion: "LookupNotFound",
    assertionSwitch: failedLookUp,
    run(input) {
      const wanted = input.text("inputParameterId");
      const found = input.parameters.find(
        ({ id }) => id === wanted && id.toLowerCase() !== failedLookUp.toLowerCase(),
      );
      if (found) return output({ outputClaim: found.value });
      return input.isOn(failedLookUp) ? assertion("LookupNotFound") : output({ outputClaim: null });
    },
  },

  FormatLocalizedString: {
    summary: "Puts claims, in the order of their declaration, into a format of the page's language.",
    inputs: {},
    otherInputs: optionalString,
    parameters: { stringFormatId: text },
    outputs: { outputClaim: string },
    localized: true,
    run(input) {
      const id = input.parameter("stringFormatId");
      const format = input.context.texts.string(formatElement, id);
      if (format === undefined)
        return { ...nothing, warnings: [`no localized string '${id}' of type ${formatElement}`] };
      const fillIns = input.inputs.map(({ name }) => input.text(name));
      const made = formatText(format, fillIns, longestText);
      return made === undefined ? runtime("the format cannot be filled in") : output({ outputClaim: made });
    },
  },

  GetLocalizedStringsTransformation: {
    summary:
      "Texts of the page's language, one for each output; a text that is not there leaves its claim unset.",
    inputs: {},
    parameters: {},
    outputs: {},
    otherOutputs: string,
    localized: true,
    run(input) {
      const claims: Record<string, ClaimValue> = {};
      for (const { name } of input.outputs) {
        const found = input.context.texts.string(textElement, name);
        if (found !== undefined) claims[name] = found;
      }
      return output(claims);
    },
  },

  GetMappedValueFromLocalizedCollection: {
    summary: "The value of the item of the output claim's enumeration whose text is the input.",
    inputs: { mapFromClaim: string },
    parameters: {},
    outputs: { restrictionValueClaim: string },
    check({ outputClaims }, policy): MethodFinding[] {
      const type = policy.claimTypes.get(outputClaims[0]?.claimTypeReferenceId ?? "");
      if (!type || type.restriction?.enumeration) return [];
      const localized = policy.localization.resources
        .values()
        .some(({ collections }) =>
          collections.some(({ elementId }) => elementId.toLowerCase() === type.id.toLowerCase()),
        );
      const message = `looks into claim type '${type.id}', which has neither a Restriction nor a localized one.`;
      return localized ? [] : [{ code: "VB111", severity: "warning", message }];
    },
    run(input) {
      const type = input.output("restrictionValueClaim")?.type;
      if (!type) return nothing;
      const items = input.context.texts.restriction(type.id) ?? type.restriction?.enumeration ?? [];
      const wanted = input.text("mapFromClaim");
      const found = items.find((item) => item.text === wanted);
      return found ? output({ restrictionValueClaim: found.value }) : nothing;
    },
  },
};
