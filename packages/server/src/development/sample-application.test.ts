import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../server.ts";
import { makeTestTenant, type TestTenant } from "./tenant.fixture.ts";

let tenant: TestTenant;
let server: RunningServer;

beforeAll(async () => {
  tenant = await makeTestTenant();
  server = await startServer({
    directories: [tenant.directory],
    mode: "development",
    httpPort: 0,
    dataDir: tenant.dataDir,
    logLevel: "silent",
  });
});
afterAll(async () => {
  await server.close();
  await tenant.remove();
});

describe("the sample application", () => {
  it("serves one page for its three addresses, and only its own files", async () => {
    for (const path of ["/app", "/app/login?policy=B2C_1_signin", "/app/callback?code=x&state=y"]) {
      const answer = await fetch(server.url + path);
      expect(answer.status, path).toBe(200);
      expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(await answer.text()).toContain('src="/app/main.js"');
    }
    expect((await fetch(`${server.url}/app/oauth.js`)).headers.get("content-type")).toContain("javascript");
    for (const path of ["/app/index.html", "/app/..%2fREADME.md", "/app/README.md"]) {
      expect((await fetch(server.url + path)).status, path).toBe(404);
    }
  });

  it("takes a form_post answer to its page without losing a field", async () => {
    const answer = await fetch(`${server.url}/app/callback`, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ code: "a+b/c=", state: "s&t" }),
    });
    expect(answer.status).toBe(303);
    const [path, fragment] = (answer.headers.get("location") ?? "").split("#");
    expect(path).toBe("/app/callback");
    expect(Object.fromEntries(new URLSearchParams(fragment))).toEqual({ code: "a+b/c=", state: "s&t" });
  });

  it("redeems no code for a client that does not exist or has no secret", async () => {
    const answer = await fetch(`${server.url}/app/redeem`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        tenant: "fabrikam.onmicrosoft.com",
        policy: "B2C_1_signin",
        client_id: "bbbbbbbb-0000-4000-8000-000000000009",
        code: "x",
      }),
    });
    expect([answer.status, (await answer.json()).error]).toEqual([400, "invalid_request"]);
  });
});
