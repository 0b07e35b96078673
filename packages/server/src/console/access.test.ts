import { request } from "node:http";
import type { FastifyRequest } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTestTenant } from "../development/tenant.fixture.ts";
import { startServer } from "../server.ts";
import { refusal } from "./access.ts";
import { type ConsoleServer, startConsole } from "./console.fixture.ts";

let console: ConsoleServer;

beforeAll(async () => {
  console = await startConsole();
});
afterAll(async () => {
  await console?.close();
});

const everything = [
  "/dev",
  "/dev/run",
  "/dev/outbox",
  "/dev/outbox.json",
  "/dev/calls",
  "/dev/calls.json",
  "/dev/journeys",
  "/dev/journeys.json",
  "/dev/diagnostics.json",
  "/dev/console.css",
];

describe("the console", () => {
  it("is where `/` leads in development mode", async () => {
    const answer = await fetch(console.url, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/dev"]);
  });

  it("answers at the names of this machine", async () => {
    for (const host of ["localhost", "127.0.0.1", "[::1]"]) {
      expect((await send("/dev/outbox.json", { host: `${host}:80` })).status, host).toBe(200);
    }
  });

  it("refuses every other host name, also one that the server answers for: DNS rebinding", async () => {
    for (const path of everything) {
      for (const host of ["evil.example", "contoso.onmicrosoft.com", "localhost.evil.example"]) {
        const { status, body } = await send(path, { host });
        expect([400, 403], `${host}${path}`).toContain(status);
        expect(body).not.toContain("B2C_1_signup");
      }
    }
  });

  it("is no part of another site's page, but may be linked to", async () => {
    const foreign = { "sec-fetch-site": "cross-site" };
    expect((await send("/dev/outbox.json", { ...foreign, "sec-fetch-mode": "no-cors" })).status).toBe(403);
    expect((await send("/dev", { ...foreign, "sec-fetch-mode": "navigate" })).status).toBe(200);
  });

  it("forbids to keep, frame or share its answers, sets no cookie, and lets only its own script run", async () => {
    for (const path of everything.filter((one) => one !== "/dev/console.css")) {
      const { headers } = await fetch(console.url + path);
      expect(headers.get("cache-control"), path).toBe("no-store");
      expect(headers.get("x-frame-options"), path).toBe("DENY");
      expect(headers.get("cross-origin-resource-policy"), path).toBe("same-origin");
      expect(headers.getSetCookie(), path).toEqual([]);
      expect(headers.get("access-control-allow-origin"), path).toBeNull();
    }
    const policies = await Promise.all([1, 2].map(async () => (await fetch(`${console.url}/dev`)).headers));
    const [first, second] = policies.map((headers) => headers.get("content-security-policy"));
    expect(first).toMatch(/default-src 'none'; script-src 'nonce-[\w+/=]{20,}'/);
    expect(first).not.toContain("unsafe-inline");
    expect(first).not.toBe(second);
  });

  it("takes no form that another site, or nobody's page, posts", async () => {
    const post = (headers: Record<string, string>, body = "token=x&body={}") =>
      send("/dev/calls/1/replay", headers, body);
    expect((await post({})).status).toBe(403);
    expect((await post({ origin: console.url })).status).toBe(403);
    const page = await fetch(
      `${console.url}/dev/run?tenant=contoso.onmicrosoft.com&policy=B2C_1_signin&target=${encodeURIComponent(
        "bbbbbbbb-0000-4000-8000-000000000001 http://localhost:9/cb",
      )}`,
    );
    const token = /name="token" value="([^"]+)"/.exec(await page.text())?.[1] ?? "none";
    const body = new URLSearchParams({ token, body: "{}" }).toString();
    expect((await post({ origin: "http://evil.example" }, body)).status).toBe(403);
    expect((await post({ origin: "null" }, body)).status).toBe(403);
    expect((await post({}, body)).status).toBe(403);
    // Its own page may post; the call is not there, and that is found out only now.
    expect((await post({ origin: console.url }, body)).status).toBe(404);
  });

  it("answers 413 to a body that no form of it has, and 404 to what it does not have", async () => {
    const headers = { origin: console.url };
    const large = await send("/dev/calls/1/replay", headers, `body=${"x".repeat(200_000)}`);
    expect(large.status).toBe(413);
    for (const path of [
      "/dev/nothing",
      "/dev/calls/nothing",
      "/dev/journeys/nothing",
      "/dev/outbox/x/html",
    ]) {
      expect((await fetch(console.url + path)).status, path).toBe(404);
    }
    expect((await fetch(`${console.url}/dev/journeys/nothing.json`)).status).toBe(404);
  });
});

describe("a server that was told another host", () => {
  it("shows the console there, too, and nowhere else", async () => {
    const told = await startConsole({ publicHosts: ["dev.example"] });
    try {
      const status = async (host: string) => (await send("/dev", { host }, undefined, told.url)).status;
      expect(await status("dev.example")).toBe(200);
      expect(await status("localhost")).toBe(200);
      expect(await status("contoso.onmicrosoft.com")).toBe(403);
    } finally {
      await told.close();
    }
  });

  it("shows it to other machines only when it was told to listen to them", () => {
    const from = (remoteAddress: string, host = "localhost:4480") =>
      ({ hostname: "localhost", socket: { remoteAddress }, headers: { host } }) as unknown as FastifyRequest;
    expect(refusal(from("192.0.2.7"), { publicHosts: [] })).toContain("only to this machine");
    expect(refusal(from("192.0.2.7"), { publicHosts: [], host: "0.0.0.0" })).toBeUndefined();
    for (const own of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
      expect(refusal(from(own), { publicHosts: [] })).toBeUndefined();
    }
  });

  it("goes by the Host header that a browser sent, whatever a script says was forwarded: DNS rebinding", () => {
    const rebound = {
      hostname: "localhost",
      socket: { remoteAddress: "127.0.0.1" },
      headers: { host: "evil.example:4480", "x-forwarded-host": "localhost" },
    } as unknown as FastifyRequest;
    expect(refusal(rebound, { publicHosts: [] })).toContain("answers at localhost");
    expect(refusal(rebound, { publicHosts: ["evil.example"] })).toBeUndefined();
  });
});

describe("a tunnel or proxy to a server that was told no public host", () => {
  it.each(["forwarded", "x-forwarded-for", "x-forwarded-host", "X-Forwarded-Proto", "x-real-ip"])(
    "sees no console, whatever Host it sends: %s",
    async (name) => {
      for (const path of ["/dev", "/dev/outbox.json", "/dev/calls.json"])
        expect((await send(path, { host: "localhost", [name]: "for=203.0.113.7" })).status, path).toBe(403);
      expect((await send("/dev", { host: "localhost" })).status).toBe(200);
    },
  );

  it("sees the console of one that was told", async () => {
    const told = await startConsole({ publicHosts: ["dev.example"] });
    const headers = { host: "dev.example", "x-forwarded-for": "203.0.113.7" };
    expect((await send("/dev", headers, undefined, told.url)).status).toBe(200);
    await told.close();
  });
});

describe("a server in production mode", () => {
  it("has no console at all", async () => {
    const tenant = await makeTestTenant();
    const server = await startServer({
      directories: [tenant.directory],
      mode: "production",
      httpPort: 0,
      dataDir: tenant.dataDir,
      logLevel: "silent",
    });
    try {
      for (const path of ["/", ...everything]) {
        const answer = await fetch(server.url + path, { redirect: "manual" });
        expect(answer.status, path).toBe(404);
      }
    } finally {
      await server.close();
      await tenant.remove();
    }
  });
});

/** A request with headers that `fetch` would not send. */
function send(
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
  url = console.url,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url + path,
      {
        method: body === undefined ? "GET" : "POST",
        headers: {
          ...(body !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
          ...headers,
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
