import { type SimpleType, type SimpleTypeName, simpleTypes } from "./simple-types.ts";

export interface AttributeRule {
  readonly name: string;
  readonly required: boolean;
  /** Absent: any text. */
  readonly type?: SimpleType;
}

export interface ChildRule {
  readonly name: string;
  /** The row of the grammar that says what this child holds. */
  readonly rule: string;
  readonly minimum: 0 | 1;
  readonly many: boolean;
  /** Children of one choice exclude those of another. */
  readonly choice: number;
}

/** What one element may hold. */
export interface ElementRule {
  readonly attributes: readonly AttributeRule[];
  readonly attributeNames: ReadonlyMap<string, AttributeRule>;
  readonly requiredAttributes: readonly AttributeRule[];
  readonly content:
    | { readonly kind: "empty" }
    | { readonly kind: "any" }
    | { readonly kind: "text"; readonly type?: SimpleType }
    | {
        readonly kind: "children";
        readonly children: readonly ChildRule[];
        readonly places: ReadonlyMap<string, number>;
      };
}

/**
 * One row of the grammar in the reference's notation. Attributes: `Id! Method=boolean`, `!` required, `=type`.
 * Content: `` (nothing at all), `#text`, `#boolean` (text of a simple type), `#any` (foreign XML), or the ordered
 * children `A B? C* D+`; `|` separates choices; `InputClaims:RowName` where the row's name is not the element's.
 */
export function row(attributes: string, content: string): ElementRule {
  const rules = split(attributes).map(attributeRule);
  return {
    attributes: rules,
    attributeNames: new Map(rules.map((rule) => [rule.name, rule])),
    requiredAttributes: rules.filter((rule) => rule.required),
    content: contentRule(content),
  };
}

function attributeRule(text: string): AttributeRule {
  const [named = "", type] = text.split("=");
  const required = named.endsWith("!");
  const simple = type === undefined ? undefined : simpleTypes[type as SimpleTypeName];
  return { name: required ? named.slice(0, -1) : named, required, ...(simple && { type: simple }) };
}

function contentRule(content: string): ElementRule["content"] {
  if (content === "") return { kind: "empty" };
  if (content === "#any") return { kind: "any" };
  if (content.startsWith("#")) {
    const type = content === "#text" ? undefined : simpleTypes[content.slice(1) as SimpleTypeName];
    return { kind: "text", ...(type && { type }) };
  }
  const children = content
    .split("|")
    .flatMap((alternative, choice) => split(alternative).map((text) => childRule(text, choice)));
  return {
    kind: "children",
    children,
    places: new Map(children.map((child, index) => [child.name, index])),
  };
}

function childRule(text: string, choice: number): ChildRule {
  const cardinality = /[?*+]$/.exec(text)?.[0] ?? "";
  const [name = "", rule = name] = text.slice(0, text.length - cardinality.length).split(":");
  return {
    name,
    rule,
    minimum: cardinality === "" || cardinality === "+" ? 1 : 0,
    many: cardinality === "*" || cardinality === "+",
    choice,
  };
}

function split(text: string): string[] {
  return text.split(" ").filter((part) => part !== "");
}
