import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HttpResult } from "@vestibule/engine";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Tenant } from "../tenant/tenant.ts";
import { pageAssets } from "./assets.ts";
import { registerStatic } from "./static.ts";
import { createTemplateSource } from "./template-source.ts";

let app: FastifyInstance;
let folder: string;
let tenant: Tenant;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vestibule-assets-"));
  await mkdir(join(folder, "assets", "img"), { recursive: true });
  await writeFile(join(folder, "secret.css"), "for nobody");
  await writeFile(join(folder, "assets", "img", "logo.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
  await writeFile(join(folder, "assets", "page.html"), "<h1>Hi</h1><div id=api></div>");
  await writeFile(join(folder, "assets", "plain.html"), "<h1>Hi</h1>");
  await writeFile(join(folder, "assets", ".hidden.css"), "hidden");
  await symlink(join(folder, "secret.css"), join(folder, "assets", "link.css"));
  // Only the folder and the id matter here; the rest of a tenant is never read.
  tenant = { id: "t1", directory: folder } as Tenant;
  app = Fastify();
  registerStatic(app, {
    tenants: {
      find: (name) => (name === "contoso" ? tenant : undefined),
      all: () => [tenant],
      diagnostics: () => [],
    },
  });
  await app.ready();
});

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

describe("static files", () => {
  it("serves style sheet and script for good, by the hash in their address", async () => {
    for (const asset of Object.values(pageAssets())) {
      const answer = await app.inject(asset.url);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers["cache-control"]).toContain("immutable");
      expect(answer.headers["access-control-allow-origin"]).toBe("*");
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
      const again = await app.inject({ url: asset.url, headers: { "if-none-match": asset.etag } });
      expect([again.statusCode, again.body]).toEqual([304, ""]);
    }
  });

  it("serves a tenant's images with their type, and lets them run nothing", async () => {
    const answer = await app.inject("/contoso/assets/img/logo.svg");
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "image/svg+xml"]);
    expect(answer.headers["content-security-policy"]).toContain("sandbox");
    expect(answer.headers["x-content-type-options"]).toBe("nosniff");
  });

  it.each([
    "/contoso/assets/../secret.css",
    "/contoso/assets/%2e%2e/secret.css",
    "/contoso/assets/..%2fsecret.css",
    "/contoso/assets/img/..%5c..%5csecret.css",
    "/contoso/assets/link.css",
    "/contoso/assets/.hidden.css",
    "/contoso/assets/page.html",
    "/contoso/assets/img",
    "/contoso/assets/%00.css",
    "/fabrikam/assets/img/logo.svg",
  ])("does not hand out %s", async (url) => {
    const answer = await app.inject(url);
    expect([404, 400]).toContain(answer.statusCode);
    expect(answer.body).not.toContain("for nobody");
  });
});

describe("the template source", () => {
  const origin = "https://login.example";
  function answer(status: number, body = "", headers: Record<string, string> = {}): HttpResult {
    return {
      kind: "answer",
      status,
      headers: { "content-type": "text/html", ...headers },
      body,
      attempts: [],
    };
  }
  const good = "<div id='api'></div>";
  function source(answers: HttpResult[], clock = { now: 0 }) {
    const asked: { url: string; headers: Readonly<Record<string, string>> }[] = [];
    const made = createTemplateSource({
      now: () => clock.now,
      fetchText: async (url, { headers }) => {
        asked.push({ url, headers });
        return (
          answers.shift() ?? { kind: "failure", failure: "connect", detail: "no more answers", attempts: [] }
        );
      },
    });
    return { load: (uri: string) => made.load(tenant, uri, origin), asked };
  }

  it("takes B2C's own templates for our own look", async () => {
    expect(await source([]).load("~/tenant/default/unified.cshtml")).toEqual({ kind: "default" });
  });

  it("reads templates of the tenant's folder, and nothing beside it", async () => {
    const { load } = source([]);
    expect(await load("~/assets/page.html?ui_locales=en")).toMatchObject({
      kind: "template",
      html: expect.stringContaining("Hi"),
    });
    for (const uri of ["~/assets/../secret.css", "~/assets/none.html"]) {
      expect(await load(uri)).toMatchObject({ kind: "failed", code: "AADB2C90002" });
    }
    expect(await load("~/assets/plain.html")).toMatchObject({ kind: "failed", code: "AADB2C90065" });
  });

  it("says who asks, and keeps the answer for a minute at most", async () => {
    const clock = { now: 0 };
    const { load, asked } = source(
      [answer(200, good, { "cache-control": "max-age=9999" }), answer(200, `${good}new`)],
      clock,
    );
    await load("https://cdn.example/a.html");
    clock.now = 59_000;
    expect(await load("https://cdn.example/a.html")).toMatchObject({ html: good });
    clock.now = 61_000;
    expect(await load("https://cdn.example/a.html")).toMatchObject({ html: `${good}new` });
    expect(asked).toHaveLength(2);
    expect(asked[0]?.headers).toMatchObject({ origin, accept: "text/html" });
  });

  it("asks again where the host forbids keeping, with the copy's tag", async () => {
    const { load, asked } = source([
      answer(200, good, { "cache-control": "no-cache", etag: '"1"' }),
      answer(304),
    ]);
    await load("https://cdn.example/a.html");
    expect(await load("https://cdn.example/a.html")).toMatchObject({ html: good });
    expect(asked[1]?.headers["if-none-match"]).toBe('"1"');
  });

  it("lives on its last good copy while the host is away", async () => {
    const { load } = source([answer(200, good, { "cache-control": "no-store" }), answer(503)]);
    await load("https://cdn.example/a.html");
    expect(await load("https://cdn.example/a.html")).toMatchObject({ kind: "template", html: good });
  });

  it("follows three redirects, not four, and never one to http", async () => {
    const hop = (to: string) => answer(302, "", { location: to });
    const three = source([hop("/1"), hop("/2"), hop("https://b.example/3"), answer(200, good)]);
    expect(await three.load("https://cdn.example/a.html")).toMatchObject({ kind: "template" });
    expect(three.asked.map(({ url }) => url).at(-1)).toBe("https://b.example/3");
    const four = source([hop("/1"), hop("/2"), hop("/3"), hop("/4"), answer(200, good)]);
    expect(await four.load("https://cdn.example/a.html")).toMatchObject({ kind: "failed" });
    const plain = source([hop("http://b.example/"), answer(200, good)]);
    expect(await plain.load("https://cdn.example/a.html")).toMatchObject({ kind: "failed" });
    expect(plain.asked).toHaveLength(1);
  });

  it.each([
    [answer(404), "AADB2C90002"],
    [answer(500), "AADB2C90065"],
    [answer(200, "<p>none</p>"), "AADB2C90065"],
    [answer(200, good, { "content-type": "application/json" }), "AADB2C90065"],
    [{ kind: "failure", failure: "refusedAddress", detail: "", attempts: [] } as HttpResult, "AADB2C90065"],
  ])("fails clearly on a first bad answer (%#)", async (bad, code) => {
    expect(await source([bad]).load("https://cdn.example/a.html")).toMatchObject({ kind: "failed", code });
  });

  it.each(["http://cdn.example/a.html", "https://u:p@cdn.example/a.html", "file:///etc/passwd", "nonsense"])(
    "does not ask %s",
    async (uri) => {
      const { load, asked } = source([answer(200, good)]);
      expect(await load(uri)).toMatchObject({ kind: "failed" });
      expect(asked).toEqual([]);
    },
  );
});
