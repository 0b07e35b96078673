import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type CallerCheck, connector, continueWith, signature, toNode } from "@vestibule/connector";
import { SaxesParser } from "saxes";
import { afterEach, describe, expect, it } from "vitest";
import { jsonReport, junitReport, summaryOf } from "../report.ts";
import { type CaseResult, runContractTests, type TestReport } from "../run.ts";
import type { Step } from "./sandbox.ts";
import { sampleJson, type TestSetting } from "./setting.ts";
import { connectorSubject } from "./subject.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Asked {
  readonly body: Record<string, unknown>;
  readonly request: IncomingMessage;
  readonly count: number;
}
type Reply = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown };

const authorization = `Basic ${btoa("connector:s3cr:et")}`;
const right = ({ request }: Asked) => request.headers.authorization === authorization;
const good: Reply = { body: { version: "1.0.0", action: "Continue" } };

/** An API that checks its caller, and answers as the test says. */
async function api(reply: (asked: Asked) => Reply, checked: (asked: Asked) => boolean = right) {
  const bodies: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    const asked = { body: JSON.parse(text), request, count: bodies.length };
    bodies.push(asked.body);
    const {
      status = 200,
      headers = { "content-type": "application/json" },
      body,
    } = checked(asked) ? reply(asked) : { status: 401, body: undefined };
    response.writeHead(status, headers);
    response.end(body === undefined || typeof body === "string" ? body : JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sign-up`, bodies };
}

async function test(
  url: string,
  steps: readonly Step[],
  more: Partial<TestSetting> = {},
): Promise<TestReport> {
  const setting: TestSetting = {
    url,
    credentials: { kind: "basic", username: "connector", password: "s3cr:et" },
    attributes: [
      { name: "Tier", dataType: "int64" },
      { name: "OptIn", dataType: "boolean" },
      { name: "Invite", dataType: "string" },
    ],
    claims: {},
    refused: [],
    extensionsAppId: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    preset: "seed",
    certificateAuthorities: [],
    ...more,
  };
  return runContractTests(connectorSubject(setting, steps));
}

const rulesOf = ({ results }: TestReport) =>
  [...new Set(results.flatMap(({ findings }) => findings.map(({ rule }) => rule)))].sort();
const find = ({ results }: TestReport, id: string): CaseResult => {
  const found = results.find((one) => one.id === id);
  if (!found) throw new Error(`no case ${id}: ${results.map((one) => one.id).join(", ")}`);
  return found;
};

const all: readonly Step[] = ["PostFederationSignup", "PostAttributeCollection", "PreTokenIssuance"];

describe("an API that keeps the contract", () => {
  it("fails no case, at any step and for any kind of account", async () => {
    const { url, bodies } = await api(() => good);
    const report = await test(url, all);
    expect(rulesOf(report)).toEqual([]);
    expect(report.results.filter(({ verdict }) => verdict !== "ok").map(({ id }) => id)).toEqual([]);
    expect(summaryOf(report)).toMatchObject({ failed: 0, skipped: 0, errors: 0, warnings: 0 });
    expect(report.results.length).toBeGreaterThanOrEqual(50);
    const of = (step: string) => bodies.filter((body) => body.step === step);
    for (const step of all) expect(of(step).length, step).toBeGreaterThan(8);
    expect(of("PostFederationSignup").some((body) => body.email === undefined)).toBe(true);
    const kinds = of("PreTokenIssuance").flatMap((body) =>
      (body.identities as { signInType: string }[]).map(({ signInType }) => signInType),
    );
    expect(new Set(kinds)).toEqual(new Set(["emailAddress", "userName", "federated"]));
    expect(of("PreTokenIssuance").every((body) => typeof body.objectId === "string")).toBe(true);
  });

  it("is sent what is awkward as it is", async () => {
    const { url, bodies } = await api(() => good);
    await test(url, ["PostAttributeCollection"], { claims: { Invite: "known to the API" } });
    const texts = bodies.map((body) => JSON.stringify(body));
    expect(
      texts.some((text) => text.includes("🦊") && text.includes("李小龍") && text.includes("\u202e")),
    ).toBe(true);
    const longest = bodies.find((body) => String(body.displayName).length === 256);
    expect(String(longest?.streetAddress).length).toBe(1024);
    expect(bodies.some((body) => body.ui_locales === "ar-SA")).toBe(true);
    expect(bodies.some((body) => body.city === undefined && body.displayName === undefined)).toBe(true);
    const invites = new Set(bodies.map((body) => body.extension_0a1b2c3d4e5f60718293a4b5c6d7e8f9_Invite));
    expect(invites).toEqual(new Set(["known to the API", undefined]));
  });

  it("is sent the template and the JSON that its connector asks for, and may answer with JSON", async () => {
    const asked: unknown[] = [];
    const json = { roles: ["a", { b: null }] };
    const { url } = await api(({ body }) => {
      asked.push(body);
      return { body: { version: "1", action: "Continue", extension_Invite: json } };
    });
    const template = { at: "{step}", who: { invite: "{extension_Invite}", mail: "{email}" } };
    const more = { requestTemplate: JSON.stringify(template), jsonClaims: ["Invite"] };
    const report = await test(url, all, more);
    expect(rulesOf(report)).toEqual([]);
    expect(asked).toContainEqual({
      at: "PostAttributeCollection",
      who: { invite: JSON.parse(sampleJson), mail: "ida.lund@northwind.example" },
    });
    expect(find(report, "PreTokenIssuance/local/every-attribute").consequence).toBe(
      "The token goes out, with extension_Invite.",
    );
    const flat = await test(url, ["PostAttributeCollection"]);
    expect(find(flat, "PostAttributeCollection/local/every-attribute").findings).toMatchObject([
      { rule: "unusable-answer", message: expect.stringContaining("--attribute NAME:json") },
    ]);
  });

  it("is told what its claims do", async () => {
    const { url } = await api(({ body }) => ({
      body: { version: "1", action: "Continue", city: "LUND", extension_Tier: body.objectId ? 7 : 3 },
    }));
    const report = await test(url, all);
    expect(find(report, "PostFederationSignup/federated/every-attribute").consequence).toBe(
      "The form is shown, filled in with city, extension_Tier.",
    );
    expect(find(report, "PostAttributeCollection/local/every-attribute").consequence).toBe(
      "The account is created, with city, extension_Tier. The token goes out, with city, extension_Tier.",
    );
    expect(find(report, "PreTokenIssuance/local/every-attribute").consequence).toBe(
      "The token goes out, with city, extension_Tier.",
    );
  });

  it("may block and correct: that is an answer too", async () => {
    const { url } = await api(({ body }) =>
      body.city === undefined
        ? {
            status: 400,
            body: { version: "1", status: 400, action: "ValidationError", userMessage: "Where?" },
          }
        : { body: { version: "1", action: "ShowBlockPage", userMessage: "Not yet." } },
    );
    const report = await test(url, ["PostAttributeCollection"]);
    expect(rulesOf(report)).toEqual([]);
    expect(find(report, "PostAttributeCollection/local/missing-attributes")).toMatchObject({
      decision: "page",
      consequence: "The person stays at the form and reads “Where?”. Nothing is created.",
    });
    expect(find(report, "PostAttributeCollection/federated/every-attribute")).toMatchObject({
      decision: "block",
      consequence: "The flow ends with the page “Not yet.”.",
    });
  });
});

describe("an API that is to refuse somebody", () => {
  const refusing = ({ body }: Asked): Reply =>
    body.city === "Nowhere"
      ? { body: { version: "1", action: "ShowBlockPage", userMessage: "Not from there." } }
      : good;
  const cities = [{ city: "Nowhere" }, { city: "Elsewhere" }];

  it("is found out where it does not", async () => {
    const { url } = await api(refusing);
    const report = await test(url, ["PostAttributeCollection", "PreTokenIssuance"], { refused: cities });
    const asked = report.results.filter(({ id }) => id.endsWith("refused-city"));
    expect(asked.map(({ verdict, findings }) => [verdict, findings.map(({ rule }) => rule)])).toEqual([
      ["ok", []],
      ["failed", ["not-refused"]],
    ]);
  });
});

describe("an API that breaks a rule", () => {
  it.each<[string, (asked: Asked) => Reply, readonly string[]]>([
    ["answers 500", () => ({ status: 500, body: "stack trace" }), ["unusable-answer"]],
    ["answers no JSON", () => ({ body: "ok" }), ["unusable-answer"]],
    ["answers nothing", () => ({}), ["unusable-answer"]],
    ["has an action of its own", () => ({ body: { version: "1", action: "Block" } }), ["unusable-answer"]],
    [
      "answers a wrong type",
      () => ({ body: { version: "1", action: "Continue", extension_Tier: "gold" } }),
      ["unusable-answer"],
    ],
    [
      "leaves out version and action",
      () => ({ body: { success: true } }),
      ["action-missing", "claim-unknown", "version-missing"],
    ],
    ["allows", () => ({ body: { version: "1", action: "Allow" } }), ["legacy-action"]],
    ["answers as text", () => ({ ...good, headers: { "content-type": "text/plain" } }), ["content-type"]],
    [
      "corrects with 200 and markup",
      () => ({ body: { version: "1", action: "ValidationError", userMessage: "<b>No</b>" } }),
      ["correction-with-200", "message-markup"],
    ],
    [
      "corrects at length",
      () => ({
        status: 400,
        body: { version: "1", action: "ValidationError", userMessage: "x".repeat(2001) },
      }),
      ["message-cut", "status-missing"],
    ],
    [
      "sets what no API sets",
      () => ({
        body: {
          version: "1",
          action: "Continue",
          email: "a@b.example",
          given_name: "Ida",
          extension_ffffffffffffffffffffffffffffffff_Tier: 1,
        },
      }),
      ["claim-not-settable", "claim-of-another-tenant", "claim-unknown"],
    ],
    [
      "repeats its password",
      () => ({ body: { version: "1", action: "Continue", code: "s3cr:et" } }),
      ["secret-in-answer"],
    ],
    [
      "makes something new of each delivery",
      ({ count }) => ({ body: { version: "1", action: "Continue", extension_Tier: count } }),
      ["repeated-delivery-differs"],
    ],
  ])("%s", async (_name, reply, rules) => {
    const { url } = await api(reply);
    expect(rulesOf(await test(url, ["PostAttributeCollection"]))).toEqual(rules);
  });

  it("decides a repeated delivery otherwise", async () => {
    const seen = new Set<string>();
    const { url } = await api(({ body }) => {
      const key = JSON.stringify(body);
      if (seen.has(key)) return { body: { version: "1", action: "ShowBlockPage", userMessage: "Again?" } };
      seen.add(key);
      return good;
    });
    const report = await test(url, ["PreTokenIssuance", "PostFederationSignup"]);
    expect(rulesOf(report)).toContain("repeated-delivery");
  });

  it("blocks before the token, which has no effect", async () => {
    const { url } = await api(() => ({
      body: { version: "1", action: "ShowBlockPage", userMessage: "No." },
    }));
    const report = await test(url, ["PreTokenIssuance"]);
    expect(rulesOf(report)).toEqual(["block-before-token"]);
    expect(find(report, "PreTokenIssuance/local/every-attribute").consequence).toBe("The token goes out.");
  });

  it("lets strangers in, or only looks at the beginning of the password", async () => {
    const open = await api(
      () => good,
      () => true,
    );
    const report = await test(open.url, ["PostAttributeCollection"]);
    const strangers = report.results.filter(({ id }) => /credentials|password|user-name/.test(id));
    expect(strangers).toHaveLength(4);
    for (const { findings } of strangers) expect(findings[0]?.rule).toBe("caller-not-checked");

    const careless = await api(
      () => good,
      ({ request }) => /^Basic Y29ubmVjdG9yOnMzY3I6Z/.test(request.headers.authorization ?? ""),
    );
    const found = await test(careless.url, ["PostAttributeCollection"]);
    expect(found.results.filter(({ verdict }) => verdict === "failed").map(({ id }) => id)).toEqual([
      "PostAttributeCollection/local/wrong-password",
      "PostAttributeCollection/local/shorter-password",
    ]);
  });

  it("whose key stands in the address is asked without it", async () => {
    const keyed = await api(
      () => good,
      ({ request }) => request.url === "/sign-up?code=k-123",
    );
    const none = { credentials: { kind: "none" } } as const;
    const report = await test(`${keyed.url}?code=k-123`, ["PostAttributeCollection"], none);
    expect(rulesOf(report)).toEqual([]);
    expect(find(report, "PostAttributeCollection/local/no-key")).toMatchObject({
      verdict: "ok",
      consequence: "The stranger is refused.",
    });
    expect(JSON.stringify(report)).not.toContain("k-123");
  });
});

describe("an API that wants signed requests, checked by the library for authors of APIs", () => {
  const key = "a shared key of many characters";
  const signed = async (check: CallerCheck) => {
    const checked = connector({
      authenticate: check,
      beforeCreating: () => continueWith(),
      onError: () => undefined,
    });
    const server = createServer(toNode(checked));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sign-up?code=a%20b`;
    return test(url, ["PostAttributeCollection"], { credentials: { kind: "none" }, signingKey: key });
  };

  it("takes what the server signs, and nothing that is signed otherwise", async () => {
    const report = await signed(signature({ keys: ["a key that is renewed", key] }));
    expect(rulesOf(report)).toEqual([]);
    for (const id of ["no-signature", "wrong-signature"]) {
      expect(find(report, `PostAttributeCollection/local/${id}`).consequence).toBe(
        "The stranger is refused.",
      );
    }
  });

  it("is found out where it does not look", async () => {
    const report = await signed((call) => call.header("vestibule-signature") !== undefined);
    const careless = report.results.filter(({ verdict }) => verdict === "failed").map(({ id }) => id);
    expect(careless).toContain("PostAttributeCollection/local/wrong-signature");
  });
});

describe("a report", () => {
  it("stops where the API cannot be reached, and says why", async () => {
    const { url } = await api(() => good);
    for (const server of servers.splice(0)) server.close();
    const report = await test(url, all, { preset: "strict" });
    expect(report.results).toHaveLength(1);
    expect(report.stopped).toMatch(/cannot be reached.*ECONNREFUSED/);
  });

  it("is JSON and JUnit, holds no credential, and survives what an API answers", async () => {
    const { url } = await api(() => ({ status: 500, body: `]]> <"&\u0000\ud800 ${"s3cr:et"}` }));
    const report = await test(url, ["PostAttributeCollection"]);
    const parsed = JSON.parse(jsonReport(report));
    expect(parsed.summary).toMatchObject({ failed: expect.any(Number), errors: expect.any(Number) });
    expect(parsed.cases[0]).toMatchObject({
      id: "PostAttributeCollection/local/every-attribute",
      verdict: "failed",
      record: { request: { method: "POST" }, response: { status: 500 } },
    });
    const xml = junitReport(report);
    let failures = 0;
    let cases = 0;
    const parser = new SaxesParser();
    parser.on("opentag", ({ name }) => {
      if (name === "testcase") cases++;
      if (name === "failure") failures++;
    });
    parser.write(xml).close();
    expect(cases).toBe(report.results.length);
    expect(failures).toBe(parsed.summary.failed);
    for (const text of [JSON.stringify(parsed), xml]) expect(text).not.toContain("s3cr:et");
  });
});

it("reports nothing that is nearly a secret, where the API repeats what a stranger sent", async () => {
  const { url } = await api(
    ({ request: { headers } }) => {
      const { authorization: given = "", "x-key": key } = headers;
      const [user, ...password] = atob(given.replace("Basic ", "")).split(":");
      return { status: 401, body: { given, user, password: password.join(":"), key } };
    },
    () => true,
  );
  for (const credentials of [
    { kind: "basic", username: "connector", password: "s3cr:et" },
    { kind: "apiKeyHeader", header: "X-Key", key: "key-of-an-api" },
  ] as const) {
    const report = await test(url, ["PostAttributeCollection"], { credentials });
    const strangers = report.results.filter(({ id }) => /wrong-|shorter-/.test(id));
    expect(strangers.length).toBeGreaterThan(1);
    for (const { decision } of strangers) expect(decision).toBe("fail");
    expect(jsonReport({ ...report, results: strangers })).not.toMatch(
      /s3cr:e|key-of-an-ap|Y29ubmVjdG9yOnMzY3I|Y29ubmVjdG9yeDpz/,
    );
  }
});
