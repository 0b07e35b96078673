import { afterEach, describe, expect, it } from "vitest";
import type { TenantPolicy } from "../tenant/tenant.ts";
import { type ScriptedServer, scriptedServer } from "./scripted-server.fixture.ts";
import { shown } from "./test-browser.fixture.ts";

// What happens to a journey when something else happens to the server.

let server: ScriptedServer;
afterEach(() => server.close());

const policyKey = "b2c_1_susi";

function policiesOfTenant(): Map<string, TenantPolicy> {
  const [tenant] = server.tenants;
  if (tenant === undefined) throw new Error("no tenant");
  return tenant.policies as Map<string, TenantPolicy>;
}

/** Loads a new version of the policy, as a saved file does. */
function reload(version: string): void {
  const policies = policiesOfTenant();
  const policy = policies.get(policyKey);
  if (policy === undefined) throw new Error("no policy");
  policies.set(policyKey, { ...policy, program: { ...policy.program, version } });
}

describe("a policy that changes while a journey runs", () => {
  it("serves the next journey; the running one keeps its version", async () => {
    server = await scriptedServer();
    const browser = server.browser();
    const page = await browser.start();
    reload("2");
    await browser.act(page);
    const later = await browser.start();
    await browser.act(later);
    expect(server.script.versions).toEqual(["1", "1", "2", "2"]);
  });

  it("goes on with the current version where a restart lost the old one", async () => {
    server = await scriptedServer();
    const browser = server.browser();
    const page = await browser.start();
    reload("2");
    const restarted = await scriptedServer({ beside: server });
    const after = restarted.browser();
    for (const [name, value] of browser.cookies) after.cookies.set(name, value);
    expect((await after.act(page)).status).toBe(200);
    await restarted.close();
    expect(server.script.versions).toEqual(["1", "2"]);
  });

  it("ends the journey where the policy is gone", async () => {
    server = await scriptedServer();
    const browser = server.browser();
    const page = await browser.start();
    policiesOfTenant().delete(policyKey);
    expect((await browser.act(page)).status).toBe(404);
  });
});

describe("two requests on one journey", () => {
  it("lets nothing count that somebody else's save overtook", async () => {
    server = await scriptedServer();
    const browser = server.browser();
    const page = await browser.start();
    const tenantId = server.tenants[0]?.id ?? "";
    server.script.before = async () => {
      const stored = await server.store.journeys.load(tenantId, page.tid);
      if (stored !== undefined) await server.store.journeys.save(tenantId, stored);
    };
    const posted = await browser.post(page, { answer: "ok" });
    expect([posted.status, await posted.text()]).toEqual([503, ""]);
    const moved = await browser.act(page, "cancelled");
    expect(moved.status).toBe(503);
    delete server.script.before;
    // The submission was not kept: the first page is still asked for.
    expect((await shown(await browser.act(page))).api).toBe("CombinedSigninAndSignup");
  });

  it("moves once when confirmed comes twice at the same time", async () => {
    server = await scriptedServer();
    const browser = server.browser();
    const page = await browser.start();
    await browser.post(page, { answer: "ok" });
    const both = await Promise.all([browser.act(page), browser.act(page)]);
    for (const response of both) expect((await shown(response)).api).toBe("SelfAsserted");
    expect(server.script.issued).toBe(0);
  });
});

describe("a database that is away", () => {
  it("is 503: a page for a navigation, an empty answer for a form", async () => {
    server = await scriptedServer();
    const browser = server.browser();
    const page = await browser.start();
    await server.store.close();
    const moved = await browser.act(page);
    expect(moved.status).toBe(503);
    expect(await moved.text()).toContain("AADB2C90035");
    const posted = await browser.post(page, { answer: "ok" });
    expect([posted.status, await posted.text()]).toEqual([503, ""]);
  });
});

describe("a policy that shows errors itself", () => {
  it("keeps a failure on the error page, and still tells the application of a cancelled sign-in", async () => {
    server = await scriptedServer({ behaviors: { onErrorMode: "DisplayInService" } });
    const browser = server.browser();
    const page = await browser.start();
    await browser.act(page, "unified", "claimsexchange=GoogleExchange&");
    const failed = await browser.fetch(
      `/contoso.onmicrosoft.com/oauth2/authresp?state=${page.transId}.n&error=x`,
    );
    expect(failed.status).toBe(400);
    expect(await failed.text()).toContain("AADB2C90273");
    const other = await browser.start();
    expect((await browser.act(other, "cancelled")).headers.get("location")).toContain("AADB2C90091");
  });

  it("keeps there, too, that no tokens could be made", async () => {
    server = await scriptedServer({ behaviors: { onErrorMode: "DisplayInService" }, pages: 1 });
    server.script.refusal = "AADB2C90019: No key signs tokens.\r\nCorrelation ID: 1\r\n";
    const browser = server.browser();
    const page = await browser.start();
    await browser.post(page, { answer: "ok" });
    const failed = await browser.act(page);
    expect([failed.status, failed.headers.get("location")]).toEqual([400, null]);
    expect(await failed.text()).toContain("AADB2C90019: No key signs tokens.");
  });
});

describe("in production mode", () => {
  it("audit rows are kept and traces are not", async () => {
    server = await scriptedServer({ mode: "production" });
    const page = await server.browser().start();
    const tenantId = server.tenants[0]?.id ?? "";
    expect(await server.store.observations.trace(tenantId, page.tid)).toEqual([]);
    expect((await server.store.observations.listAudit(tenantId, 10)).map((row) => row.correlationId)).toEqual(
      [page.tid],
    );
  });
});
