import { type DefaultTreeAdapterMap, parse } from "parse5";

export type HtmlNode = DefaultTreeAdapterMap["node"];
export type HtmlElement = DefaultTreeAdapterMap["element"];

export function parseHtml(text: string): HtmlNode {
  return parse(text);
}

/** All elements in document order; templates' contents are not part of the document. */
export function* elements(node: HtmlNode): Generator<HtmlElement> {
  if ("tagName" in node) yield node;
  if ("childNodes" in node) for (const child of node.childNodes) yield* elements(child);
}

export function attribute(element: HtmlElement, name: string): string | undefined {
  return element.attrs.find((each) => each.name === name)?.value;
}

export function byId(node: HtmlNode, id: string): HtmlElement | undefined {
  for (const element of elements(node)) if (attribute(element, "id") === id) return element;
  return undefined;
}

/** The text that is drawn, white space as a browser collapses it; scripts and styles have none. */
export function textOf(node: HtmlNode): string {
  return rawText(node).replace(/\s+/g, " ").trim();
}

function rawText(node: HtmlNode): string {
  if ("tagName" in node && /^(script|style|template|noscript|head)$/.test(node.tagName)) return "";
  if ("value" in node && node.nodeName === "#text") return node.value;
  return "childNodes" in node ? node.childNodes.map(rawText).join("") : "";
}

/** Not drawn because of the element's own or an ancestor's style. */
export function isHidden(element: HtmlElement): boolean {
  for (let current: HtmlElement | null = element; current; ) {
    if (/display\s*:\s*none/i.test(attribute(current, "style") ?? "")) return true;
    const parent: HtmlNode | null = current.parentNode;
    current = parent && "tagName" in parent ? parent : null;
  }
  return false;
}
