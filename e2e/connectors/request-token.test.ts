import { createServer, type Server } from "node:http";
import { connector as connectorApi, continueWith, type IncomingCall, toNode } from "@vestibule/connector";
import { type RequestToken, requestTokenReader } from "@vestibule/connector/jwt";
import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bound, connector, flow } from "./documents.ts";
import { callsOf, resultOf, signUp } from "./outcome.ts";
import { tenantDomain } from "./person.ts";
import { freePort, startWorld, type World } from "./world.ts";

// docs/api-connectors.md, "Signed requests": the library for authors of APIs verifies what the server really sends.

let world: World;
let api: Server;
let audience: string;
let issuer: string;
let jwksUri: string;
/** What came, and what the library made of it. */
const seen: { readonly call: IncomingCall; readonly token: RequestToken | undefined }[] = [];

beforeAll(async () => {
  const port = await freePort();
  audience = `http://localhost:${port}`;
  const signed = { signature: { kind: "jwt" }, authenticationConfiguration: null };
  world = await startWorld(() => ({
    connectors: { signed: connector("signed", `${audience}/sign-up?code=a%20key`, signed) },
    flows: { B2C_1_signed: flow("B2C_1_signed", bound({ two: "signed" })) },
  }));
  const configuration = await fetch(
    `${world.url}/${tenantDomain}/B2C_1_signed/v2.0/.well-known/openid-configuration`,
  );
  const { issuer: published, jwks_uri: keys } = (await configuration.json()) as Record<string, string>;
  if (published === undefined || keys === undefined) throw new Error("no issuer");
  [issuer, jwksUri] = [published, keys];
  const read = requestTokenReader({ issuer, audience, jwksUri });
  const own = connectorApi({
    authenticate: async (call) => {
      const token = await read(call);
      seen.push({ call, token });
      return token !== undefined;
    },
    beforeCreating: (_, { idempotencyKey }) => continueWith({ city: String(idempotencyKey) }),
  });
  api = createServer(toNode(own));
  await new Promise<void>((resolve) => api.listen(port, resolve));
});
afterAll(async () => {
  api.closeAllConnections();
  await new Promise((resolve) => api.close(resolve));
  await world.close();
});

/** The newest request with changes: as somebody between the two would send it. */
const changed = (
  headers: Readonly<Record<string, string>>,
  more: Partial<IncomingCall> = {},
): IncomingCall => {
  const call = seen.at(-1)?.call;
  if (call === undefined) throw new Error("no call");
  return { ...call, header: (name) => headers[name] ?? call.header(name), ...more };
};

describe("a request that the server signed with a JWT", () => {
  it("is known by the keys that the server publishes, with the id that every try carries", async () => {
    const outcome = await signUp(world, "B2C_1_signed", {});
    const { call, token } = seen.at(-1) ?? {};
    expect(resultOf(outcome)).toBe("token");
    expect(token).toMatchObject({ id: call?.header("idempotency-key"), issuer, audience });
    expect(outcome.account?.attributes.city).toBe(token?.id);
    const [record] = await callsOf(world, outcome.correlationId);
    expect(record?.request.headers["vestibule-request-token"]).not.toContain("eyJ");
  });

  it("is refused with a body, address, time, address of the API or issuer that is not its own", async () => {
    const read = requestTokenReader({ issuer, audience, jwksUri });
    const signed = changed({});
    expect(await read(signed)).toBeDefined();
    const text = new TextDecoder().decode(signed.body);
    const tampered = new TextEncoder().encode(text.replace("Ida Lund", "Eve Lund"));
    expect(tampered).not.toEqual(signed.body);
    expect(await read({ ...signed, body: tampered })).toBeUndefined();
    expect(await read({ ...signed, url: "/sign-up" })).toBeUndefined();
    expect(await read(changed({ "idempotency-key": "another" }))).toBeUndefined();
    for (const demand of [
      { now: () => Date.now() + 400_000 },
      { now: () => Date.now() - 400_000 },
      { audience: "http://localhost:1" },
      { issuer: `${issuer}x` },
    ]) {
      const other = requestTokenReader({ issuer, audience, jwksUri, ...demand });
      expect(await other(signed), JSON.stringify(demand)).toBeUndefined();
    }
  });

  it("is refused where somebody else made it, with another key or none", async () => {
    const read = requestTokenReader({ issuer, audience, jwksUri });
    const genuine = changed({}).header("vestibule-request-token") ?? "";
    const payload = decodeJwt(genuine);
    const { kid, typ } = decodeProtectedHeader(genuine);
    const header = { alg: "RS256", ...(kid && { kid }), ...(typ && { typ }) };
    const { privateKey } = await generateKeyPair("RS256");
    const forged = await new SignJWT(payload).setProtectedHeader(header).sign(privateKey);
    expect(await read(changed({ "vestibule-request-token": forged }))).toBeUndefined();
    const unsigned = new UnsecuredJWT(payload).encode();
    expect(await read(changed({ "vestibule-request-token": unsigned }))).toBeUndefined();
    expect(await read(changed({ "vestibule-request-token": genuine }))).toBeDefined();
  });

  it("is not an id token of the same issuer, signed with the same key", async () => {
    const { tokens } = await signUp(world, "B2C_1_signed", {});
    const read = requestTokenReader({
      issuer,
      audience: [audience, "bbbbbbbb-0000-4000-8000-000000000001"],
      jwksUri,
    });
    const idToken = String(tokens?.body.id_token);
    expect(decodeJwt(idToken).iss).toBe(issuer);
    expect(await read(changed({ "vestibule-request-token": idToken }))).toBeUndefined();
  });
});
