/** An element to be written; undefined attributes and false or undefined children are left out. */
export interface OutputElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly content: string | readonly OutputElement[];
}

type Child = OutputElement | readonly OutputElement[] | false | undefined;

export function element(
  name: string,
  attributes: OutputElement["attributes"],
  ...children: readonly Child[]
): OutputElement {
  return { name, attributes, content: present(children) };
}

export function textElement(
  name: string,
  text: string,
  attributes: OutputElement["attributes"] = {},
): OutputElement {
  return { name, attributes, content: text };
}

/** `<name>text</name>` where there is a text. */
export function optionalText(name: string, text: string | number | undefined): OutputElement | undefined {
  return text === undefined ? undefined : textElement(name, String(text));
}

/** A container that is left out when it would be empty: most may not be (policy-language.md 8.2). */
export function container(
  name: string,
  children: readonly OutputElement[],
  attributes: OutputElement["attributes"] = {},
): OutputElement | undefined {
  return children.length === 0 ? undefined : { name, attributes, content: children };
}

function present(children: readonly Child[]): readonly OutputElement[] {
  return children.flatMap((child) => (child === undefined || child === false ? [] : child));
}

export function render(root: OutputElement): string {
  const parts = ['<?xml version="1.0" encoding="utf-8"?>\n'];
  renderInto(parts, root, "");
  return parts.join("");
}

function renderInto(parts: string[], { name, attributes, content }: OutputElement, indent: string): void {
  parts.push(indent, "<", name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) parts.push(" ", key, '="', escapeAttribute(String(value)), '"');
  if (content.length === 0) parts.push(typeof content === "string" ? `></${name}>\n` : " />\n");
  else if (typeof content === "string") parts.push(">", escapeText(content), "</", name, ">\n");
  else {
    parts.push(">\n");
    for (const child of content) renderInto(parts, child, `${indent}  `);
    parts.push(indent, "</", name, ">\n");
  }
}

/** Characters that XML cannot hold at all become the replacement character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are forbidden in XML.
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(forbidden, "\ufffd")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/\r/g, "&#xD;");
}

/** White space in attributes is normalised by every reader unless it is written as a reference. */
function escapeAttribute(text: string): string {
  return escapeText(text).replace(/"/g, "&quot;").replace(/\n/g, "&#xA;").replace(/\t/g, "&#x9;");
}
