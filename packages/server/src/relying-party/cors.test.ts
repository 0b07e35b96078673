import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { base, codeFor, minimal, postToken, spaCode, webCode } from "./requests.fixture.ts";
import { startTestServer, type TestServer } from "./server.fixture.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe("scripts of other origins", () => {
  const preflight = (origin: string) =>
    fetch(`${server.url}${base}/token`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      },
    });

  test("a single-page application may ask and read, errors included", async () => {
    const headers = { origin: "https://spa.example" };
    const before = await preflight("https://spa.example");
    expect([before.status, before.headers.get("access-control-allow-origin")]).toEqual([
      204,
      "https://spa.example",
    ]);
    expect(before.headers.get("access-control-allow-headers")).toBe("content-type");
    const good = await postToken(server, spaCode(await codeFor(server, minimal.spa)), { headers });
    expect([good.status, good.headers.get("access-control-allow-origin")]).toEqual([
      200,
      "https://spa.example",
    ]);
    expect(good.headers.get("vary")).toBe("Origin");
    expect(good.headers.get("access-control-allow-credentials")).toBeNull();
    const bad = await postToken(server, spaCode("nothing"), { headers });
    expect([bad.status, bad.headers.get("access-control-allow-origin")]).toEqual([
      400,
      "https://spa.example",
    ]);
  });

  test.each([
    "https://evil.example",
    "https://spa.example.evil.example",
    "http://spa.example",
    "null",
    "https://app.example",
  ])("%s may not", async (origin) => {
    const before = await preflight(origin);
    expect([before.status, before.headers.get("access-control-allow-origin")]).toEqual([204, null]);
    const answer = await postToken(server, spaCode(await codeFor(server, minimal.spa)), {
      headers: { origin },
    });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("the web application's answer is for nobody's script", async () => {
    const headers = { origin: "https://spa.example" };
    const answer = await postToken(server, webCode(await codeFor(server, minimal.web)), { headers });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, null]);
  });
});
