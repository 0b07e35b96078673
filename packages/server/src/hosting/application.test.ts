import { Writable } from "node:stream";
import Fastify from "fastify";
import { describe, expect, it } from "vitest";
import { createHttpApplication } from "./application.ts";
import { hostRule } from "./hosts.ts";
import { logSerializers } from "./log.ts";
import { sendPlainError } from "./plain-error.ts";

function application(options: { readonly trustedProxies?: readonly string[] } = {}) {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const app = createHttpApplication({
    log: Fastify({ logger: { level: "trace", stream: sink, serializers: logSerializers } }).log,
    logLevel: "info",
    trustedProxies: options.trustedProxies ?? [],
    servesHost: hostRule({ configured: ["login.example"], ofTenants: () => ["tenant.example"] }),
    sendError: (_request, reply, error) => sendPlainError(reply, error, 0),
  });
  app.get("/boom", async () => {
    throw new Error("the password is hunter2");
  });
  app.get("/fine", async (request) => ({ protocol: request.protocol, ip: request.ip }));
  app.post("/body", async () => "ok");
  return { app, lines };
}

describe("every answer", () => {
  it("forbids content sniffing, and asks for https where the name is public and the scheme is https", async () => {
    const { app } = application({ trustedProxies: ["127.0.0.1"] });
    const plain = await app.inject({ url: "/fine", headers: { host: "login.example" } });
    expect(plain.headers["x-content-type-options"]).toBe("nosniff");
    expect(plain.headers["strict-transport-security"]).toBeUndefined();
    const secure = { host: "login.example", "x-forwarded-proto": "https" };
    const proxied = await app.inject({ url: "/fine", headers: secure });
    expect(proxied.headers["strict-transport-security"]).toContain("max-age=");
    const local = await app.inject({ url: "/fine", headers: { ...secure, host: "localhost:4443" } });
    expect(local.headers["strict-transport-security"]).toBeUndefined();
  });

  it("ignores X-Forwarded headers of a peer that is no trusted proxy", async () => {
    const { app } = application();
    const headers = { host: "login.example", "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9" };
    const answer = await app.inject({ url: "/fine", headers });
    expect(answer.json()).toEqual({ protocol: "http", ip: "127.0.0.1" });
  });

  it("tells the operator once that a proxy is not named, since visitors look like one then", async () => {
    const { app, lines } = application();
    const headers = { host: "login.example", "x-forwarded-for": "203.0.113.9" };
    for (let count = 0; count < 3; count += 1) await app.inject({ url: "/fine", headers });
    expect(lines.filter((line) => line.includes("--trusted-proxy"))).toHaveLength(1);
    const trusting = application({ trustedProxies: ["127.0.0.1"] });
    await trusting.app.inject({ url: "/fine", headers });
    expect(trusting.lines.join("")).not.toContain("--trusted-proxy");
  });

  it("finds a path without regard to case, double and trailing slashes", async () => {
    const { app } = application();
    for (const url of ["/FINE", "//fine", "/fine/"]) {
      expect((await app.inject({ url, headers: { host: "localhost" } })).statusCode, url).toBe(200);
    }
  });
});

describe("a host name", () => {
  it.each(["localhost", "127.0.0.1:4480", "[::1]:4480", "LOGIN.example", "tenant.example:443"])(
    "%s is served",
    async (host) => {
      const { app } = application();
      expect((await app.inject({ url: "/fine", headers: { host } })).statusCode).toBe(200);
    },
  );

  it.each(["evil.example", "login.example.evil.example", "localhost.evil.example"])(
    "%j that nobody configured gets 400, whatever the path",
    async (host) => {
      const { app } = application();
      for (const url of ["/fine", "/nothing"]) {
        expect((await app.inject({ url, headers: { host } })).statusCode).toBe(400);
      }
    },
  );

  it("cannot be smuggled in by a forwarding header", async () => {
    const { app } = application();
    const headers = { host: "evil.example", "x-forwarded-host": "login.example" };
    expect((await app.inject({ url: "/fine", headers })).statusCode).toBe(400);
  });
});

describe("an error", () => {
  it("shows a sentence and a correlation id, never the cause; the log holds the cause under that id", async () => {
    const { app, lines } = application();
    const answer = await app.inject({ url: "/boom?code=secret-code", headers: { host: "localhost" } });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toMatch(/hunter2|Error:|at .*\.ts/);
    const id = /Correlation ID: ([0-9a-f-]{36})/.exec(answer.json().error_description)?.[1] ?? "none";
    const line = lines.find((one) => one.includes("request failed"));
    expect(line).toContain(id);
    expect(line).toContain("hunter2");
  });

  it("is 413 for a body above the limit and 404 for an unknown address", async () => {
    const { app } = application();
    const headers = { host: "localhost", "content-type": "text/plain" };
    const large = await app.inject({ method: "POST", url: "/body", headers, payload: "x".repeat(300_000) });
    expect(large.statusCode).toBe(413);
    expect((await app.inject({ url: "/nothing", headers: { host: "localhost" } })).statusCode).toBe(404);
  });
});

describe("the log", () => {
  it("never holds a query string, a cookie or an authorization header", async () => {
    const { app, lines } = application();
    await app.inject({
      url: "/fine?code=AAA&id_token_hint=BBB",
      headers: {
        host: "localhost",
        cookie: "x-ms-cpim-sso=CCC",
        authorization: "Basic DDD",
        referer: "https://x/?code=EEE",
      },
    });
    await app.inject({ url: "/boom?code=AAA", headers: { host: "localhost", cookie: "c=CCC" } });
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join("")).not.toMatch(/AAA|BBB|CCC|DDD|EEE/);
    expect(lines.join("")).toContain('"path":"/fine"');
  });
});
