import { describe, expect, it } from "vitest";
import { dateText, dateTimeText, parseDateTimeText, parseIsoDateTime, ticksOf } from "./date-time.ts";
import { formatText } from "./format.ts";
import { jsonScalarText, jsonText, readJson } from "./json.ts";
import { seededInteger } from "./random.ts";
import {
  doubleText,
  lowerInvariant,
  parseBoolean,
  parseInteger,
  textContains,
  textsAreEqual,
  upperInvariant,
} from "./text.ts";
import { encodeQueryText, escapePath } from "./uri.ts";
import { xmlToJson } from "./xml.ts";

describe("text", () => {
  it.each([
    ["é", "É", true],
    ["straße", "STRASSE", false],
    ["\u00e9", "e\u0301", false],
    ["k", "\u212a", false],
    ["ı", "I", false],
  ])("%s and %s compare without case: %s", (a, b, expected) => {
    expect(textsAreEqual(a, b, "OrdinalIgnoreCase")).toBe(expected);
  });

  it("has one unit for one unit", () => {
    expect(upperInvariant("straße ﬁ i")).toBe("STRAßE ﬁ I");
    expect(lowerInvariant("ΣΑΣ İ I")).toBe("σασ İ i");
    expect(textContains("Grüße", "ÜS", "OrdinalIgnoreCase")).toBe(false);
    expect(textContains("abc", "", "Ordinal")).toBe(true);
  });

  it("reads booleans and whole numbers as strictly as .NET", () => {
    expect([" TRUE ", "False", "1", ""].map(parseBoolean)).toEqual([true, false, undefined, undefined]);
    expect(["2147483647", "2147483648", " -5 ", "1.0", "1e3"].map((t) => parseInteger(t, "int"))).toEqual([
      2147483647n,
      undefined,
      -5n,
      undefined,
      undefined,
    ]);
    expect(parseInteger("-9223372036854775808", "long")).toBe(-(2n ** 63n));
  });

  it("writes doubles with .NET's exponents", () => {
    expect([1e15, 123456789012345680, 1e-5, 0.00001234, 1.5, -0, 1e14].map(doubleText)).toEqual([
      "1E+15",
      "1.2345678901234568E+17",
      "1E-05",
      "1.234E-05",
      "1.5",
      "-0",
      "100000000000000",
    ]);
  });
});

describe("composite formatting", () => {
  it.each([
    ["{0 }|{0, 5}|{0,-4}|{0:D4}", ["ab"], "ab|   ab|ab  |ab"],
    ["$& {0} $1", ["$&"], "$& $& $1"],
    ["{{0}}{0}", ["x"], "{0}x"],
    ["no place", ["x"], "no place"],
  ])("%s", (format, fillIns, expected) => {
    expect(formatText(format, fillIns)).toBe(expected);
  });

  it.each(["{ 0}", "{0,}", "{}", "{name}", "{0", "}", "{1}", "{-1}", "{0,1000000}"])(
    "%s is refused",
    (format) => {
      expect(formatText(format, ["x"])).toBeUndefined();
    },
  );

  it("stops before it makes a text that is too long", () => {
    expect(formatText("{0,999999}", ["x"], 1000)).toBeUndefined();
    expect(formatText("{0}{0}", ["abc"], 6)).toBe("abcabc");
    expect(formatText("{0}{0}", ["abc"], 5)).toBeUndefined();
  });
});

describe("date-times", () => {
  it.each([
    ["2022-01-01", "2022-01-01T00:00:00.0000000Z"],
    ["2022-01-01T15:00", "2022-01-01T15:00:00.0000000Z"],
    ["2022-01-01T15:00:00.1234567+02:00", "2022-01-01T13:00:00.1234567Z"],
    ["2022-01-01T15:00:00.99999995Z", "2022-01-01T15:00:01.0000000Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000Z"],
    ["1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5000000Z"],
    ["1/3/2022 11:34:22 AM", "2022-01-03T11:34:22.0000000Z"],
    ["1/3/2022 12:34:22 AM", "2022-01-03T00:34:22.0000000Z"],
    ["Mon, 03 Jan 2022 11:34:22 GMT", "2022-01-03T11:34:22.0000000Z"],
  ])("%s", (text, expected) => {
    const ticks = parseDateTimeText(text);
    expect(ticks === undefined ? undefined : dateTimeText(ticks)).toBe(expected);
  });

  it.each(["2022-01-01T24:00", "20220101", "2022-02-30", "0000-01-01", "0001-01-01T00:00:00+01:00", "x"])(
    "%s is none",
    (text) => {
      expect(parseDateTimeText(text)).toBeUndefined();
    },
  );

  it("takes the other forms only where they are asked for, and gives the UTC day", () => {
    expect(parseIsoDateTime("1/3/2022 11:34:22 AM")).toBeUndefined();
    expect(dateText(parseIsoDateTime("2022-01-03T23:59:59.9999999Z") ?? 0n)).toBe("2022-01-03");
    expect(dateTimeText(ticksOf(Date.UTC(2026, 0, 1, 1, 2, 3, 4)))).toBe("2026-01-01T01:02:03.0040000Z");
  });
});

it.each([
  [0, 726],
  [1, 248],
  [2, 771],
  [7, 383],
  [42, 668],
  [100, 968],
  [1234, 399],
  [-42, 668],
])("seed %i gives .NET's first number below 1000", (seed, expected) => {
  expect(seededInteger(seed, 1000)).toBe(expected);
});

it("writes addresses as UriBuilder and HttpUtility do", () => {
  expect(escapePath('a b"<>#?%zz%41\\é')).toBe("/a%20b%22%3C%3E%23%3F%25zz%41/%C3%A9");
  expect(escapePath("/x:y@z;,+&=$!'()*[]~")).toBe("/x:y@z;,+&=$!'()*[]~");
  expect(encodeQueryText("a b+c~d'e@f(!.*)é")).toBe("a+b%2bc%7ed%27e%40f(!.*)%c3%a9");
});

describe("JSON", () => {
  const read = (text: string) => {
    const reading = readJson(text);
    return reading.kind === "json" ? jsonText(reading.node) : "invalid";
  };

  it("keeps numbers and takes the last of equal names", () => {
    expect(read(' {"a":1.0,"b":9223372036854775807,"a":[true,null,"\\u00e9\\n"]} ')).toBe(
      '{"a":[true,null,"é\\n"],"b":9223372036854775807}',
    );
    expect(read('{"__proto__":{"x":1}}')).toBe('{"__proto__":{"x":1}}');
  });

  it("takes what Json.NET takes, and says so", () => {
    const reading = readJson("{a: 'it', /* c */ \"b\": [1,],}");
    expect(reading).toMatchObject({ kind: "json", lenient: true });
    expect(readJson('{"a":[1]}')).toMatchObject({ lenient: false });
    expect(read("{a: 'it'}")).toBe('{"a":"it"}');
  });

  it.each(["", "not json", "{", '{"a"}', '{"a":1} x', "[1 2]", "01", '"\\q"', "[".repeat(70), "{,}"])(
    "%j is none",
    (text) => {
      expect(read(text)).toBe("invalid");
    },
  );

  it("gives scalars as .NET writes them", () => {
    const scalar = (text: string) => {
      const reading = readJson(text);
      return reading.kind === "json" ? jsonScalarText(reading.node) : undefined;
    };
    expect(["true", "null", "1.50", "-0", '{"a": [1]}', "1e400"].map(scalar)).toEqual([
      "True",
      "",
      "1.5",
      "0",
      '{"a":[1]}',
      "Infinity",
    ]);
  });
});

describe("XML as JSON", () => {
  const read = (xml: string) => {
    const reading = xmlToJson(xml);
    return reading.kind === "json" ? jsonText(reading.node) : "invalid";
  };

  it.each([
    [
      '<?xml version="1.0" encoding="utf-8"?><a/>',
      '{"?xml":{"@version":"1.0","@encoding":"utf-8"},"a":null}',
    ],
    ["<r><i>a</i><o/><i>b</i></r>", '{"r":{"i":["a","b"],"o":null}}'],
    ["<r>\n  <a> x </a>\n</r>", '{"r":{"a":" x "}}'],
    ["<a><![CDATA[<b>]]></a>", '{"a":{"#cdata-section":"<b>"}}'],
    ["<a>x<b/>y</a>", '{"a":{"#text":["x","y"],"b":null}}'],
    ['<n:a xmlns:n="urn:x" y="1"/>', '{"n:a":{"@xmlns:n":"urn:x","@y":"1"}}'],
    ["<a><!-- c -->t</a>", '{"a":"t"}'],
    ["<a>&lt;&#233;</a>", '{"a":"<é"}'],
  ])("%s", (xml, expected) => {
    expect(read(xml)).toBe(expected);
  });

  it.each([
    "<a>",
    "<a></b>",
    "",
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    "<a>&undefined;</a>",
    `${"<a>".repeat(70)}${"</a>".repeat(70)}`,
  ])("%s is refused", (xml) => {
    expect(read(xml)).toBe("invalid");
  });
});
