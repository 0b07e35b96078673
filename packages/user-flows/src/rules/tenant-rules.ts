import { type Diagnostic, nearestName } from "@vestibule/policy";
import { customAttribute, findConnector, sameName } from "../compile/scope.ts";
import { builtInAttribute, customAttributeName, inputTypesFor } from "../document/attributes.ts";
import { positionOf } from "../document/json-reading.ts";
import type { AttributeAssignment, UserFlowDocument } from "../document/user-flow.ts";
import type { TenantFacts } from "../tenant-facts.ts";
import { didYouMean, type Report } from "./rule.ts";

type TenantRule = (flow: UserFlowDocument, facts: TenantFacts, report: Report) => void;

/** The rules of user-flows.md 16 that need the tenant. */
export function checkAgainstTenant(flow: UserFlowDocument, facts: TenantFacts): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (code, path, message, more = {}) => {
    const at = positionOf(flow.positions, path) ?? { file: flow.file, line: 1, column: 1 };
    diagnostics.push({
      code,
      severity: more.severity ?? "error",
      message,
      path,
      at,
      ...(more.hint !== undefined && { hint: more.hint }),
    });
  };
  for (const rule of [methodRule, attributeRule, jsonClaimRule, connectorRule, identityProviderRule])
    rule(flow, facts, report);
  return diagnostics;
}

/** UF106. */
const methodRule: TenantRule = (flow, { authenticationMethods }, report) => {
  for (const method of flow.authenticationMethods) {
    if (method === "phoneWithOneTimePassword" || authenticationMethods[method]) continue;
    const setting =
      method === "userName" ? "isUserNameAuthenticationEnabled" : "isEmailPasswordAuthenticationEnabled";
    report("UF106", "authenticationMethods", `The tenant does not allow '${method}'.`, {
      hint: `Set b2cAuthenticationMethodsPolicy.${setting} in tenant.json to true.`,
    });
  }
};

/** UF121 for custom attributes, UF122 once their data types are known. */
const attributeRule: TenantRule = (flow, facts, report) => {
  const known = facts.customAttributes.map(({ name }) => `extension_${name}`);
  for (const { id, path } of [...flow.userAttributeAssignments, ...flow.applicationClaims]) {
    if (customAttributeName(id) === undefined || builtInAttribute(id) || customAttribute(facts, id)) continue;
    const near = nearestName(id, known);
    report(
      "UF121",
      path,
      `The tenant has no attribute '${id}'.`,
      near === undefined ? { hint: "Define it in userFlowAttributes.json." } : didYouMean(near),
    );
  }
  for (const assignment of flow.userAttributeAssignments) controlRule(assignment, flow, facts, report);
};

/** UF124: what can be JSON in tokens; UF125: who says what it is. */
const jsonClaimRule: TenantRule = (flow, facts, report) => {
  const fits = (dataType: string) => dataType === "string" || dataType === "stringCollection";
  for (const { id, json, path } of flow.applicationClaims) {
    if (!json) continue;
    const custom = customAttribute(facts, id);
    if (custom ? fits(custom.dataType) : builtInAttribute(id) === undefined) {
      if (flow.userAttributeAssignments.some((assignment) => sameName(assignment.id, id)))
        report("UF125", `${path}.json`, `What a person types as '${id}' becomes JSON in the token.`, {
          severity: "warning",
          hint: "Let an API alone give this attribute, or an API check what was typed.",
        });
      continue;
    }
    const near = nearestName(
      id,
      facts.customAttributes.filter(({ dataType }) => fits(dataType)).map(({ name }) => `extension_${name}`),
    );
    report(
      "UF124",
      `${path}.json`,
      custom
        ? `'${id}' of type ${custom.dataType} holds no JSON; a string or stringCollection may.`
        : `'${id}' is built in and holds no JSON; a custom attribute may.`,
      near === undefined ? { hint: `Write "${id}" alone.` } : didYouMean(near),
    );
  }
};

function controlRule(
  assignment: AttributeAssignment,
  flow: UserFlowDocument,
  facts: TenantFacts,
  report: Report,
): void {
  const custom = customAttribute(facts, assignment.id);
  const dataType = builtInAttribute(assignment.id)?.dataType ?? custom?.dataType;
  if (dataType === undefined) return;
  const input = assignment.userInputType;
  if (custom && input !== undefined && !inputTypesFor[dataType].includes(input)) {
    report(
      "UF122",
      `${assignment.path}.userInputType`,
      `'${input}' does not fit '${assignment.id}' of type ${dataType}.`,
      {
        hint: `Use ${inputTypesFor[dataType].join(", ")}.`,
      },
    );
    return;
  }
  const isChoice = input?.endsWith("Select") || (input === undefined && dataType === "stringCollection");
  const hasOptions =
    assignment.userAttributeValues.length > 0 ||
    assignment.id === "country" ||
    dataType === "boolean" ||
    hasLocalizedOptions(flow, assignment.id);
  if (isChoice && !hasOptions) {
    report("UF122", assignment.path, `'${assignment.id}' is a choice without options.`, {
      hint: "Give userAttributeValues.",
    });
  }
  if (dataType === "boolean") {
    for (const [index, { value }] of assignment.userAttributeValues.entries()) {
      if (value === "true" || value === "false") continue;
      report(
        "UF122",
        `${assignment.path}.userAttributeValues[${index}].value`,
        `'${value}' is no value of a Boolean.`,
        {
          hint: "Use 'true' or 'false'.",
        },
      );
    }
  }
}

function hasLocalizedOptions(flow: UserFlowDocument, id: string): boolean {
  const name = customAttributeName(id) ?? id;
  return flow.languages.some(({ overridesPages }) =>
    Object.values(overridesPages).some(({ LocalizedCollections }) =>
      LocalizedCollections.some(
        ({ ElementId, Override }) => Override && sameName(customAttributeName(ElementId) ?? ElementId, name),
      ),
    ),
  );
}

/** UF140. */
const connectorRule: TenantRule = (flow, facts, report) => {
  for (const reference of Object.values(flow.connectors).flat()) {
    if (findConnector(facts, reference.name)) continue;
    const near = nearestName(
      reference.name,
      facts.connectors.flatMap(({ id, displayName }) => [id, displayName]),
    );
    report("UF140", reference.path, `The tenant has no API connector '${reference.name}'.`, didYouMean(near));
  }
};

/** UF142. */
const identityProviderRule: TenantRule = (flow, facts, report) => {
  const known = facts.identityProviders.map(({ id }) => id);
  for (const [index, id] of flow.userFlowIdentityProviders.entries()) {
    if (known.some((each) => sameName(each, id))) continue;
    report(
      "UF142",
      `userFlowIdentityProviders[${index}]`,
      `The tenant has no identity provider '${id}'.`,
      didYouMean(nearestName(id, known)),
    );
  }
};
