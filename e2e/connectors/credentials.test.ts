import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPolicyKeyAdministration } from "../../packages/server/src/keys/policy-keys.ts";
import { createTestAuthority } from "../../packages/server/src/outbound/fault-server.fixture.ts";
import { bound, connector, flow, tenantId } from "./documents.ts";
import { auditOf, callsOf, resultOf, signUp } from "./outcome.ts";
import { visibleText } from "./shown.ts";
import { block, TestApi } from "./test-api.ts";
import { startWorld, type World } from "./world.ts";

// api-connectors.md A6 and F, UF-47 to UF-50: how the server proves to the API who calls.

const authority = createTestAuthority();
const stranger = createTestAuthority();
const before = getCACertificates("default");
const day = 86_400_000;
const pem = (name: string, days = { from: -1, to: 1 }) => {
  const { cert, key } = authority.issue({
    names: [name],
    notBefore: new Date(Date.now() + days.from * day),
    notAfter: new Date(Date.now() + days.to * day),
  });
  return cert + key;
};

let world: World;
let api: TestApi;
let unknownApi: TestApi;

beforeAll(async () => {
  setDefaultCACertificates([...before, authority.certificate]);
  const mutual = { requestCert: true, rejectUnauthorized: false };
  api = await TestApi.start({
    ...authority.issue({ names: ["localhost"] }),
    ca: authority.certificate,
    ...mutual,
  });
  unknownApi = await TestApi.start(stranger.issue({ names: ["localhost"] }));
  const withCertificate = (id: string) =>
    connector(id, `${api.url}/two`, {
      authenticationConfiguration: {
        "@odata.type": "#vestibule.pemCertificate",
        certificateAndPrivateKey: `file:secrets/${id}.pem`,
      },
    });
  const header = {
    "@odata.type": "#vestibule.apiKeyHeader",
    headerName: "x-functions-key",
    apiKey: "key-in-the-header-31fd",
  };
  const key = "?code=key-in-the-address-5b9e";
  world = await startWorld(() => ({
    connectors: {
      ...Object.fromEntries(["renewed", "early", "expired", "file"].map((id) => [id, withCertificate(id)])),
      header: connector("header", `${api.url}/two`, { authenticationConfiguration: header }),
      query: connector("query", `${api.url}/two${key}`),
      silent: connector("silent", `http://localhost:1/two${key}`),
      unknown: connector("unknown", `${unknownApi.url}/two${key}`),
      none: connector("none", `${api.url}/two`, { authenticationConfiguration: null }),
    },
    files: {
      "secrets/renewed.pem": "unused: the key store has certificates",
      "secrets/early.pem": "unused: the key store has certificates",
      "secrets/expired.pem": pem("expired", { from: -3, to: -1 }),
      "secrets/file.pem": pem("from-the-file"),
    },
    flows: Object.fromEntries(
      ["renewed", "early", "expired", "file", "header", "query", "silent", "unknown", "none"].map((id) => [
        `B2C_1_${id}`,
        flow(`B2C_1_${id}`, bound({ two: id })),
      ]),
    ),
  }));
  let seconds = Math.floor(Date.now() / 1000) - 100;
  const keys = createPolicyKeyAdministration({
    keys: world.server.context.store.policyKeys,
    // Each upload comes some time after the one before.
    now: () => {
      seconds += 1;
      return seconds * 1000;
    },
  });
  const upload = (container: string, text: string) =>
    keys.addCertificate(tenantId, container, Buffer.from(text));
  await upload("Connector_renewed_Certificate", pem("older"));
  await upload("Connector_renewed_Certificate", pem("newer"));
  await upload("Connector_early_Certificate", pem("older"));
  await upload("Connector_early_Certificate", pem("not-yet", { from: 1, to: 2 }));
});
afterAll(async () => {
  setDefaultCACertificates(before);
  await Promise.all([world.close(), api.close(), unknownApi.close()]);
});
beforeEach(() => api.reset());

describe("a client certificate", () => {
  it.each([
    ["UF-47", "is the newest one that was uploaded", "renewed", "newer"],
    ["UF-48", "is the older one while the newer is not valid yet", "early", "older"],
    ["A6", "may lie in a file of the tenant", "file", "from-the-file"],
  ])("(%s) %s", async (_, _title, id, expected) => {
    const outcome = await signUp(world, `B2C_1_${id}`);
    expect(resultOf(outcome)).toBe("token");
    expect(api.only("/two").certificate).toBe(expected);
    expect(api.only("/two").headers.authorization).toBeUndefined();
  });

  it("that has expired keeps the request from being sent (UF-49)", async () => {
    const outcome = await signUp(world, "B2C_1_expired");
    expect(outcome.posted?.status).toBe("400");
    expect(outcome.account).toBeUndefined();
    expect(api.received).toEqual([]);
    const [record] = await callsOf(world, outcome.correlationId);
    expect(record?.failure).toMatchObject({
      kind: "credentials",
      detail: expect.stringContaining("AADB2C90028"),
    });
    expect(outcome.posted?.message).not.toContain("AADB2C90028");
    expect(record?.attempts).toEqual([]);
    expect((await auditOf(world, outcome.correlationId))[0]).toMatchObject({
      result: "failure",
      details: { numberOfAttempts: 0 },
    });
  });
});

describe("a key", () => {
  it("in the address is sent, and stands in no record, message or page (UF-50)", async () => {
    const outcome = await signUp(world, "B2C_1_query");
    expect(api.received.map(({ url }) => url)).toEqual(["/two?code=key-in-the-address-5b9e"]);
    const records = JSON.stringify([
      await callsOf(world, outcome.correlationId),
      await auditOf(world, outcome.correlationId),
      await world.server.context.store.observations.trace(tenantId, outcome.correlationId),
    ]);
    expect(records).toContain("/two");
    expect(records).not.toContain("key-in-the-address");
    expect(outcome.person.heard.join()).not.toContain("key-in-the-address");
  });

  it("that the API repeats in its answer is masked in the record", async () => {
    api.on("/two", block("No key-in-the-address-5b9e for you."));
    const { correlationId } = await signUp(world, "B2C_1_query");
    const records = JSON.stringify([
      await callsOf(world, correlationId),
      await auditOf(world, correlationId),
    ]);
    expect(records).toContain("******");
    expect(records).not.toContain("key-in-the-address");
  });

  it.each(["silent", "unknown"])("in the address is not in the sentence about a failure (%s)", async (id) => {
    const outcome = await signUp(world, `B2C_1_${id}`);
    expect(resultOf(outcome)).toMatch(
      /^page: Failed to establish connection to restful service end point\. Restful service URL: https?:\/\/localhost:\d+\/two$/,
    );
    expect(outcome.account).toBeUndefined();
    expect(unknownApi.received).toEqual([]);
    const [record] = await callsOf(world, outcome.correlationId);
    expect(record?.failure?.kind).toBe(id === "unknown" ? "tls" : "connect");
    expect(JSON.stringify(record)).not.toContain("key-in-the-address");
  });

  it("in a header is sent there and masked in the record", async () => {
    const outcome = await signUp(world, "B2C_1_header");
    expect(api.only("/two").headers["x-functions-key"]).toBe("key-in-the-header-31fd");
    expect(JSON.stringify(await callsOf(world, outcome.correlationId))).not.toContain("key-in-the-header");
  });
});

it("a development server calls without credentials where none are configured", async () => {
  const outcome = await signUp(world, "B2C_1_none");
  expect(resultOf(outcome)).toBe("token");
  expect(api.only("/two").headers.authorization).toBeUndefined();
});

it("a blocked person reads the API's sentence and the correlation id", async () => {
  api.on("/two", block("Ask at the desk."));
  const { shown, correlationId } = await signUp(world, "B2C_1_none");
  if (shown === undefined) throw new Error("nothing shown");
  expect(visibleText(shown)).toContain("Ask at the desk.");
  expect(visibleText(shown)).toContain(correlationId);
});
