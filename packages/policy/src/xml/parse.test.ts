import { describe, expect, it } from "vitest";
import { attributePosition, readXml, textPosition, type XmlElement } from "./parse.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let index = 0; index < text.length; index++)
    view.setUint16(index * 2, text.charCodeAt(index), littleEndian);
  return new Uint8Array(view.buffer);
}

function read(content: Uint8Array | string) {
  const reading = readXml(typeof content === "string" ? bytes(content) : content, "a.xml");
  if ("diagnostic" in reading) throw new Error(reading.diagnostic.message);
  return reading;
}

function refusal(content: Uint8Array | string) {
  const reading = readXml(typeof content === "string" ? bytes(content) : content, "a.xml");
  if (!("diagnostic" in reading)) throw new Error("accepted");
  const { code, at } = reading.diagnostic;
  return `${code} ${at?.line}:${at?.column}`;
}

const first = (element: XmlElement) => element.children[0] as XmlElement;

describe("positions", () => {
  const text =
    '<?xml version="1.0"?>\r\n<a>\r\n  <!-- c -->\r\n  <b x="1"\r\n     y="2">\r\n    text</b>\r\n</a>';
  const { source, root } = read(text);

  it("gives each element its line and column, counted from 1", () => {
    expect(source.positionAt(root.offset)).toEqual({ file: "a.xml", line: 2, column: 1 });
    expect(source.positionAt(first(root).offset)).toEqual({ file: "a.xml", line: 4, column: 3 });
  });

  it("finds attributes and text when asked", () => {
    expect(attributePosition(source, first(root), "x")).toMatchObject({ line: 4, column: 6 });
    expect(attributePosition(source, first(root), "y")).toMatchObject({ line: 5, column: 6 });
    expect(textPosition(source, first(root))).toMatchObject({ line: 6, column: 5 });
  });
});

describe("text", () => {
  it("joins text around comments, keeps CDATA and decodes references", () => {
    expect(read("<a>one<!-- x -->two<![CDATA[<3>]]>&amp;&#x41;</a>").root.text).toBe("onetwo<3>&A");
  });

  it("reads what byte-order mark and declaration say", () => {
    const text = '<?xml version="1.0" encoding="utf-16"?><a>grün</a>';
    expect(read(utf16(`\ufeff${text}`, true)).root.text).toBe("grün");
    expect(read(utf16(`\ufeff${text}`, false)).root.text).toBe("grün");
    expect(read(utf16(text, true)).root.text).toBe("grün");
    expect(read(`\ufeff<a>grün</a>`).root.text).toBe("grün");
    const latin = [...bytes('<?xml version="1.0" encoding="ISO-8859-1"?><a>gr'), 0xfc, ...bytes("n</a>")];
    expect(read(Uint8Array.from(latin)).root.text).toBe("grün");
  });

  it("reads single bytes that only claim to be UTF-16", () => {
    expect(read('<?xml version="1.0" encoding="utf-16"?><a>grün</a>').root.text).toBe("grün");
  });

  it("resolves namespaces with and without prefix", () => {
    expect(read('<p:a xmlns:p="urn:x"><p:b/></p:a>').root).toMatchObject({ name: "a", namespace: "urn:x" });
    expect(first(read('<a xmlns="urn:x"><b xmlns="urn:y"/></a>').root).namespace).toBe("urn:y");
  });
});

describe("attacks and accidents", () => {
  it.each([
    ["an external entity", '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', "PL001 1:1"],
    ["an entity that nobody declared", "<a>&boom;</a>", "PL001 1:4"],
    ["an ampersand", "<a>\n  you & me</a>", "PL001 2:7"],
    ["a bare < in an attribute", "<a b='x<y'/>", "PL001 1:8"],
    ["an element that is not closed", "<a>\n <b></a>", "PL001 2:8"],
    ["two roots", "<a/><b/>", "PL001 1:7"],
    ["nothing", "", "PL001 1:1"],
    ["a prefix without namespace", "<a><p:b/></a>", "PL001 1:4"],
  ])("refuses %s", (_what, text, expected) => {
    expect(refusal(text)).toBe(expected);
  });

  it("refuses depth, size and bytes that are no text", () => {
    expect(refusal(`${"<a>".repeat(65)}${"</a>".repeat(65)}`)).toBe("PL001 1:193");
    expect(refusal(`<a>${" ".repeat(1024 * 1024)}</a>`)).toBe("PL011 1:1");
    expect(refusal(Uint8Array.from([0x3c, 0x61, 0x3e, 0xff, 0xfe, 0x3c]))).toBe("PL001 1:1");
    expect(refusal(bytes('<?xml version="1.0" encoding="klingon"?><a/>'))).toBe("PL001 1:1");
  });
});
