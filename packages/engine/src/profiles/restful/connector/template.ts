import type { Policy, TechnicalProfile } from "@vestibule/policy";
import { type Holes, type TemplateProblem, templateTextProblem } from "../claims/template.ts";
import { isSecretClaim } from "../redaction.ts";
import { builtInAttributes, customAttributeName } from "./names.ts";

/** What every connector's request may hold beside attributes (api-connectors.md A2). */
const contractNames = ["step", "client_id", "ui_locales", "email", "identities", "objectId"] as const;
const withoutText: ReadonlySet<string> = new Set(["identities"]);
const what = "member of a connector's request";

/** What a connector's template may name: the members of the flat request, custom attributes by any of their names. */
export function connectorHoles(profile: TechnicalProfile, policy: Policy): Holes {
  const attributes = profile.inputClaims
    .filter(({ claimTypeReferenceId: id }) => !isSecretClaim(policy, id))
    .flatMap(({ claimTypeReferenceId: id, partnerClaimType: name }) => [id, name ?? id]);
  return { names: [...contractNames, ...attributes], what, withoutText };
}

/**
 * What is wrong with one text of a connector's `requestTemplate`, for a tenant with these custom attributes (bare names);
 * undefined where each `{name}` can be filled.
 */
export function connectorTemplateProblem(
  text: string,
  customAttributes: readonly string[],
): TemplateProblem | undefined {
  const custom = customAttributes.map((name) => `extension_${name}`);
  const plain = text.replace(
    /\{(extension_[0-9a-f]{32}_\w+)\}/gi,
    (_, name: string) => `{extension_${customAttributeName(name)}}`,
  );
  return templateTextProblem(plain, {
    names: [...contractNames, ...builtInAttributes, ...custom],
    what,
    withoutText,
  });
}
