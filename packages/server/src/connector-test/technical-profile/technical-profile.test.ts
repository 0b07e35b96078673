import { createHash, createHmac } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTestTenant, type TestTenant } from "../../development/tenant.fixture.ts";
import { jsonReport, junitReport } from "../report.ts";
import { type CaseResult, runContractTests, type TestReport } from "../run.ts";
import { policyXml } from "./policy.fixture.ts";
import { readProfileSetting, type WrittenProfileSetting } from "./read-setting.ts";
import { profileSubject } from "./subject.ts";

let tenant: TestTenant;
const servers: Server[] = [];
beforeEach(async () => {
  tenant = await makeTestTenant();
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await tenant.remove();
});

interface Asked {
  readonly request: IncomingMessage;
  readonly text: string;
  readonly body: Record<string, unknown>;
  readonly count: number;
}
type Reply = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown };

const signingKey = "a shared key of many characters";
const authorization = `Basic ${btoa("vestibule:s3cr:et")}`;
const right = ({ request, text }: Asked) =>
  request.headers.authorization === authorization && isSigned(request, text);

function isSigned({ headers, url = "" }: IncomingMessage, text: string): boolean {
  const key = String(headers["idempotency-key"]);
  const signature = String(headers["vestibule-signature"] ?? "");
  const [, time = "", value = ""] = /^t=(\d+),v1=(.+)$/.exec(signature) ?? [];
  const digest = createHash("sha256").update(text).digest("base64url");
  const signed = ["v1", time, "POST", url, key, digest].join("\n");
  return value === createHmac("sha256", signingKey).update(signed).digest("base64url");
}

async function api(reply: (asked: Asked) => Reply, checked: (asked: Asked) => boolean = right) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    const body = text.startsWith("{") ? JSON.parse(text) : {};
    const one = { request, text, body, count: asked.length };
    asked.push(one);
    const {
      status = 200,
      headers = { "content-type": "application/json" },
      body: answer,
    } = checked(one) ? reply(one) : { status: 401, body: undefined };
    response.writeHead(status, headers);
    response.end(answer === undefined || typeof answer === "string" ? answer : JSON.stringify(answer));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const keys = [
  "B2C_1A_RestUser=vestibule",
  "B2C_1A_RestPassword=s3cr:et",
  `B2C_1A_RestSigning=${signingKey}`,
  "B2C_1A_OrderKey=env:ORDER_KEY",
];
const environment = { ORDER_KEY: "key-of-the-orders", TOKEN: "token-of-the-api" };

async function test(
  url: string,
  more: Partial<WrittenProfileSetting> & {
    readonly metadata?: Readonly<Record<string, string>>;
    /** A transformation that runs before that of REST-Order. */
    readonly before?: string;
  } = {},
): Promise<TestReport> {
  const { metadata, before = "", ...written } = more;
  await mkdir(join(tenant.directory, "policies"), { recursive: true });
  await writeFile(
    join(tenant.directory, "policies", "member.xml"),
    policyXml(url, metadata).replace(
      "<InputClaimsTransformations>",
      `$&${before && `<InputClaimsTransformation ReferenceId="${before}" />`}`,
    ),
  );
  const { setting, close } = await readProfileSetting(
    { tenant: tenant.directory, profile: "REST-CheckMember", claims: [], refused: [], keys, ...written },
    { dataDir: tenant.dataDir },
    environment,
  );
  try {
    return await runContractTests(profileSubject(setting));
  } finally {
    await close();
  }
}

const rulesOf = ({ results }: TestReport) =>
  [...new Set(results.flatMap(({ findings }) => findings.map(({ rule }) => rule)))].sort();
const find = ({ results }: TestReport, id: string): CaseResult => {
  const found = results.find((one) => one.id === id);
  if (!found) throw new Error(`no case ${id}: ${results.map((one) => one.id).join(", ")}`);
  return found;
};
const good: Reply = { body: { version: "1.0.0", memberNo: "4711", points: 7 } };

describe("an API that keeps the contract of a RESTful technical profile", () => {
  it("fails no case, behind the form and in the step", async () => {
    const { url, asked } = await api(() => good);
    const report = await test(url);
    expect(
      report.results.flatMap(({ id, findings }) => findings.map(({ message }) => [id, message])),
    ).toEqual([]);
    expect(new Set(report.results.map(({ verdict }) => verdict))).toEqual(new Set(["ok"]));
    const ofPlace = (place: string) =>
      report.results
        .map(({ id }) => id.split("/"))
        .filter(([, name]) => name === place)
        .map(([, , id]) => id);
    const alone = ["givenName", "loyaltyPoints", "newPassword", "newsletter"].map((id) => `without-${id}`);
    const varied = ["unicode", "long-values", "language"];
    expect(ofPlace("AskPerson")).toEqual([
      ...["every-claim", "missing-claims", ...alone, ...varied, "repeated-delivery"],
      ...["no-signature", "wrong-signature"],
      ...["no-credentials", "wrong-password", "wrong-user-name", "shorter-password"],
    ]);
    // A password lives in the form that asked for it.
    const known = alone.filter((id) => id !== "without-newPassword");
    expect(ofPlace("step-4")).toEqual(["every-claim", "missing-claims", ...known, ...varied]);
    expect(asked.slice(-3).map(({ body }) => body.pass)).toEqual([undefined, undefined, undefined]);
    expect(find(report, "REST-CheckMember/AskPerson/every-claim").consequence).toBe(
      "The form is accepted, with memberNumber, loyaltyPoints. Later steps do not see loyaltyPoints: no output claim of the form AskPerson hands it on.",
    );
    expect(find(report, "REST-CheckMember/step-4/every-claim").consequence).toContain(
      "The journey goes on, with memberNumber, loyaltyPoints.",
    );
    expect(asked.every(({ request }) => request.url === "/members?code=key-in-the-address")).toBe(true);
  });

  it("is sent what the policy says, and what is awkward as it is", async () => {
    const { url, asked } = await api(() => good);
    await test(url, { claims: ["givenName=Known to the API"] });
    expect(asked[0]?.body).toEqual({
      mail: "ida.lund@northwind.example",
      givenName: "Known to the API",
      loyaltyPoints: 42,
      pass: "Passw0rd!vestibule",
      newsletter: "123456",
      lcid: "1033",
    });
    const bodies = asked.map(({ body }) => body);
    expect(bodies.some((body) => Object.keys(body).sort().join() === "lcid,mail,newsletter")).toBe(true);
    // The default stands in where the journey has no value.
    expect(new Set(bodies.map((body) => body.newsletter))).toContain("no");
    expect(bodies.some(({ newsletter }) => String(newsletter).includes("🦊"))).toBe(true);
    expect(bodies.some(({ newsletter }) => String(newsletter).length === 1024)).toBe(true);
    expect(bodies.some(({ lcid }) => lcid === "1025")).toBe(true);
    expect(asked.some(({ text }) => text.includes('"loyaltyPoints":9007199254740993'))).toBe(true);
    expect(new Set(bodies.map((body) => body.givenName))).toEqual(new Set(["Known to the API", undefined]));
  });

  it("may refuse: the person reads it at the form, in a step the application is told", async () => {
    const { url } = await api(() => ({
      status: 409,
      body: { version: "1", status: 409, userMessage: "Your membership has ended." },
    }));
    const report = await test(url);
    expect(rulesOf(report)).toEqual([]);
    expect(find(report, "REST-CheckMember/AskPerson/every-claim")).toMatchObject({
      decision: "page",
      consequence:
        "The person stays at the form and reads “Your membership has ended.”. Nothing after it is run.",
    });
    expect(find(report, "REST-CheckMember/step-4/every-claim").consequence).toBe(
      "The journey ends: the application gets the error AADB2C90075, “The claims exchange 'REST-CheckMember' specified in step '4' returned HTTP error response with Code 'Conflict' and Reason 'Your membership has ended.'.”.",
    );
  });

  it("is called at another address, whole or by its origin", async () => {
    const { url, asked } = await api(() => good);
    await test("https://members.fabrikam.example", { url });
    expect(asked[0]?.request.url).toBe("/members?code=key-in-the-address");
    asked.length = 0;
    await test("https://members.fabrikam.example", { url: `${url}/mine` });
    expect(asked[0]?.request.url).toBe("/mine");
  });

  it("gets the token of a claim and its values in the address", async () => {
    const { url, asked } = await api(
      () => ({ body: { tier: "gold" } }),
      ({ request }) => request.headers.authorization === "Bearer token-of-the-api",
    );
    const report = await test(url, { profile: "rest-enrich", claims: ["bearer=env:TOKEN"] });
    expect(rulesOf(report)).toEqual([]);
    expect(asked[0]?.request.method).toBe("GET");
    expect(asked[0]?.request.url).toMatch(/^\/enrich\/[0-9a-f-]{36}$/);
    expect(report.results.map(({ id }) => id.split("/").at(-1))).toEqual(
      expect.arrayContaining(["no-credentials", "wrong-token", "shorter-token"]),
    );
    expect(JSON.stringify(report)).not.toContain("token-of-the-api");
  });

  it("gets the body that the profile's transformations make", async () => {
    const { url, asked } = await api(
      () => ({ body: "" }),
      ({ request }) => request.headers["x-functions-key"] === "key-of-the-orders",
    );
    const report = await test(url, { profile: "REST-Order", policy: "b2c_1a_MEMBER" });
    expect(rulesOf(report)).toEqual([]);
    expect(asked[0]?.body).toEqual({ customer: { email: "ida.lund@northwind.example" } });
    expect(JSON.stringify(report)).not.toContain("key-of-the-orders");
  });
});

it("a token endpoint is asked for the token, and is no part of the test", async () => {
  const { url, asked } = await api(
    ({ request }) =>
      request.url === "/token" ? { body: { access_token: "fetched-token", token_type: "Bearer" } } : good,
    ({ request, text }) =>
      request.url === "/token" ||
      (request.headers.authorization === "Bearer fetched-token" && isSigned(request, text)),
  );
  const report = await test(url, {
    keys: [...keys, "B2C_1A_Client=secret-of-the-client"],
    metadata: {
      AuthenticationType: "Bearer",
      "vestibule.tokenEndpoint": `${url}/token`,
      "vestibule.clientId": "vestibule",
    },
  });
  expect(rulesOf(report)).toEqual([]);
  expect(find(report, "REST-CheckMember/AskPerson/wrong-token").consequence).toBe("The stranger is refused.");
  // Once, and once more for each of the five strangers: a refused token may have been revoked.
  expect(asked.filter(({ request }) => request.url === "/token")).toHaveLength(6);
  expect(JSON.stringify(report)).not.toMatch(/fetched-token|secret-of-the-client/);
});

describe("an API of a RESTful technical profile that breaks a rule", () => {
  it.each<[string, (asked: Asked) => Reply, readonly string[]]>([
    [
      "answers 500",
      () => ({ status: 500, body: { userMessage: "Nobody reads this." } }),
      ["unusable-answer"],
    ],
    ["answers 404 without a sentence", () => ({ status: 404 }), ["unusable-answer"]],
    ["answers no JSON", () => ({ body: "ok" }), ["unusable-answer"]],
    ["answers a wrong type", () => ({ body: { points: "many" } }), ["unusable-answer"]],
    ["answers as text", () => ({ ...good, headers: { "content-type": "text/plain" } }), ["content-type"]],
    [
      "refuses with 200",
      () => ({ body: { version: "1", status: 409, userMessage: "No." } }),
      ["error-with-200"],
    ],
    [
      "refuses without version and status, in markup",
      () => ({ status: 400, body: { userMessage: "<b>No.</b>" } }),
      ["message-markup", "status-missing", "version-missing"],
    ],
    [
      "refuses at length",
      () => ({ status: 400, body: { version: "1", status: 409, userMessage: "x".repeat(2001) } }),
      ["message-cut"],
    ],
    ["answers null", () => ({ body: { memberNo: null, points: 1 } }), ["null-claim"]],
    ["misspells a claim", () => ({ body: { memberNbr: "1", points: 1 } }), ["claim-nearly-named"]],
    ["repeats its password", () => ({ body: { memberNo: "s3cr:et" } }), ["secret-in-answer"]],
    [
      "makes something new of each delivery",
      ({ count }) => ({ body: { memberNo: String(count) } }),
      ["repeated-delivery-differs"],
    ],
  ])("%s", async (_, reply, rules) => {
    const { url } = await api(reply);
    expect(rulesOf(await test(url))).toEqual(rules);
  });

  it("is told what nobody takes, and why", async () => {
    const { url } = await api(() => ({ body: { version: "1", greeting: "Hej", points: null } }));
    expect(find(await test(url), "REST-CheckMember/step-4/every-claim").consequence).toMatch(
      /^The journey goes on\. Ignored: .*greeting \(no output claim takes it\)/,
    );
  });

  it("does not refuse whom it should", async () => {
    const { url } = await api(({ body }) =>
      body.givenName === "Nobody"
        ? { status: 409, body: { version: "1", status: 409, userMessage: "Who?" } }
        : good,
    );
    const report = await test(url, { refused: ["givenName=Nobody", "loyaltyPoints=0"] });
    const asked = report.results.filter(({ id }) => id.includes("/AskPerson/refused-"));
    expect(asked.map(({ id, findings }) => [id.split("-").at(-1), findings.map(({ rule }) => rule)])).toEqual(
      [
        ["givenName", []],
        ["loyaltyPoints", ["not-refused"]],
      ],
    );
  });

  it("is judged by what the policy says of failures", async () => {
    const { url } = await api(() => ({ status: 503 }));
    const report = await test(url);
    expect(find(report, "REST-CheckMember/AskPerson/every-claim")).toMatchObject({
      verdict: "failed",
      // The text of the form's language.
      consequence: "The person stays at the form and reads “Our register rests.”. Nothing after it is run.",
    });
    const lenient = await test(url, { metadata: { "vestibule.onFailure": "continue" } });
    expect(find(lenient, "REST-CheckMember/AskPerson/every-claim")).toMatchObject({
      verdict: "failed",
      decision: "continue",
    });
  });

  it("lets strangers in, or looks at half of what proves the server", async () => {
    const open = await api(
      () => good,
      () => true,
    );
    const strange = (report: TestReport) =>
      report.results
        .filter(({ findings }) => findings.some(({ rule }) => rule === "caller-not-checked"))
        .map(({ id }) => id.split("/").at(-1));
    expect(strange(await test(open.url))).toHaveLength(6);
    const unsigned = await api(
      () => good,
      ({ request }) => request.headers.authorization === authorization,
    );
    expect(strange(await test(unsigned.url))).toEqual(["no-signature", "wrong-signature"]);
  });

  it("is unreachable: the first case says so, and no further one is run", async () => {
    const { url } = await api(() => good);
    for (const server of servers.splice(0)) server.close();
    const report = await test(url);
    expect(report.results).toHaveLength(1);
    expect(report.stopped).toMatch(/cannot be reached.*ECONNREFUSED/);
  });
});

describe("a report on a RESTful technical profile", () => {
  it("holds no secret, in JSON and in JUnit", async () => {
    const { url } = await api(({ text }) => ({ status: 500, body: `echo ${text}` }));
    const report = await test(url);
    for (const text of [jsonReport(report), junitReport(report)]) {
      expect(text).toContain("REST-CheckMember");
      for (const secret of ["s3cr:et", signingKey, "key-in-the-address", "Passw0rd!vestibule"]) {
        expect(text).not.toContain(secret);
      }
    }
    expect(junitReport(report)).toContain('<testsuite name="REST-CheckMember, behind AskPerson"');
  });
});

describe("a transformation before the call", () => {
  const order = { profile: "REST-Order" };

  it("that stops it is told as the reason", async () => {
    const { url, asked } = await api(() => good);
    const report = await test(url, { ...order, before: "SameText" });
    expect(asked).toEqual([]);
    expect(find(report, "REST-Order/step-3/every-claim")).toMatchObject({
      verdict: "skipped",
      consequence: "The API is not asked: SameText: assertion failed",
    });
    const equal = ["email=a@b.example", "givenName=a@b.example"];
    await test(url, { ...order, before: "SameText", claims: equal });
    expect(asked.length).toBeGreaterThan(0);
  });

  it("needs its policy key like the profile", async () => {
    const { url, asked } = await api(() => good);
    const hashed = { ...order, before: "HashEmail" };
    await expect(test(url, hashed)).rejects.toThrow(/B2C_1A_Pepper \(HashEmail\) is not there/);
    await test(url, { ...hashed, keys: [...keys, "B2C_1A_Pepper=salt-and-pepper"] });
    expect(asked.length).toBeGreaterThan(0);
  });
});

describe("what was typed for a RESTful technical profile", () => {
  it.each<[Partial<WrittenProfileSetting>, RegExp]>([
    [{ profile: "REST-ChekMember" }, /Did you mean REST-CheckMember/],
    [{ profile: "AskPerson" }, /no|REST-CheckMember/i],
    [{ policy: "B2C_1A_membr" }, /Did you mean B2C_1A_member/],
    [{ tenant: "/no/such/folder" }, /cannot be read/],
    [{ claims: ["nothing"] }, /take NAME=VALUE/],
    [{ claims: ["givenNme=x"] }, /Did you mean givenName/],
    [{ claims: ["loyaltyPoints=many"] }, /is no long/],
    [{ claims: ["givenName=env:NO_SUCH"] }, /NO_SUCH is not set/],
    [{ keys: [] }, /B2C_1A_RestUser .* is not there/],
    [{ keys: ["B2C_1A_RestUser"] }, /--key takes/],
    [{ keys: ["B2C_1A_RestUser=file:/no/such/file"] }, /cannot be read/],
    [{ url: "nonsense" }, /is no address/],
    [{ url: "http://api.fabrikam.example" }, /only an API on this machine/],
    [{ profile: "REST-Enrich" }, /--claim bearer=VALUE/],
  ])("%j is refused with what would be right", async (more, message) => {
    await expect(test("http://127.0.0.1:9", more)).rejects.toThrow(message);
  });

  it.each([
    [{ SendClaimsIn: "Envelope" }, /no custom policy that can run\. .*member\.xml:\d+:\d+.*SendClaimsIn/],
    [{ "vestibule.mode": "notify" }, /only notifies/],
    [{ "vestibule.signature": "Jwt" }, /signs with the tenant's own key/],
  ])("%j of the profile cannot be tested, which is said", async (metadata, message) => {
    await expect(test("http://127.0.0.1:9", { metadata })).rejects.toThrow(message);
  });
});
