import { SaxesParser } from "saxes";
import type { JsonNode } from "./json.ts";

/** XML → JSON as Json.NET writes it. Source: claims-transformations.md 5.5, XmlStringToJsonString. */

interface Element {
  readonly name: string;
  readonly selfClosing: boolean;
  readonly attributes: readonly (readonly [string, string])[];
  readonly children: (Element | { readonly text: string; readonly cdata: boolean })[];
}

export type XmlReading =
  | { readonly kind: "json"; readonly node: JsonNode }
  | { readonly kind: "invalid"; readonly reason: string };

const deepest = 64;
const text = (value: string): JsonNode => ({ kind: "string", value });

class XmlFault extends Error {}

export function xmlToJson(xml: string): XmlReading {
  try {
    return { kind: "json", node: readXml(xml) };
  } catch (fault) {
    if (fault instanceof XmlFault) return { kind: "invalid", reason: fault.message };
    throw fault;
  }
}

function readXml(xml: string): JsonNode {
  const parser = new SaxesParser();
  const open: Element[] = [];
  const members = new Map<string, JsonNode>();
  parser.on("error", (error) => {
    throw new XmlFault(error.message);
  });
  // Entities of a DTD can grow without bound or reach for files.
  parser.on("doctype", () => {
    throw new XmlFault("a document type declaration is not allowed");
  });
  parser.on("xmldecl", ({ version, encoding, standalone }) => {
    const parts = Object.entries({ version, encoding, standalone }).flatMap(([name, value]) =>
      value === undefined ? [] : [[`@${name}`, text(value)] as const],
    );
    members.set("?xml", { kind: "object", members: new Map(parts) });
  });
  parser.on("opentag", ({ name, attributes, isSelfClosing }) => {
    if (open.length >= deepest) throw new XmlFault(`it is nested more than ${deepest} levels deep`);
    open.push({ name, selfClosing: isSelfClosing, attributes: Object.entries(attributes), children: [] });
  });
  parser.on("text", (value) => {
    open.at(-1)?.children.push({ text: value, cdata: false });
  });
  parser.on("cdata", (value) => {
    open.at(-1)?.children.push({ text: value, cdata: true });
  });
  parser.on("closetag", () => {
    const element = open.pop();
    const parent = open.at(-1);
    if (!element) return;
    if (parent) parent.children.push(element);
    else members.set(element.name, elementValue(element));
  });
  parser.write(xml).close();
  return { kind: "object", members };
}

function elementValue(element: Element): JsonNode {
  const members = new Map<string, JsonNode>(
    element.attributes.map(([name, value]) => [`@${name}`, text(value)]),
  );
  // White space between elements is no content.
  const children = element.children.filter(
    (child) => "name" in child || child.cdata || child.text.trim() !== "" || element.children.length === 1,
  );
  if (children.length === 0 && members.size === 0) return element.selfClosing ? { kind: "null" } : text("");
  const [only] = children;
  if (members.size === 0 && children.length === 1 && only && "text" in only && !only.cdata)
    return text(only.text);
  for (const child of children) {
    const [name, value] =
      "name" in child
        ? [child.name, elementValue(child)]
        : [child.cdata ? "#cdata-section" : "#text", text(child.text)];
    add(members, name, value, repeats(children, child));
  }
  return { kind: "object", members };
}

/** Siblings with one name become an array in the place of the first, also where others stand between. */
function add(members: Map<string, JsonNode>, name: string, value: JsonNode, repeated: boolean): void {
  const before = members.get(name);
  if (!repeated) members.set(name, value);
  else if (before?.kind === "array") members.set(name, { kind: "array", items: [...before.items, value] });
  else members.set(name, { kind: "array", items: [value] });
}

function repeats(children: Element["children"], child: Element["children"][number]): boolean {
  const same = (other: Element["children"][number]) =>
    "name" in child
      ? "name" in other && other.name === child.name
      : "text" in other && other.cdata === child.cdata;
  return children.filter(same).length > 1;
}
