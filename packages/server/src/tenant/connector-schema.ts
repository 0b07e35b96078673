import { builtInAttributes, parseJson } from "@vestibule/engine";
import type { Tenant } from "./tenant.ts";

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: "string" };
const guid: Schema = { type: "string", format: "uuid" };
const identity: Schema = {
  type: "object",
  properties: { signInType: text, issuer: text, issuerAssignedId: text },
  required: ["signInType", "issuer", "issuerAssignedId"],
};
/** What a JSON claim is outside: any text may be its value, too. */
const listOrObject: Schema = { type: ["array", "object", "string"] };

const dataTypes: Readonly<Record<Tenant["customAttributes"][number]["dataType"], Schema>> = {
  string: text,
  boolean: { type: "boolean" },
  int64: { type: "integer" },
  stringCollection: { type: "array", items: text },
  dateTime: { type: "string", format: "date-time" },
};

/**
 * JSON Schema (2020-12) of the bodies that an API of this tenant is posted by one of its connectors: the flat body of the
 * contract with the tenant's own attributes, or the form of the connector's template.
 */
export function requestSchema(tenant: Tenant, connector: Tenant["connectors"][number]): Schema {
  const members = membersOf(tenant, connector.jsonClaims);
  const template = connector.requestTemplate === undefined ? undefined : parseJson(connector.requestTemplate);
  const head = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `${connector.displayName}: what is posted`,
  };
  if (template !== undefined) return { ...head, ...templateSchema(template, members) };
  const properties = Object.fromEntries(members.map(({ name, schema }) => [name, schema]));
  return { ...head, type: "object", properties, required: ["step"] };
}

interface Member {
  readonly name: string;
  readonly schema: Schema;
  /** Other names of the same in a template. */
  readonly also?: string;
  readonly isAlwaysThere?: true;
}

function membersOf(tenant: Tenant, jsonClaims: readonly string[]): readonly Member[] {
  return [
    {
      name: "step",
      schema: { enum: ["PostFederationSignup", "PostAttributeCollection", "PreTokenIssuance"] },
      isAlwaysThere: true,
    },
    { name: "client_id", schema: guid },
    { name: "ui_locales", schema: text },
    { name: "email", schema: text },
    { name: "identities", schema: { type: "array", items: identity } },
    { name: "objectId", schema: guid },
    ...builtInAttributes.map((name) => ({ name, schema: text })),
    ...tenant.customAttributes.map(({ name, dataType }) => ({
      name: `extension_${tenant.extensionsAppId}_${name}`,
      also: `extension_${name}`,
      schema: jsonClaims.includes(name)
        ? dataType === "stringCollection"
          ? { type: "array", items: listOrObject }
          : listOrObject
        : dataTypes[dataType],
    })),
  ];
}

const hole = /\{[A-Za-z][\w.-]*\}/;

function templateSchema(json: unknown, members: readonly Member[]): Schema {
  if (typeof json === "string") {
    const member = memberOf(json, members);
    return member?.schema ?? (hole.test(json) ? text : { const: json });
  }
  if (Array.isArray(json)) return listSchema(json, members);
  // A number that JavaScript cannot hold is an object of its own here.
  if (typeof json !== "object" || json === null || JSON.isRawJSON(json)) return { const: json };
  const entries = Object.entries(json);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, value]) => [name, templateSchema(value, members)])),
    required: entries.filter(([, value]) => isAlwaysThere(value, members)).map(([name]) => name),
    additionalProperties: false,
  };
}

/** An element without a value is left out, and those behind it move up. */
function listSchema(json: readonly unknown[], members: readonly Member[]): Schema {
  const schemas = json.map((each) => templateSchema(each, members));
  const least = json.filter((each) => isAlwaysThere(each, members)).length;
  const bounds = { type: "array", minItems: least, maxItems: json.length };
  if (json.length === 0) return bounds;
  return least === json.length
    ? { ...bounds, prefixItems: schemas, items: false }
    : { ...bounds, items: { anyOf: schemas } };
}

function isAlwaysThere(json: unknown, members: readonly Member[]): boolean {
  if (typeof json !== "string") return true;
  const member = memberOf(json, members);
  return member === undefined || member.isAlwaysThere === true;
}

/** What a text is that is nothing but a hole. */
function memberOf(written: string, members: readonly Member[]): Member | undefined {
  const name = /^\{([A-Za-z][\w.-]*)\}$/.exec(written)?.[1]?.toLowerCase();
  if (name === undefined) return undefined;
  return members.find((each) => each.name.toLowerCase() === name || each.also?.toLowerCase() === name);
}
