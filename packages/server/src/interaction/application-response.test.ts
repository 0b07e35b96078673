import fc from "fast-check";
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApplicationAnswer } from "../context.ts";
import { answerUrl, formPostPage, objectMoved, urlEncode } from "./application-response.ts";
import { type ScriptedServer, scriptedServer } from "./scripted-server.fixture.ts";

const answer = (more: Partial<ApplicationAnswer>): ApplicationAnswer => ({
  redirectUri: "https://app.test/cb",
  mode: "query",
  fields: [
    ["state", "s 1&/"],
    ["code", "abc"],
  ],
  ...more,
});

describe("the redirect", () => {
  it("encodes as .NET does: blanks as +, lower-case hex", () => {
    expect(urlEncode("AADB2C90091: a\r\nü/?*()!")).toBe("AADB2C90091%3a+a%0d%0a%c3%bc%2f%3f*()!");
  });

  it("merges into a query and goes behind the fragment mark", () => {
    expect(answerUrl(answer({}))).toBe("https://app.test/cb?state=s+1%26%2f&code=abc");
    expect(answerUrl(answer({ redirectUri: "https://app.test/cb?x=1" }))).toBe(
      "https://app.test/cb?x=1&state=s+1%26%2f&code=abc",
    );
    expect(answerUrl(answer({ mode: "fragment" }))).toBe("https://app.test/cb#state=s+1%26%2f&code=abc");
  });

  it("cannot break out of its header, and the application reads what was meant", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (state, description) => {
        const url = answerUrl(
          answer({
            fields: [
              ["state", state],
              ["error_description", description],
            ],
          }),
        );
        expect(url).toMatch(/^[\x21-\x7e]+$/);
        const read = new URL(url).searchParams;
        expect(read.get("state")).toBe(state.toWellFormed());
        expect(read.get("error_description")).toBe(description.toWellFormed());
      }),
    );
  });

  it("has ASP.NET's body, from which JMeter cuts the code", () => {
    const body = objectMoved(answerUrl(answer({})));
    expect(body.split("\r\n")).toEqual([
      "<html><head><title>Object moved</title></head><body>",
      '<h2>Object moved to <a href="https://app.test/cb?state=s+1%26%2f&amp;code=abc">here</a>.</h2>',
      "</body></html>",
      "",
    ]);
    expect(/.*code=([^"]*)/.exec(body)?.[1]).toBe("abc");
  });

  it("writes other schemes URL-encoded with lower-case hex", () => {
    const url = answerUrl(answer({ redirectUri: "msalabc://auth/", fields: [["state", "x"]] }));
    expect(url).toBe("msalabc://auth/?state=x");
    expect(objectMoved(url)).toContain('<a href="msalabc%3a%2f%2fauth%2f%3fstate%3dx">');
  });
});

describe("the form_post page", () => {
  it("satisfies the literal searches of clients", () => {
    const html = formPostPage(
      "https://app.test/cb",
      [
        ["state", "s1"],
        ["code", "abc"],
        ["id_token", "a.b.c"],
      ],
      "n",
    );
    for (const text of [
      "<form id='auto' method='post' action='https://app.test/cb'>",
      "id='state' value='s1'",
      "name='state' id='state' value='",
      "id='code' value='abc'",
      "id='id_token' value='a.b.c'/>",
      "name='code'",
      "<title>Logging in...</title>",
      "<input type='submit' value='Continue'/>",
    ])
      expect(html).toContain(text);
    expect(/name='code' id='code' value='([^']*)'/.exec(html)?.[1]).toBe("abc");
  });

  it("carries any text through HTML unchanged and grows no element by it", () => {
    const corpus = [
      "'/><script>alert(1)</script>",
      `" onfocus=alert(1) x="`,
      "' onfocus='alert(1)",
      "</form><form action='https://evil.test'>",
      "&#39;/&gt;&lt;script&gt;",
      "<!--",
      "]]>",
      "\u2028\u0085\ufeff",
      "a\r\nb\nc",
      "javascript:alert(1)",
    ];
    const check = (value: string) => {
      const html = formPostPage("https://app.test/cb", [["state", value]], "n");
      const inputs = elements(html, "input");
      expect(inputs).toHaveLength(2);
      expect(inputs[0]?.value).toBe(value.replaceAll("\0", ""));
      expect(elements(html, "script")).toHaveLength(1);
      expect(elements(html, "form")).toHaveLength(1);
    };
    for (const value of corpus) check(value);
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), check));
  });

  it("refuses to post to a script", () => {
    expect(() => formPostPage(" JavaScript:alert(1)", [], "n")).toThrow();
  });
});

describe("over the wire", () => {
  let server: ScriptedServer;
  beforeAll(async () => {
    server = await scriptedServer({ pages: 1 });
  });
  afterAll(() => server.close());

  it.each(["query", "fragment", "form_post"])("answers in mode %s", async (mode) => {
    const browser = server.browser({ https: true });
    const page = await browser.start(`&response_mode=${mode}`);
    await browser.post(page, { answer: "ok" });
    const end = await browser.act(page);
    expect(end.headers.get("x-request-id")).toBe(page.tid);
    expect(end.headers.get("cache-control")).toBe("no-store, must-revalidate, no-cache");
    const html = await end.text();
    if (mode === "form_post") {
      expect(end.status).toBe(200);
      expect(/name='state' id='state' value='([^']*)'/.exec(html)?.[1]).toBe("s1");
      expect(/name='code' id='code' value='([\w.-]+)'/.exec(html)).not.toBeNull();
      const nonce = /script-src 'nonce-([^']+)'/.exec(end.headers.get("content-security-policy") ?? "")?.[1];
      expect(html).toContain(`<script nonce='${nonce}'>`);
    } else {
      expect(end.status).toBe(302);
      const mark = mode === "query" ? "\\?" : "#";
      expect(end.headers.get("location")).toMatch(
        new RegExp(`^https://app\\.test/cb${mark}state=s1&code=[\\w.-]+$`),
      );
      expect(/.*code=([^"]*)/.exec(html)?.[1]).toMatch(/^[\w.-]+$/);
    }
  });
});

function elements(html: string, name: string): { readonly value: string | undefined }[] {
  const found: { readonly value: string | undefined }[] = [];
  const visit = (node: DefaultTreeAdapterTypes.Node) => {
    if ("tagName" in node && node.tagName === name)
      found.push({ value: node.attrs.find((attribute) => attribute.name === "value")?.value });
    if ("childNodes" in node) node.childNodes.forEach(visit);
  };
  visit(parse(html));
  return found;
}
