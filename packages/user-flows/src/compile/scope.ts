import type { DataType, EnumerationItem, UserInputType } from "@vestibule/policy";
import {
  type AttributeDataType,
  builtInAttribute,
  builtInAttributes,
  customAttributeName,
  defaultInputTypes,
} from "../document/attributes.ts";
import { countryNames } from "../document/countries.ts";
import type { ConnectorStep, UserFlowDocument } from "../document/user-flow.ts";
import type { ConnectorFacts, IdentityProviderFacts, TenantFacts } from "../tenant-facts.ts";
import { secondFactorOf } from "./second-factor.ts";
import type { SecondFactor } from "./second-factor-words.ts";

/** One attribute as the flow's pages collect it. */
export interface CollectedAttribute {
  readonly claimType: string;
  readonly dataType: AttributeDataType;
  readonly displayName: string;
  readonly helpText: string;
  readonly inputType: keyof typeof inputTypes;
  readonly isOptional: boolean;
  readonly requiresVerification: boolean;
  readonly options: readonly EnumerationItem[];
}

export interface ClaimedAttribute {
  readonly claimType: string;
  readonly tokenName: string;
  /** JSON in tokens instead of its text. */
  readonly json: boolean;
}

/** An attribute of the directory's user object that connectors see. */
export interface UserAttribute {
  readonly claimType: string;
  /** Name in a connector's body: custom attributes carry the application's id. */
  readonly directoryName: string;
}

export type LocalIdentity = "email" | "userName" | "emailOrUserName";

/** Everything that the parts of the compiler ask about one flow. */
export interface Scope {
  readonly flow: UserFlowDocument;
  readonly facts: TenantFacts;
  readonly localIdentity?: LocalIdentity;
  /** Claim that holds the sign-in name on the pages (user-flows.md 4, field ids). */
  readonly signInClaim: "email" | "signInName";
  readonly identityProviders: readonly IdentityProviderFacts[];
  readonly collected: readonly CollectedAttribute[];
  readonly claimed: readonly ClaimedAttribute[];
  readonly userAttributes: readonly UserAttribute[];
  readonly connectors: Readonly<Record<ConnectorStep, readonly ConnectorFacts[]>>;
  readonly passwordReset: boolean;
  readonly forcedReset: boolean;
  readonly secondFactor?: SecondFactor;
}

export const inputTypes = {
  textBox: "TextBox",
  emailBox: "EmailBox",
  dateTimeDropdown: "DateTimeDropdown",
  radioSingleSelect: "RadioSingleSelect",
  dropdownSingleSelect: "DropdownSingleSelect",
  checkboxMultiSelect: "CheckboxMultiSelect",
} as const satisfies Readonly<Record<string, UserInputType>>;

/** Directory type → claim type; user flows' Int is a 64-bit number (user-flows.md 17.3). */
export const claimDataTypes: Readonly<Record<AttributeDataType, DataType>> = {
  string: "string",
  boolean: "boolean",
  int64: "long",
  stringCollection: "stringCollection",
  dateTime: "dateTime",
};

/** The flow and the tenant, brought together. Only for documents that the rules passed. */
export function scopeOf(flow: UserFlowDocument, facts: TenantFacts): Scope {
  const methods = flow.authenticationMethods;
  const localIdentity = methods.includes("userName")
    ? methods.includes("emailWithPassword")
      ? "emailOrUserName"
      : "userName"
    : methods.includes("emailWithPassword")
      ? "email"
      : undefined;
  const modern = flow.userFlowTypeVersion !== 1;
  const password = flow.passwordComplexityConfiguration;
  const secondFactor = secondFactorOf(flow);
  return {
    flow,
    facts,
    ...(localIdentity && { localIdentity }),
    signInClaim: localIdentity === "email" || localIdentity === undefined ? "email" : "signInName",
    identityProviders: flow.userFlowIdentityProviders.flatMap(
      (id) => facts.identityProviders.find((each) => sameName(each.id, id)) ?? [],
    ),
    collected: flow.userAttributeAssignments.map((assignment) => collectedAttribute(assignment, facts)),
    claimed: flow.applicationClaims.map(({ id, json }) => ({
      claimType: id,
      tokenName: builtInAttribute(id)?.tokenName ?? id,
      json,
    })),
    userAttributes: userAttributes(facts),
    connectors: modern
      ? {
          postFederationSignup: boundConnectors(flow, facts, "postFederationSignup"),
          postAttributeCollection: boundConnectors(flow, facts, "postAttributeCollection"),
          preTokenIssuance: boundConnectors(flow, facts, "preTokenIssuance"),
        }
      : { postFederationSignup: [], postAttributeCollection: [], preTokenIssuance: [] },
    passwordReset: modern && localIdentity !== undefined && password.isSelfServicePasswordResetAllowed,
    forcedReset: localIdentity !== undefined && password.allowExpiredPasswordReset,
    ...(secondFactor && { secondFactor }),
  };
}

export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** A connector by its id, else by its display name (user-flows.md 16). */
export function findConnector(facts: TenantFacts, name: string): ConnectorFacts | undefined {
  return (
    facts.connectors.find(({ id }) => sameName(id, name)) ??
    facts.connectors.find(({ displayName }) => sameName(displayName, name))
  );
}

function boundConnectors(flow: UserFlowDocument, facts: TenantFacts, step: ConnectorStep): ConnectorFacts[] {
  return flow.connectors[step].flatMap(({ name }) => findConnector(facts, name) ?? []);
}

export function customAttribute(
  facts: TenantFacts,
  id: string,
): TenantFacts["customAttributes"][number] | undefined {
  const name = customAttributeName(id);
  return name === undefined
    ? undefined
    : facts.customAttributes.find((attribute) => sameName(attribute.name, name));
}

function collectedAttribute(
  assignment: UserFlowDocument["userAttributeAssignments"][number],
  facts: TenantFacts,
): CollectedAttribute {
  const builtIn = builtInAttribute(assignment.id);
  const custom = builtIn ? undefined : customAttribute(facts, assignment.id);
  const dataType = builtIn?.dataType ?? custom?.dataType ?? "string";
  const inputType = assignment.userInputType ?? builtIn?.inputType ?? defaultInputTypes[dataType];
  return {
    claimType: custom ? `extension_${custom.name}` : assignment.id,
    dataType,
    displayName: assignment.displayName ?? builtIn?.displayName ?? custom?.displayName ?? assignment.id,
    helpText: custom?.description ?? "",
    inputType,
    isOptional: assignment.isOptional,
    requiresVerification: assignment.requiresVerification,
    options: options(assignment.userAttributeValues, assignment.id, dataType, inputType),
  };
}

function options(
  written: readonly { readonly name: string; readonly value: string; readonly isDefault: boolean }[],
  id: string,
  dataType: AttributeDataType,
  inputType: CollectedAttribute["inputType"],
): EnumerationItem[] {
  if (inputType === "textBox" || inputType === "emailBox" || inputType === "dateTimeDropdown") return [];
  if (written.length > 0) {
    return written.map(({ name, value, isDefault }) => ({
      text: name,
      value,
      ...(isDefault && { selectByDefault: true }),
    }));
  }
  if (id === "country") return countryNames.map((name) => ({ text: name, value: name }));
  if (dataType !== "boolean") return [];
  // A single box is a boolean's check box; the lists offer both values (user-flows.md 6.3).
  if (inputType === "checkboxMultiSelect") return [{ text: "Yes", value: "true" }];
  return [
    { text: "Yes", value: "true" },
    { text: "No", value: "false" },
  ];
}

function userAttributes(facts: TenantFacts): UserAttribute[] {
  return [
    ...builtInAttributes
      .filter(({ userProperty }) => userProperty)
      .map(({ id }) => ({ claimType: id, directoryName: id })),
    ...facts.customAttributes.map(({ name }) => ({
      claimType: `extension_${name}`,
      directoryName: `extension_${facts.extensionsAppId}_${name}`,
    })),
  ];
}
