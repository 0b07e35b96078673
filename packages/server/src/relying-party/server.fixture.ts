import { randomBytes, randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import type { IssuedOutcome, JourneyState, Ports } from "@vestibule/engine";
import Fastify from "fastify";
import type { PublicError, ServerContext } from "../context.ts";
import { unlimited } from "../hosting/visitor-limits.ts";
import { sendApplicationAnswer } from "../interaction/application-response.ts";
import { masterKeyFrom } from "../keys/master-key.ts";
import { createTokenSigning } from "../keys/signing-keys.ts";
import type { SignedOutView } from "../pages/contract.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { createApplicationAnswers } from "./answers.ts";
import type { EndedSessions, Interaction, JourneyStart } from "./contract.ts";
import { registerRelyingParty } from "./register.ts";
import { issuer, otherTenant, testTenant, webSecret } from "./tenants.fixture.ts";

/** A server on a real socket with a real store; its interaction room ends every journey at once. For tests only. */
export interface TestServer {
  readonly url: string;
  readonly context: ServerContext;
  readonly store: Store;
  readonly tenant: Tenant;
  /** The account that signs in. */
  readonly objectId: string;
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
  };
  /** Sends a path as it stands, without anybody normalising it. */
  raw(path: string, headers?: Readonly<Record<string, string>>): Promise<{ status: number; body: string }>;
  close(): Promise<void>;
}

export async function startTestServer(tenant: Tenant = testTenant()): Promise<TestServer> {
  const fabrikam = otherTenant();
  const world: TestServer["world"] = {
    now: 1_750_000_000_000,
    tenant,
    outcome: {},
    ended: { relyingParties: [], identityProviders: [] },
  };
  const store = await openStore({
    file: ":memory:",
    masterKey: masterKeyFrom([randomBytes(32)]),
    clock: { now: () => world.now },
    passwordHashing: { memoryCost: 8, timeCost: 1, parallelism: 1 },
  });
  const directory = store.directory(tenant);
  const creation = await directory.create(
    {
      identities: [
        { signInType: "emailAddress", issuer: tenant.defaultDomain, issuerAssignedId: "ada@example.org" },
      ],
      attributes: { displayName: "Ada" },
      password: "Passw0rd!ada",
    },
    randomUUID(),
  );
  if (creation.kind !== "created") throw new Error(creation.kind);
  const { objectId } = creation.account;
  const secrets: Readonly<Record<string, string>> = {
    WebSecretOld: "old",
    WebSecretExpired: "expired",
    WebSecretFuture: "future",
    WebSecret: webSecret,
  };
  const app = Fastify({
    http: { maxHeaderSize: 32 * 1024 },
    genReqId: () => randomUUID(),
    routerOptions: { caseSensitive: false },
  });
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
    store,
    ports: () =>
      ({
        clock: { now: () => world.now },
        directory,
        random: { token: (bytes: number) => randomBytes(bytes).toString("base64url") },
        keys: { secret: async (id: string) => secrets[id] },
      }) as unknown as Ports,
    signing: createTokenSigning(store.signingKeys, () => world.now),
    log: app.log,
    now: () => world.now,
    limits: unlimited,
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
    store,
    tenant,
    objectId,
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
      await store.close();
    },
  };
}
