import { randomBytes, randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import type { Account, IssuedOutcome, JourneyState, Ports } from "@vestibule/engine";
import Fastify from "fastify";
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import type { PublicError, ServerContext, TokenSigning } from "../context.ts";
import { sendApplicationAnswer } from "../interaction/application-response.ts";
import { masterKeyFrom } from "../keys/master-key.ts";
import { createSealer } from "../keys/sealed.ts";
import type { SignedOutView } from "../pages/contract.ts";
import { openDatabase } from "../store/database.ts";
import { createGrantStore } from "../store/grants.ts";
import { migrate } from "../store/migrations.ts";
import type { Store } from "../store/store.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { createApplicationAnswers } from "./answers.ts";
import type { EndedSessions, Interaction, JourneyStart } from "./contract.ts";
import { registerRelyingParty } from "./register.ts";
import { issuer, otherTenant, testTenant, webSecret } from "./test-tenants.ts";

/** A server on a real socket with a real grant store; its interaction room ends every journey at once. For tests only. */
export interface TestServer {
  readonly url: string;
  readonly context: ServerContext;
  readonly tenant: Tenant;
  /** What the interaction room was told. */
  readonly started: JourneyStart[];
  readonly errors: PublicError[];
  readonly signedOut: SignedOutView[];
  readonly endedFor: (string | undefined)[];
  /** Set by tests. `now` is in milliseconds since 1970. */
  readonly world: {
    now: number;
    tenant: Tenant;
    outcome: Partial<IssuedOutcome>;
    ended: EndedSessions;
    account: Account | undefined;
    sessionsValidFrom: number | undefined;
  };
  /** Sends a path as it stands, without anybody normalising it. */
  raw(path: string, headers?: Readonly<Record<string, string>>): Promise<{ status: number; body: string }>;
  close(): Promise<void>;
}

export const objectId = "cccccccc-0000-4000-8000-000000000001";

export async function startTestServer(tenant: Tenant = testTenant()): Promise<TestServer> {
  const database = openDatabase({ file: ":memory:" });
  await migrate(database);
  const grants = createGrantStore(database, createSealer(masterKeyFrom([randomBytes(32)])));
  const fabrikam = otherTenant();
  const world: TestServer["world"] = {
    now: 1_750_000_000_000,
    tenant,
    outcome: {},
    ended: { relyingParties: [], identityProviders: [] },
    account: { objectId, identities: [], accountEnabled: true, attributes: {} },
    sessionsValidFrom: undefined,
  };
  const secrets: Readonly<Record<string, string>> = { WebSecretOld: "old", WebSecret: webSecret };
  const app = Fastify({ genReqId: () => randomUUID(), routerOptions: { caseSensitive: false } });
  const context: ServerContext = {
    mode: "production",
    tenants: {
      find: (segment) =>
        [world.tenant, fabrikam].find(({ id, domains }) =>
          [id, ...domains].some((name) => name.toLowerCase() === segment.toLowerCase()),
        ),
      all: () => [world.tenant, fabrikam],
      diagnostics: () => [],
    },
    store: {
      grants,
      directory: () => ({
        find: async () => world.account,
        sessionsValidFrom: async () => world.sessionsValidFrom,
      }),
    } as unknown as Store,
    ports: () =>
      ({
        random: { token: (bytes: number) => randomBytes(bytes).toString("base64url") },
        keys: { secret: async (id: string) => secrets[id] },
      }) as unknown as Ports,
    signing: await testSigning(),
    log: app.log,
    now: () => world.now,
    trustedProxies: [],
  };

  const started: JourneyStart[] = [];
  const errors: PublicError[] = [];
  const signedOut: SignedOutView[] = [];
  const endedFor: (string | undefined)[] = [];
  const answers = createApplicationAnswers(context);
  const interaction: Interaction = {
    async begin(_request, reply, start) {
      started.push(start);
      const state = {
        id: randomUUID(),
        request: start.rpRequest,
        culture: start.culture,
      } as unknown as JourneyState;
      const answer = await answers.issued(start.tenant, start.policy, state, {
        kind: "issued",
        issuer,
        claims: { name: "Ada", idp: "facebook.com" },
        subject: objectId,
        objectId,
        authTime: Math.floor(world.now / 1000),
        grantClaims: { displayName: "Ada" },
        ...world.outcome,
      });
      return sendApplicationAnswer(reply, answer);
    },
    sendAnswer: sendApplicationAnswer,
    async sendError(reply, _tenant, error) {
      errors.push(error);
      return reply.status(error.status).type("text/html").send(`<p>${error.code}</p>`);
    },
    async endSession(_request, _reply, _tenant, _policy, clientId) {
      endedFor.push(clientId);
      return world.ended;
    },
  };
  registerRelyingParty(app, context, interaction, {
    page: () => ({ html: "", contentSecurityPolicy: { value: "", enforce: true } }),
    error: () => ({ html: "", contentSecurityPolicy: { value: "", enforce: true } }),
    signedOut: (view) => {
      signedOut.push(view);
      const value = `default-src 'none'; frame-src ${view.frames.map((url) => new URL(url).origin).join(" ")}`;
      return { html: "<p>signed out</p>", contentSecurityPolicy: { value, enforce: true } };
    },
  });
  // The rooms beside this one keep their own wildcard.
  app.get("/*", async () => "another room");
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    context,
    tenant,
    started,
    errors,
    signedOut,
    endedFor,
    world,
    raw: (path, headers = {}) =>
      new Promise((resolve, reject) => {
        httpRequest({ host: "127.0.0.1", port, path, headers }, (response) => {
          let body = "";
          response.setEncoding("utf8").on("data", (chunk: string) => {
            body += chunk;
          });
          response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
        })
          .on("error", reject)
          .end();
      }),
    async close() {
      await app.close();
      await database.close();
    },
  };
}

/** One RSA key a tenant. */
async function testSigning(): Promise<TokenSigning> {
  const pairs = new Map<string, Awaited<ReturnType<typeof generateKeyPair>>>();
  const pairOf = async (tenant: Tenant) => {
    const pair = pairs.get(tenant.id) ?? (await generateKeyPair("RS256", { extractable: true }));
    pairs.set(tenant.id, pair);
    return pair;
  };
  return {
    async sign(tenant, _container, payload) {
      const { privateKey } = await pairOf(tenant);
      return new SignJWT({ ...payload })
        .setProtectedHeader({ alg: "RS256", kid: tenant.id, typ: "JWT" })
        .sign(privateKey);
    },
    async jwks(tenant) {
      const { publicKey } = await pairOf(tenant);
      return { keys: [{ ...(await exportJWK(publicKey)), kid: tenant.id, use: "sig" }] };
    },
    async verify(tenant, token) {
      const { publicKey } = await pairOf(tenant);
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          algorithms: ["RS256"],
          currentDate: new Date(0),
          clockTolerance: 1e12,
        });
        return payload;
      } catch {
        return undefined;
      }
    },
  };
}
