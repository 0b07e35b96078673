import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import type { IncomingCall } from "./call.ts";
import { connector, continueWith, toNode } from "./index.ts";
import { type RequestTokenDemand, requestToken, requestTokenReader } from "./jwt.ts";
import { serve } from "./testing-server.fixture.ts";

const issuer = "https://login.contoso.example/aaaaaaaa-0000-4000-8000-000000000001/v2.0/";
const audience = "https://api.contoso.example";
const now = Date.parse("2026-06-01T00:00:00Z");
const seconds = now / 1000;
const target = "/sign-up?code=k%20";

let ours: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
let other: typeof ours;
beforeAll(async () => {
  ours = await generateKeyPair("RS256");
  other = await generateKeyPair("RS256");
});

/** A JWKS on a socket, which counts how often it was asked. */
async function published() {
  const key = { ...(await exportJWK(ours.publicKey)), kid: "one", use: "sig" };
  let asked = 0;
  const url = await serve((_request, response) => {
    asked += 1;
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [key] }));
  });
  return { jwksUri: `${url}/keys`, asked: () => asked };
}

const claims = (body = "{}"): Record<string, unknown> => ({
  iss: issuer,
  aud: audience,
  iat: seconds,
  exp: seconds + 300,
  jti: "id-1",
  method: "POST",
  target,
  body_sha256: createHash("sha256").update(body).digest("base64url"),
});

const sign = (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}, by = ours) =>
  new SignJWT({ ...claims(), ...changes })
    .setProtectedHeader({ alg: "RS256", kid: "one", typ: "vestibule-request+jwt", ...header })
    .sign(by.privateKey);

const call = (
  token: string | undefined,
  more: Partial<IncomingCall> = {},
  idempotencyKey = "id-1",
): IncomingCall => ({
  method: "POST",
  url: `https://behind-the-gateway.example${target}`,
  header: (name) => ({ "vestibule-request-token": token, "idempotency-key": idempotencyKey })[name],
  body: new TextEncoder().encode("{}"),
  ...more,
});

async function reader(changes: Partial<RequestTokenDemand> = {}) {
  const { jwksUri } = await published();
  return requestTokenReader({ issuer, audience, jwksUri, now: () => now, ...changes });
}

describe("a request with a signed token", () => {
  it("is known by the issuer's published keys, which are fetched once, and names itself", async () => {
    const { jwksUri, asked } = await published();
    const read = requestTokenReader({ issuer, audience, jwksUri, now: () => now });
    const known = {
      id: "id-1",
      issuer,
      audience,
      issuedAt: seconds,
      expires: seconds + 300,
    };
    expect(await read(call(await sign()))).toEqual(known);
    expect(await read(call(await sign()))).toEqual(known);
    expect(asked()).toBe(1);
  });

  it("counts for its own method, path, query, idempotency key and body, and for nothing else", async () => {
    const read = await reader();
    const token = await sign();
    expect(await read(call(token, { body: new TextEncoder().encode("{} ") }))).toBeUndefined();
    expect(await read(call(token, { method: "PUT" }))).toBeUndefined();
    expect(await read(call(token, { url: "/sign-up" }))).toBeUndefined();
    expect(await read(call(token, {}, "id-2"))).toBeUndefined();
    expect(await read(call(token, { header: (name) => (/token/.test(name) ? token : undefined) }))).toBe(
      undefined,
    );
    const moved = await reader({ target: "/api/x" });
    expect(await moved(call(await sign({ target: "/api/x" })))).toBeDefined();
    expect(await moved(call(token))).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>?]>([
    ["another issuer", { iss: `${issuer}x` }],
    ["an issuer without its last slash", { iss: issuer.slice(0, -1) }],
    ["another API", { aud: "https://other.contoso.example" }],
    ["several APIs at once", { aud: [audience, "https://other.contoso.example"] }],
    ["no audience", { aud: undefined }],
    ["no end", { exp: undefined }],
    ["no time", { iat: undefined }],
    ["no id", { jti: undefined }],
    ["no hash of the body", { body_sha256: undefined }],
    ["a hash that is no text", { body_sha256: { toString: "x" } }],
    ["an id token's type", {}, { typ: "JWT" }],
    ["no type", {}, { typ: undefined }],
    ["an unknown key", {}, { kid: "two" }],
  ])("is refused with %s", async (_, changes, header) => {
    const read = await reader();
    expect(await read(call(await sign(changes, header)))).toBeUndefined();
  });

  it("grows old, and does not come from the future", async () => {
    const read = await reader();
    for (const [age, known] of [
      [361, false],
      [359, true],
      [-59, true],
      [-62, false],
    ] as const) {
      const token = await sign({ iat: seconds - age, exp: seconds - age + 300 });
      expect((await read(call(token))) !== undefined, String(age)).toBe(known);
    }
    const longLived = await sign({ iat: seconds - 3600, exp: seconds + 3600 });
    expect(await read(call(longLived))).toBeUndefined();
    const strict = await reader({ tolerance: 0 });
    expect(await strict(call(await sign({ iat: seconds - 301, exp: seconds - 1 })))).toBeUndefined();
  });

  it("is refused where another key, another algorithm or none signed it", async () => {
    const read = await reader();
    expect(await read(call(await sign({}, {}, other)))).toBeUndefined();
    expect(await read(call(new UnsecuredJWT(claims()).encode()))).toBeUndefined();
    // The public key as if it were a shared secret.
    const jwk = JSON.stringify(await exportJWK(ours.publicKey));
    for (const alg of ["HS256", "PS256"]) {
      const forged =
        alg === "HS256"
          ? await new SignJWT(claims())
              .setProtectedHeader({ alg, kid: "one", typ: "vestibule-request+jwt" })
              .sign(new TextEncoder().encode(jwk))
          : await new SignJWT(claims())
              .setProtectedHeader({ alg, kid: "one", typ: "vestibule-request+jwt" })
              .sign((await generateKeyPair("PS256")).privateKey);
      expect(await read(call(forged)), alg).toBeUndefined();
    }
    const [header, , signature] = (await sign()).split(".");
    const payload = Buffer.from(JSON.stringify(claims("{} "))).toString("base64url");
    expect(await read(call(`${header}.${payload}.${signature}`))).toBeUndefined();
  });

  it("is refused where the header is no token, or an endless one", async () => {
    const read = await reader();
    for (const header of [undefined, "", "a", "a.b.c", "..", "e30.e30.", `${"A".repeat(20_000)}.e30.e30`]) {
      expect(await read(call(header)), header?.slice(0, 20) ?? "none").toBeUndefined();
    }
  });

  it("may come from any of several issuers, for any of several addresses", async () => {
    const read = await reader({ issuer: ["https://a.example/", issuer], audience: [audience, "https://b"] });
    expect(await read(call(await sign({ aud: "https://b" })))).toMatchObject({ audience: "https://b" });
  });
});

describe("a connector that demands a signed token", () => {
  const startApi = async (jwksUri: string, errors: unknown[] = []) => {
    const api = connector({
      authenticate: requestToken({ issuer, audience, jwksUri, now: () => now }),
      beforeCreating: (_, { idempotencyKey }) => continueWith({ city: String(idempotencyKey) }),
      onError: (error) => errors.push(error),
    });
    return serve(toNode(api));
  };
  const post = async (url: string, body: string, token: string) =>
    fetch(`${url}${target}`, {
      method: "POST",
      headers: { "vestibule-request-token": token, "idempotency-key": "id-1" },
      body,
    });

  it("gives its handlers the id that was signed, and refuses a changed body", async () => {
    const url = await startApi((await published()).jwksUri);
    const body = '{"step":"PostAttributeCollection"}';
    const token = await sign(claims(body));
    expect(await (await post(url, body, token)).json()).toMatchObject({ city: "id-1" });
    expect((await post(url, `${body} `, token)).status).toBe(401);
  });

  it("answers 500, and not 401, where the keys cannot be had", async () => {
    const gone = await serve((_request, response) => response.writeHead(503).end());
    const moved = await serve((_request, response) => response.writeHead(302, { location: gone }).end());
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    for (const jwksUri of [gone, moved, `http://127.0.0.1:${port}/`]) {
      const errors: unknown[] = [];
      const url = await startApi(jwksUri, errors);
      expect((await post(url, "{}", await sign())).status).toBe(500);
      expect(errors).toHaveLength(1);
    }
  });

  it.each<Partial<RequestTokenDemand>>([
    { issuer: [] },
    { issuer: "" },
    { audience: [] },
    { jwksUri: "http://login.contoso.example/keys" },
    { jwksUri: "file:///keys" },
  ])("is not made with %j", (changes) => {
    const demand = { issuer, audience, jwksUri: "https://login.contoso.example/keys", ...changes };
    expect(() => requestToken(demand)).toThrow(TypeError);
  });
});
