import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { ServerOptions } from "@vestibule/server";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import {
  bound,
  collected,
  confidentialClient,
  connector,
  connectorPassword,
  flow,
  tenantId,
} from "../connectors/documents.ts";
import { type Person, redirectUri, tenantDomain } from "../connectors/person.ts";
import { anAnswer, aPage } from "../connectors/shown.ts";
import { goOn } from "../connectors/test-api.ts";
import { newAddress, startWorld, type World } from "../connectors/world.ts";

// Secrets never leave: after every kind of journey and fault, everything that can be read is searched for them
// (security-and-fault-tests.md 6.4 (16)).

const policy = "B2C_1_secret";
const password = "Passw0rd-of-the-person-51c8";
const nextPassword = "Passw0rd-after-the-reset-8e42";
const wrongPassword = "Passw0rd-mistyped-1f70";
const keyInAddress = "key-in-the-address-c0ff33";
const keyInHeader = "key-in-the-header-d00d1e";
const providerSecret = "sample-social-secret";
const signingKey = "key-that-signs-requests-7b21";
const previousKey = "key-that-signed-requests-3c9e";
const tokenSecret = "secret-at-the-token-endpoint-5e";
const apiToken = "token-of-the-api-a81f";
const furtherSecret = "secret-in-a-further-header-9d";

/** Secrets by name; those of the run are added as they come. */
const secrets = new Map<string, string>([
  ["password", password],
  ["password after the reset", nextPassword],
  ["wrong password", wrongPassword],
  ["connector password", connectorPassword],
  ["connector credentials", Buffer.from(`connector:${connectorPassword}`).toString("base64")],
  ["key in an address", keyInAddress],
  ["key in a header", keyInHeader],
  ["client secret", confidentialClient.secret],
  ["signing key", signingKey],
  ["previous signing key", previousKey],
  ["secret at the token endpoint", tokenSecret],
  ["token of the API", apiToken],
  ["secret in a further header", furtherSecret],
  ["client secret of the provider", providerSecret],
]);

// The logger is the server's own dependency.
const pino = createRequire(new URL("../../packages/server/package.json", import.meta.url))("pino") as (
  options: object,
  stream: Writable,
) => NonNullable<ServerOptions["log"]>;
const log: string[] = [];
/** Everything that can prove who calls. */
const trusted = (api: string) => ({
  authenticationConfiguration: {
    "@odata.type": "#vestibule.clientCredentials",
    tokenUrl: `${api}/token`,
    clientId: "vestibule",
    clientSecret: tokenSecret,
  },
  signature: { kind: "hmacSha256", key: signingKey, previousKey },
  headers: [{ name: "X-Further", secret: furtherSecret }],
  correlationId: true,
});

let world: World;
const people: Person[] = [];

beforeAll(async () => {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk));
      done();
    },
  });
  const header = {
    "@odata.type": "#vestibule.apiKeyHeader",
    headerName: "x-key",
    apiKey: keyInHeader,
  };
  world = await startWorld(
    ({ api }) => ({
      connectors: {
        address: connector("address", `${api.url}/two?code=${keyInAddress}`),
        header: connector("header", `${api.url}/three`, { authenticationConfiguration: header }),
        trusted: connector("trusted", `${api.url}/trusted?code=${keyInAddress}`, trusted(api.url)),
        told: connector("told", `${api.url}/told?code=${keyInAddress}`, {
          ...trusted(api.url),
          mode: "notify",
          deliveryTries: 1,
        }),
      },
      flows: {
        B2C_1_trusted: flow("B2C_1_trusted", {
          apiConnectorConfiguration: { postAttributeCollection: [{ id: "trusted" }, { id: "told" }] },
        }),
        [policy]: flow(policy, {
          ...bound({ one: "one", two: "address", three: "header" }),
          userAttributeAssignments: collected.map((each) =>
            each.id === "email" ? { ...each, requiresVerification: true } : each,
          ),
        }),
      },
    }),
    { log: pino({ level: "trace" }, stream) },
  );
});
afterAll(() => world.close());

it("none of them is in a log, a page, a record, the outbox or the database", async () => {
  await signUpResetAndFail();
  await callTrustedApis();
  const pages = people.flatMap((person) => person.heard);
  const observations = world.server.context.store.observations;
  const journeys = await observations.listJourneys(tenantId, 100);
  const traces = await Promise.all(journeys.map(({ id }) => observations.trace(tenantId, id)));
  const dev = await Promise.all(
    [
      ...[
        "/dev",
        "/dev/outbox",
        "/dev/outbox.json",
        "/dev/journeys",
        "/dev/journeys.json",
        "/app/config.json",
      ],
      ...["/dev/calls", "/dev/calls.json", "/dev/notifications", "/dev/notifications.json"],
      ...journeys.flatMap(({ id }) => [`/dev/journeys/${id}`, `/dev/journeys/${id}.json`]),
      ...(await observations.listCalls(tenantId, 1000)).map(({ id }) => `/dev/calls/${id}`),
    ].map(async (path) => (await fetch(world.url + path)).text()),
  );
  const places: Readonly<Record<string, string>> = {
    log: log.join(""),
    pages: pages.join("\n"),
    traces: JSON.stringify(traces),
    calls: JSON.stringify(await observations.listCalls(tenantId, 1000)),
    audit: JSON.stringify(await observations.listAudit(tenantId, 1000)),
    console: dev.join("\n"),
    database: await databaseFiles(),
  };
  for (const [place, text] of Object.entries(places)) expect(text.length, place).toBeGreaterThan(1000);
  expect(places.traces).toContain("PreUserWriteRestful");
  expect(places.console).toContain("given up after 1 tries");

  /** Where a secret of the run has to be: the mail holds the code, the redirect the authorization code. */
  const allowed: Readonly<Record<string, readonly string[]>> = {
    "one-time code": ["console", "database"],
    "authorization code": ["pages"],
  };
  const found: string[] = [];
  for (const [name, secret] of secrets)
    for (const [place, text] of Object.entries(places))
      if (!allowed[name.replace(/ \d+$/, "")]?.includes(place) && holds(text, secret, name))
        found.push(`${name} in ${place}`);
  expect(found).toEqual([]);
});

async function signUpResetAndFail(): Promise<void> {
  const email = newAddress();
  const person = meet();
  const page = await person.openSignUp(policy);
  await person.prove(page, email, async (address) => keep("one-time code 1", await world.code(address)));
  const fields = { email, newPassword: password, reenterPassword: password, displayName: "Ida" };
  world.api.on(
    "/two",
    { status: 401 },
    { status: 500, text: `Exception with ${keyInAddress}` },
    { body: { version: "1", action: "Continue", city: `echo ${keyInAddress}` } },
  );
  world.api.on("/three", goOn({ extension_Roles: "reader" }));
  await person.post(page, fields);
  await person.post(page, fields);
  // The API repeats the key in a claim: the record masks it; what is stored is the API's own doing.
  world.api.on("/two", goOn({ jobTitle: "Pilot" }));
  const end = anAnswer(await person.submit(page, fields));
  const tokens = await person.redeem(end, policy);
  keep("authorization code 1", end.fields.get("code"));
  keep("refresh token 1", tokens.body.refresh_token);
  keep("id token 1", tokens.body.id_token);
  const refreshed = await person.refresh(tokens, policy);
  keep("refresh token 2", refreshed.body.refresh_token);

  const again = meet();
  const signInPage = aPage(await again.open(policy, { client_id: confidentialClient.id }));
  await again.post(signInPage, { email, password: wrongPassword });
  const forgot = aPage(await again.act(signInPage, "forgotPassword"));
  await again.prove(forgot, email, async (address) => keep("one-time code 2", await world.code(address)));
  const second = aPage(await again.submit(forgot, { email }));
  const back = anAnswer(
    await again.submit(second, { newPassword: nextPassword, reenterPassword: nextPassword }),
  );
  keep("authorization code 2", back.fields.get("code"));
  for (const client_secret of ["a-wrong-secret-4b1d", confidentialClient.secret]) {
    const answer = await again.redeem(back, policy, { client_id: confidentialClient.id, client_secret });
    keep("refresh token 3", answer.body.refresh_token);
  }
  secrets.set("wrong client secret", "a-wrong-secret-4b1d");

  const social = meet();
  const start = aPage(await social.open(policy));
  await social.federate(start, { email: newAddress(), name: "Nils Berg" });
  world.api.on("/one", { status: 503 });
  const refused = meet();
  await refused.federate(aPage(await refused.open(policy)), { email: newAddress(), name: "Nils Berg" });

  // Requests that fail in every room, with secrets where they do not belong.
  const lost = meet();
  for (const path of [
    `/${tenantDomain}/${policy}/oauth2/v2.0/authorize?client_id=x&login_hint=${password}`,
    `/${tenantDomain}/${policy}/oauth2/v2.0/token?client_secret=${confidentialClient.secret}`,
    `/${tenantDomain}/oauth2/authresp?code=${tokens.body.refresh_token}&state=x`,
    `/nowhere/${"x".repeat(20)}?password=${password}`,
  ]) {
    await fetch(world.url + path, { redirect: "manual" });
  }
  await lost.fetch(`/${tenantDomain}/${policy}/SelfAsserted?tx=x`, {
    method: "POST",
    body: new URLSearchParams({ password, redirect: redirectUri }),
  });
}

/** An API that repeats whatever it was sent: headers, tokens, signatures. */
async function callTrustedApis(): Promise<void> {
  world.api.on("/token", { body: { access_token: apiToken, token_type: "Bearer", expires_in: 3600 } });
  const echo = (status: number) => (request: { headers: object; url: string; text: string }) => ({
    status,
    text: JSON.stringify({
      ...request.headers,
      url: request.url,
      sent: request.text,
      userMessage: undefined,
    }),
  });
  world.api.on(
    "/trusted",
    echo(500),
    echo(401),
    { status: 400, body: { userMessage: `Your token is ${apiToken}` } },
    goOn(),
  );
  world.api.on("/told", echo(500));
  const person = meet();
  const page = await person.openSignUp("B2C_1_trusted");
  const fields = {
    email: newAddress(),
    newPassword: password,
    reenterPassword: password,
    displayName: "Ida",
  };
  for (let i = 0; i < 3; i++) await person.post(page, fields);
  await person.submit(page, fields);
  expect(world.api.to("/token").length).toBeGreaterThan(0);
  await vi.waitFor(async () => {
    const kept = await world.server.context.store.notifications.list(tenantId, 10);
    expect(kept).toMatchObject([{ state: "dead" }]);
  });
  for (const { headers } of [...world.api.to("/trusted"), ...world.api.to("/told")]) {
    expect(headers.authorization).toBe(`Bearer ${apiToken}`);
    keep(`signature ${secrets.size}`, headers["vestibule-signature"]);
  }
}

function meet(): Person {
  const person = world.person();
  people.push(person);
  return person;
}

function keep(name: string, secret: unknown): string {
  if (typeof secret === "string" && secret !== "") secrets.set(name, secret);
  return String(secret);
}

/** Also as a form or an address would write it. A one-time code is six digits, which other numbers may hold. */
function holds(text: string, secret: string, name: string): boolean {
  if (name.startsWith("one-time code")) return new RegExp(`(?<![\\d.-])${secret}(?![\\d.-])`).test(text);
  return text.includes(secret) || text.includes(encodeURIComponent(secret));
}

async function databaseFiles(): Promise<string> {
  const files = (await readdir(world.dataDir)).filter((name) => name.startsWith("vestibule.sqlite"));
  const contents = await Promise.all(files.map((name) => readFile(join(world.dataDir, name))));
  return contents.map((content) => content.toString("latin1")).join("\n");
}
