import type { UserInputType } from "./user-flow-schema.ts";

export type AttributeDataType = "string" | "boolean" | "int64" | "stringCollection" | "dateTime";

export interface BuiltInAttribute {
  readonly id: string;
  readonly displayName: string;
  readonly dataType: AttributeDataType;
  /** Absent = it can only be claimed, not collected. */
  readonly inputType?: UserInputType;
  /** Absent = it can only be collected, not claimed. */
  readonly tokenName?: string;
  /** Claim type whose value is given out under the token name; absent = the attribute's own id. */
  readonly claimType?: string;
  /** True = a property of the user object, which connectors see and may answer (api-connectors.md A2, A4.1). */
  readonly userProperty?: boolean;
}

const property = (
  id: string,
  displayName: string,
  tokenName = id,
  inputType: UserInputType = "textBox",
): BuiltInAttribute => ({
  id,
  displayName,
  dataType: "string",
  inputType,
  tokenName,
  userProperty: true,
});

/** Source: user-flows.md 6.1. */
export const builtInAttributes: readonly BuiltInAttribute[] = [
  property("displayName", "Display Name", "name"),
  property("givenName", "Given Name", "given_name"),
  property("surname", "Surname", "family_name"),
  property("jobTitle", "Job Title"),
  property("streetAddress", "Street Address"),
  property("city", "City"),
  property("postalCode", "Postal Code"),
  property("state", "State/Province"),
  property("country", "Country/Region", "country", "dropdownSingleSelect"),
  { id: "email", displayName: "Email Address", dataType: "string", inputType: "emailBox" },
  { id: "emails", displayName: "Email Addresses", dataType: "stringCollection", tokenName: "emails" },
  { id: "objectId", displayName: "User's Object ID", dataType: "string", tokenName: "oid" },
  { id: "identityProvider", displayName: "Identity Provider", dataType: "string", tokenName: "idp" },
  {
    id: "identityProviderAccessToken",
    displayName: "Identity Provider Access Token",
    dataType: "string",
    tokenName: "idp_access_token",
  },
  { id: "newUser", displayName: "User is new", dataType: "boolean", tokenName: "newUser" },
  {
    id: "legalAgeGroupClassification",
    displayName: "Legal Age Group Classification",
    dataType: "string",
    tokenName: "legalAgeGroupClassification",
  },
  { id: "ageGroup", displayName: "Age Group", dataType: "string", tokenName: "ageGroup" },
  {
    id: "consentProvidedForMinor",
    displayName: "Consent Provided For Minor",
    dataType: "string",
    tokenName: "consentProvidedForMinor",
  },
];

/** Looked up without regard to case: real assignments say both `City` and `city`. */
export function builtInAttribute(id: string): BuiltInAttribute | undefined {
  return builtInAttributes.find((attribute) => attribute.id.toLowerCase() === id.toLowerCase());
}

/** The name in `extension_<Name>` or `extension_<32 hex>_<Name>`. */
export function customAttributeName(id: string): string | undefined {
  return /^extension_(?:[0-9a-f]{32}_)?([A-Za-z0-9_]+)$/i.exec(id)?.[1];
}

/** Which control fits which data type (user-flows.md 6.3). */
export const inputTypesFor: Readonly<Record<AttributeDataType, readonly UserInputType[]>> = {
  string: ["textBox", "emailBox", "radioSingleSelect", "dropdownSingleSelect", "checkboxMultiSelect"],
  int64: ["textBox"],
  boolean: ["radioSingleSelect", "dropdownSingleSelect", "checkboxMultiSelect"],
  stringCollection: ["checkboxMultiSelect"],
  dateTime: ["dateTimeDropdown"],
};

/** The control of a custom attribute whose assignment names none. */
export const defaultInputTypes: Readonly<Record<AttributeDataType, UserInputType>> = {
  string: "textBox",
  int64: "textBox",
  boolean: "radioSingleSelect",
  stringCollection: "checkboxMultiSelect",
  dateTime: "dateTimeDropdown",
};
