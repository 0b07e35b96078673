import { SaxesParser } from "saxes";
import type { Diagnostic } from "../diagnostic.ts";
import type { SourcePosition } from "../model.ts";
import { decodeXml } from "./decode.ts";
import { SourceText } from "./source-text.ts";

/** An element of a policy file. Positions of its attributes and text are worked out when somebody asks for them. */
export interface XmlElement {
  /** Local name. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  /** All of its own text, comments left out, CDATA included. */
  text: string;
  /** Where its own text other than white space begins. */
  textOffset: number;
  /** Where its `<` stands. */
  readonly offset: number;
  /** Whether it holds nothing at all, not even white space. */
  blank: boolean;
}

/** Largest policy file in bytes. Source: policy-language.md 16.2. */
const maximumFileSize = 1024 * 1024;
/** The grammar needs 12 levels; foreign XML in `Extensions` gets room, an attack does not. */
const maximumDepth = 64;
/** Attributes of one element; the grammar knows at most 8. */
const maximumAttributes = 64;

export type XmlReading =
  | { readonly source: SourceText; readonly root: XmlElement }
  | { readonly source: SourceText; readonly diagnostic: Diagnostic };

/** A prepared text, where something (settings) was replaced between decoding and parsing. */
export type Preparation = (text: string, file: string) => SourceText;

class Stop extends Error {}

/** Reads the bytes of a policy file as a tree of positioned elements. Refuses DTDs, depth and size. */
export function readXml(
  bytes: Uint8Array,
  file: string,
  prepare: Preparation = (text) => new SourceText(file, text),
): XmlReading {
  const start: SourcePosition = { file, line: 1, column: 1 };
  const refuse = (diagnostic: Diagnostic) => ({ source: new SourceText(file, ""), diagnostic });
  if (bytes.length > maximumFileSize) {
    const message = `The file has ${bytes.length} bytes; a policy may have at most ${maximumFileSize}.`;
    return refuse({ code: "PL011", severity: "error", message, at: start });
  }
  const decoding = decodeXml(bytes);
  if ("problem" in decoding) {
    const message = `The file is not readable text: ${decoding.problem} (byte ${decoding.byte}).`;
    return refuse({ code: "PL001", severity: "error", message, at: start });
  }
  const source = prepare(decoding.text, file);
  if (source.text.length > maximumFileSize) {
    const message = `With its settings filled in the file is longer than ${maximumFileSize} characters.`;
    return refuse({ code: "PL011", severity: "error", message, at: start });
  }
  return parseXml(source);
}

/** Parses text to a tree; the first thing that is not well-formed ends it. */
function parseXml(source: SourceText): XmlReading {
  const { text } = source;
  const parser = new SaxesParser({ xmlns: false, fragment: false, position: true });
  let root: XmlElement | undefined;
  let current: XmlElement | undefined;
  let problem: Diagnostic | undefined;
  let markupEnd = 0;
  const open: XmlElement[] = [];
  const scopes: (ReadonlyMap<string, string> | undefined)[] = [];
  let scope: ReadonlyMap<string, string> = new Map();

  const stop = (message: string, offset: number, hint?: string): never => {
    const at = source.positionAt(Math.max(0, Math.min(offset, text.length)));
    problem = { code: "PL001", severity: "error", message, at, ...(hint !== undefined && { hint }) };
    throw new Stop();
  };
  const passed = () => {
    markupEnd = parser.position;
  };
  const addText = (more: string, offset: number) => {
    if (!current) return;
    current.blank = false;
    current.text += more;
    if (current.textOffset >= 0 || more.trim() === "") return;
    // Looked up in the file: the parser has joined its line ends.
    let begin = offset;
    while (/\s/.test(text[begin] ?? "x")) begin++;
    current.textOffset = begin;
  };

  parser.on("doctype", () =>
    stop("A document type definition is not allowed in a policy.", text.indexOf("<!", markupEnd)),
  );
  parser.on("xmldecl", passed);
  parser.on("comment", passed);
  parser.on("processinginstruction", passed);
  parser.on("text", (more) => {
    addText(more, markupEnd);
  });
  parser.on("cdata", (more) => {
    addText(more, text.indexOf("<![CDATA[", markupEnd) + 9);
    markupEnd = parser.position;
  });
  parser.on("opentag", (tag) => {
    const offset = text.indexOf("<", markupEnd);
    markupEnd = parser.position;
    if (open.length >= maximumDepth) stop(`Elements are nested deeper than ${maximumDepth} levels.`, offset);
    const attributes = tag.attributes as Record<string, string>;
    let count = 0;
    let declares = false;
    for (const name in attributes) {
      count++;
      declares ||= name.startsWith("xmlns");
    }
    if (count > maximumAttributes) stop(`The element has more than ${maximumAttributes} attributes.`, offset);
    scopes.push(declares ? scope : undefined);
    if (declares) scope = declared(scope, attributes);
    const colon = tag.name.indexOf(":");
    const prefix = colon < 0 ? "" : tag.name.slice(0, colon);
    const namespace = scope.get(prefix);
    if (namespace === undefined && colon >= 0) stop(`The prefix '${prefix}' is not declared.`, offset);
    const element: XmlElement = {
      name: colon < 0 ? tag.name : tag.name.slice(colon + 1),
      namespace: namespace ?? "",
      attributes,
      children: [],
      text: "",
      textOffset: -1,
      offset,
      blank: true,
    };
    if (current) {
      current.blank = false;
      current.children.push(element);
      open.push(current);
    } else {
      root ??= element;
      open.push(element);
    }
    current = element;
  });
  parser.on("closetag", () => {
    markupEnd = parser.position;
    scope = scopes.pop() ?? scope;
    const parent = open.pop();
    current = parent === current ? undefined : parent;
  });
  parser.on("error", (error) => {
    const reason = error.message.replace(/^[^:]*:?\d+:\d+: /, "").replace(/\.$/, "");
    const unfinished = reason.startsWith("unclosed");
    // The parser looks for an entity's end up to the end of the file where somebody forgot to escape an ampersand.
    const ampersand = unfinished || reason.includes("entity") ? looseAmpersand(text, markupEnd) : undefined;
    if (ampersand !== undefined)
      stop(
        "The file is not well-formed XML: '&' begins no entity here.",
        ampersand,
        "Write '&amp;' for '&'.",
      );
    if (unfinished && current)
      stop(`The file is not well-formed XML: '${current.name}' is not closed.`, current.offset);
    stop(`The file is not well-formed XML: ${reason}.`, parser.position - 1, wellFormedHint(reason));
  });

  try {
    parser.write(text).close();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
  if (problem) return { source, diagnostic: problem };
  if (root) return { source, root };
  return {
    source,
    diagnostic: {
      code: "PL001",
      severity: "error",
      message: "The file holds no element.",
      at: source.positionAt(0),
    },
  };
}

function declared(
  scope: ReadonlyMap<string, string>,
  attributes: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const inner = new Map(scope);
  for (const name in attributes) {
    if (name === "xmlns") inner.set("", attributes[name] ?? "");
    else if (name.startsWith("xmlns:")) inner.set(name.slice(6), attributes[name] ?? "");
  }
  return inner;
}

/** The first `&` from `offset` on that is no predefined entity and no character reference. */
function looseAmpersand(text: string, offset: number): number | undefined {
  const loose = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)/gi;
  loose.lastIndex = offset;
  return loose.exec(text)?.index;
}

function wellFormedHint(reason: string): string | undefined {
  if (/entity|disallowed character$/i.test(reason)) return "Write '&amp;' for '&' and '&lt;' for '<'.";
  return undefined;
}

/** Where attribute `name` of `element` begins; the element's own place when it has no such attribute. */
export function attributePosition(source: SourceText, element: XmlElement, name: string): SourcePosition {
  const { text } = source;
  const attribute = /([^\s=<>/"']+)\s*=\s*(?:"[^"]*"|'[^']*')/gy;
  let at = element.offset + 1;
  while (at < text.length && !/[\s/>]/.test(text[at] ?? ">")) at++;
  for (;;) {
    while (/\s/.test(text[at] ?? "")) at++;
    attribute.lastIndex = at;
    const match = attribute.exec(text);
    if (!match) return source.positionAt(element.offset);
    if (match[1] === name) return source.positionAt(at);
    at = attribute.lastIndex;
  }
}

/** Where the element's own text begins; its start tag where it has none. */
export function textPosition(source: SourceText, element: XmlElement): SourcePosition {
  return source.positionAt(element.textOffset < 0 ? element.offset : element.textOffset);
}
