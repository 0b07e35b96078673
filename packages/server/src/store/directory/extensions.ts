import type { AttributeRefused, ClaimValue } from "@vestibule/engine";
import type { Kysely } from "kysely";
import type { Tenant } from "../../tenant/tenant.ts";
import type { Schema } from "../schema.ts";
import { type AttributeRule, extensionRule } from "./attributes.ts";

const ownedName = /^extension_([0-9a-f]{32})_([A-Za-z][A-Za-z0-9_]{0,127})$/i;
const shortName = /^extension_([A-Za-z][A-Za-z0-9_]{0,127})$/i;

/**
 * The full name of an extension attribute: `extension_<app id>_<Name>`. The short form of policies and tokens stands
 * for the tenant's own extensions application. Undefined where it is no such name.
 */
export function fullExtensionName(tenant: Tenant, name: string): string | undefined {
  const owned = ownedName.exec(name);
  if (owned !== null) return `extension_${owned[1]?.toLowerCase()}_${owned[2]}`;
  const short = shortName.exec(name);
  return short === null ? undefined : `extension_${tenant.extensionsAppId}_${short[1]}`;
}

export interface ExtensionDefinition {
  /** In the spelling of the first definition. */
  readonly name: string;
  readonly rule: AttributeRule;
}

/**
 * The definitions of a tenant's extension attributes: those that the tenant configures, then those that came into
 * being when a policy wrote them first (technical-profiles.md 4.7).
 */
export class ExtensionDefinitions {
  readonly #db: Kysely<Schema>;
  readonly #tenant: Tenant;
  readonly #known = new Map<string, ExtensionDefinition>();

  constructor(db: Kysely<Schema>, tenant: Tenant) {
    this.#db = db;
    this.#tenant = tenant;
    for (const { name, dataType } of tenant.customAttributes) {
      const full = `extension_${tenant.extensionsAppId}_${name.replace(/^extension_/i, "")}`;
      this.#known.set(full.toLowerCase(), { name: full, rule: extensionRule(dataType) });
    }
  }

  /** The definition of a full name, made from the value's type where there is none yet. */
  async forWriting(fullName: string, value: ClaimValue): Promise<ExtensionDefinition | AttributeRefused> {
    const known = await this.find(fullName);
    if (known !== undefined) return known;
    const type = typeOf(value);
    if (type === undefined) {
      return {
        kind: "attributeRefused",
        attribute: fullName,
        reason: "An extension attribute is a text, a number, a truth value or a list of texts.",
      };
    }
    await this.#db
      .insertInto("extension_definitions")
      .values({
        tenant_id: this.#tenant.id,
        name_key: fullName.toLowerCase(),
        name: fullName,
        data_type: type,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    // Read again: somebody else may have defined it first, with another spelling or type.
    return (await this.find(fullName)) ?? { name: fullName, rule: extensionRule(type) };
  }

  async find(fullName: string): Promise<ExtensionDefinition | undefined> {
    const key = fullName.toLowerCase();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const row = await this.#db
      .selectFrom("extension_definitions")
      .select(["name", "data_type"])
      .where("tenant_id", "=", this.#tenant.id)
      .where("name_key", "=", key)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const definition = { name: row.name, rule: extensionRule(row.data_type) };
    this.#known.set(key, definition);
    return definition;
  }
}

function typeOf(value: ClaimValue): string | undefined {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return "int64";
  return Array.isArray(value) && value.every((one) => typeof one === "string")
    ? "stringCollection"
    : undefined;
}
