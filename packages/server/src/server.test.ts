import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localCertificate } from "./development/certificate-authority.ts";
import { makeTestTenant, type TestTenant } from "./development/tenant.fixture.ts";
import { ListenError, type RunningServer, type ServerOptions, startServer, TenantErrors } from "./server.ts";

const cheap = { memoryCost: 8, timeCost: 1, parallelism: 1 };
let tenant: TestTenant;
let running: RunningServer[];

beforeEach(async () => {
  tenant = await makeTestTenant();
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.close()));
  await tenant.remove();
});

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({
    directories: [tenant.directory],
    mode: "development",
    httpPort: 0,
    dataDir: tenant.dataDir,
    passwordHashing: cheap,
    logLevel: "silent",
    ...options,
  });
  running.push(server);
  return server;
}

const discoveryPath = "/fabrikam.onmicrosoft.com/B2C_1_signin/v2.0/.well-known/openid-configuration";

describe("a server", () => {
  it("answers /healthz with 200 and serves its tenant's metadata", async () => {
    const { url } = await start();
    const health = await fetch(`${url}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: "ok" }]);
    const metadata = await (await fetch(url + discoveryPath)).json();
    expect(metadata.token_endpoint.toLowerCase()).toBe(
      `${url}/fabrikam.onmicrosoft.com/b2c_1_signin/oauth2/v2.0/token`,
    );
  });

  it("closes twice without harm and starts again on the same data", async () => {
    const first = await start();
    const keys = await (
      await fetch(`${first.url}/fabrikam.onmicrosoft.com/B2C_1_signin/discovery/v2.0/keys`)
    ).json();
    await first.close();
    await first.close();
    await expect(fetch(`${first.url}/healthz`)).rejects.toThrow();
    const second = await start();
    const again = await (
      await fetch(`${second.url}/fabrikam.onmicrosoft.com/B2C_1_signin/discovery/v2.0/keys`)
    ).json();
    expect(keys.keys.length).toBeGreaterThan(0);
    expect(again).toEqual(keys);
  });

  it("serves https beside http to a client that trusts the local authority and nothing else", async () => {
    const folder = await mkdtemp(join(tmpdir(), "vestibule-authority-"));
    try {
      const { tls, authority } = await localCertificate(folder, Date.now());
      const server = await start({ httpsPort: 0, tls, authority });
      const body = await get(`${server.httpsUrl}${discoveryPath}`, authority);
      expect(JSON.parse(body).issuer).toMatch(new RegExp(`^${server.httpsUrl}/`));
      await expect(get(`${server.httpsUrl}/healthz`, undefined)).rejects.toThrow(/certificate/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("leaves nothing open when a port is taken", async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);
    const second = startServer({
      directories: [tenant.directory],
      mode: "development",
      httpPort: port,
      dataDir: `${tenant.dataDir}-2`,
      logLevel: "silent",
    });
    await expect(second).rejects.toBeInstanceOf(ListenError);
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
  });

  it("shows a browser an error page with a correlation id, and a program JSON", async () => {
    const { url } = await start();
    const page = await fetch(`${url}/nothing/here`, { headers: { accept: "text/html" } });
    expect([page.status, page.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
    expect(await page.text()).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/);
    const json = await fetch(`${url}/nothing/here`);
    expect((await json.json()).error).toBe("invalid_request");
  });

  it("serves the sample application with the tenant's flows in development, and not in production", async () => {
    const { url, samplePath } = await start();
    expect((await fetch(url + samplePath)).headers.get("content-type")).toContain("text/html");
    const { tenants } = await (await fetch(`${url}/app/config.json`)).json();
    expect(tenants[0].policies.map((policy: { id: string }) => policy.id)).toEqual(["B2C_1_signin"]);
    const production = await start({ mode: "production", dataDir: `${tenant.dataDir}-production` });
    expect(production.samplePath).toBeUndefined();
    expect((await fetch(`${production.url}/app`)).status).toBe(404);
  });
});

describe("a tenant with errors", () => {
  it("does not start in production, and the error names the file and the line", async () => {
    await tenant.writeFlow('{\n  "id": "B2C_1_signin",\n  "userFlowTyp": "signIn"\n}');
    const attempt = start({ mode: "production" });
    await expect(attempt).rejects.toBeInstanceOf(TenantErrors);
    const { diagnostics } = await attempt.catch((error) => error);
    expect(diagnostics[0].at).toMatchObject({ file: tenant.flowFile, line: 3 });
  });

  it("does not start in production while its flows need mail and no mail server is named", async () => {
    await tenant.writeFlow({ id: "B2C_1_signin", userFlowType: "signUpOrSignIn" });
    const problem = await start({ mode: "production" }).catch((error) => error);
    expect(problem.diagnostics).toMatchObject([{ code: "ML001" }]);
    const smtp = { url: "smtps://user:password@127.0.0.1:465", from: "no-reply@fabrikam.example" };
    expect((await start({ mode: "production", smtp })).diagnostics).toEqual([]);
  });

  it("does not serve flows that text or call in production without a webhook that signs", async () => {
    await tenant.writeFlow({
      id: "B2C_1_signin",
      userFlowType: "signIn",
      multifactorAuthenticationConfiguration: {
        multifactorAuthenticationState: "on",
        multifactorAuthenticationMethod: "phoneSms",
      },
    });
    const codes = async (phone: ServerOptions["phone"]) => {
      const refused = await start({ mode: "production", ...(phone && { phone }) }).catch(
        (error: unknown) => error,
      );
      return refused instanceof TenantErrors
        ? refused.diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code)
        : refused;
    };
    expect(await codes(undefined)).toEqual(["PH001"]);
    expect(await codes({ webhook: "http://sms.example/send" })).toEqual(["PH002"]);
    expect(await codes({ webhook: "https://sms.example/send" })).toEqual(["PH003"]);
    const secret = "c2l4dGVlbi1ieXRlcy1hbmQtc29tZS1tb3Jl";
    const server = await start({
      mode: "production",
      phone: { webhook: "https://sms.example/send", secret },
    });
    expect(server.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  it("goes on serving its last good version in development, and the new one when it is mended", async () => {
    const changes: number[] = [];
    let noticed: () => void = () => undefined;
    const change = () =>
      new Promise<void>((resolve) => {
        noticed = resolve;
      });
    const { url } = await start({
      onTenantsChange: (diagnostics) => {
        changes.push(diagnostics.filter((one) => one.severity === "error").length);
        noticed();
      },
    });
    const broken = change();
    await tenant.writeFlow("{ broken");
    await broken;
    expect(changes.at(-1)).toBeGreaterThan(0);
    expect((await fetch(url + discoveryPath)).status).toBe(200);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);

    const mended = change();
    await tenant.writeFlow({ id: "B2C_1_signin", userFlowType: "signIn", userFlowTypeVersion: 3 });
    await mended;
    expect(changes.at(-1)).toBe(0);
    expect((await fetch(url + discoveryPath)).status).toBe(200);
  });
});

/** GET by a client whose only trusted authority is `ca`. */
function get(url: string, ca: string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { ...(ca !== undefined && { ca }) }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve(body));
    })
      .on("error", reject)
      .end();
  });
}
