import type { ClaimsTransformation, Diagnostic, Policy, TechnicalProfile } from "@vestibule/policy";
import { parseBoolean } from "../claims/dotnet/text.ts";
import { metadataItem } from "../claims/mapping.ts";
import { transformationMethod } from "./index.ts";
import type { Method } from "./transformation.ts";

/**
 * Transformations that cannot do what they are for where a technical profile calls them.
 * Source: claims-transformations.md 3 and 9.
 */
export function checkTransformationUses(policy: Policy): Diagnostic[] {
  const validations = new Set(
    policy.technicalProfiles
      .values()
      .flatMap(({ validationTechnicalProfiles }) =>
        validationTechnicalProfiles.map(({ referenceId }) => referenceId.toLowerCase()),
      ),
  );
  for (const control of policy.displayControls?.values() ?? [])
    for (const { technicalProfiles } of control.actions)
      for (const { referenceId } of technicalProfiles) validations.add(referenceId.toLowerCase());
  return policy.technicalProfiles
    .values()
    .flatMap((profile) => checkProfile(policy, profile, validations.has(profile.id.toLowerCase())));
}

function checkProfile(policy: Policy, profile: TechnicalProfile, hasPage: boolean): Diagnostic[] {
  const found: Diagnostic[] = [];
  const notice = (code: string, severity: Diagnostic["severity"], message: string) =>
    found.push({
      code,
      severity,
      message: `Technical profile '${profile.id}' ${message}`,
      ...(profile.at && { at: profile.at }),
    });
  for (const id of [...profile.inputClaimsTransformations, ...profile.outputClaimsTransformations]) {
    const transformation = policy.claimsTransformations.get(id);
    const method = transformationMethod(transformation?.transformationMethod ?? "");
    if (method?.localized && isTransformationProfile(profile) && !namesContentDefinition(profile))
      notice(
        "VB113",
        "warning",
        `calls '${id}', which reads localized texts, and has no ContentDefinitionReferenceId: it finds none.`,
      );
    if (transformation && method && canRaise(transformation, method) && !hasPage)
      notice(
        "VB114",
        "notice",
        `calls '${id}', which can raise a message, but no page validates with this profile: the journey would end with an error.`,
      );
  }
  return found;
}

function canRaise({ inputParameters }: ClaimsTransformation, method: Method): boolean {
  if (method.assertion === undefined || method.assertionSwitch === undefined)
    return method.assertion !== undefined;
  const name = method.assertionSwitch;
  const given = inputParameters.find(({ id }) => id.toLowerCase() === name.toLowerCase())?.value;
  return parseBoolean(given ?? method.parameters[name]?.default ?? "") === true;
}

function isTransformationProfile({ protocol }: TechnicalProfile): boolean {
  return /^web\.tpengine\.providers\.claimstransformationprotocolprovider\b/i.test(protocol.handler ?? "");
}

function namesContentDefinition({ metadata }: TechnicalProfile): boolean {
  return metadataItem(metadata, "ContentDefinitionReferenceId") !== undefined;
}
