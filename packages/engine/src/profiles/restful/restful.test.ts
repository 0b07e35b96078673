import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredCertificate, TransportFailure } from "../../ports.ts";
import { runProfile } from "./profile-context.fixture.ts";

const creating = { "vestibule.connectorStep": "PostAttributeCollection" };
const failed = (failure: TransportFailure) =>
  ({ kind: "failure", failure, detail: "the socket said no", attempts: [{ duration: 1, failure }] }) as const;

describe("failures", () => {
  it.each([
    ["timeout", "within timeout limit 30 seconds. Restful service URL: https://api.fabrikam.example/signup"],
    ["dns", "Failed to resolve the hostname of the restful service endpoint."],
    ["connect", "Failed to establish connection to restful service end point. Restful service URL:"],
    ["tls", "Failed to establish connection to restful service end point."],
    ["reset", "Failed to establish connection"],
    ["refusedAddress", "Failed to establish connection"],
    ["tooLarge", "Failed to establish connection"],
    ["circuitOpen", "Restful Service URL: https://api.fabrikam.example/signup"],
  ] as const)("of the kind %s stop the journey with a text of their own", async (failure, text) => {
    const page = await runProfile({ metadata: creating, answer: failed(failure) });
    expect(page.result).toMatchObject({ kind: "systemError", code: "AADB2C90075" });
    expect(page.result).toMatchObject({ message: expect.stringContaining(text) });
    const step = await runProfile({ metadata: creating, answer: failed(failure), caller: "step" });
    expect(step.result).toMatchObject({ message: expect.stringContaining("Code 'Conflict' and Reason '") });
    expect(step.record).toMatchObject({
      decision: "fail",
      failure: { kind: failure, detail: "the socket said no" },
    });
  });

  it.each([
    [401, "AADB2C90027"],
    [403, "AADB2C90027"],
    [409, "AADB2C90261"],
    [302, "AADB2C90075"],
    [404, "AADB2C90075"],
    [500, "AADB2C90075"],
    [503, "AADB2C90075"],
  ])("HTTP %i without a message is %s", async (status, code) => {
    const { result } = await runProfile({ metadata: creating, answer: { status, body: "oops" } });
    expect(result).toMatchObject({ kind: "systemError", code });
  });

  it("prefer the condition's own message, then the general one, as B8 orders them", async () => {
    const general = { DefaultUserMessageIfRequestFailed: "General." };
    const both = { ...general, UserMessageIfRequestTimeout: "Too slow." };
    const message = async (
      messages: Record<string, string>,
      answer: ReturnType<typeof failed> | { status: number },
    ) => {
      const { result } = await runProfile({ metadata: creating, messages, answer });
      return "message" in result ? result.message : undefined;
    };
    expect(await message(both, failed("timeout"))).toBe("Too slow.");
    expect(await message(general, failed("timeout"))).toBe("General.");
    expect(await message(general, { status: 500 })).toBe("General.");
  });
});

describe("credentials", () => {
  const certificate = (uploaded: number, notBefore: number, notAfter: number): StoredCertificate => ({
    certificate: `CERT-${uploaded}`,
    privateKey: "KEY",
    uploaded,
    notBefore,
    notAfter,
    thumbprint: "AA",
  });
  const now = 1_767_225_600;
  const withCertificates = (certificates: StoredCertificate[]) =>
    runProfile({ metadata: { ...creating, AuthenticationType: "ClientCertificate" }, certificates });

  it("present the certificate that was uploaded last among the valid ones", async () => {
    const { sent } = await withCertificates([
      certificate(1, now - 10, now + 10),
      certificate(3, now + 1, now + 99),
      certificate(2, now - 10, now + 5),
    ]);
    expect(sent[0]?.clientCertificate).toMatchObject({ certificate: "CERT-2", privateKey: "KEY" });
    expect(sent[0]?.headers).not.toHaveProperty("authorization");
  });

  it("send nothing where no certificate is valid, and tell the operator only", async () => {
    const { sent, result, record } = await withCertificates([certificate(1, now - 10, now - 1)]);
    expect(sent).toEqual([]);
    expect(record.failure).toMatchObject({
      kind: "credentials",
      detail: expect.stringContaining("AADB2C90028"),
    });
    expect(JSON.stringify(result)).not.toContain("90028");
  });

  it("are required in production, and the address must be https there", async () => {
    const anonymous = { metadata: { ...creating, AuthenticationType: "None" } };
    const plain = { metadata: { ...creating, ServiceUrl: "http://localhost:9000/x" } };
    expect((await runProfile(anonymous)).result).toMatchObject({ code: "AADB2C90258" });
    expect((await runProfile(plain)).result).toMatchObject({ code: "AADB2C90256" });
    for (const allowed of [{ development: true }, { deploymentMode: "Development" }] as const) {
      expect((await runProfile({ ...anonymous, ...allowed })).result.kind).toBe("values");
      expect((await runProfile({ ...plain, ...allowed })).result.kind).toBe("values");
    }
  });

  it("of the kind ApiKeyHeader are one header, named by the key", async () => {
    const { sent, record } = await runProfile({
      metadata: { ...creating, AuthenticationType: "ApiKeyHeader" },
      keys: { "x-functions-key": "fk-9000" },
    });
    expect(sent[0]?.headers).toMatchObject({ "x-functions-key": "fk-9000" });
    expect(record.request.headers["x-functions-key"]).toBe("******");
  });
});

describe("the call record", () => {
  it.each([
    ["a connector's", creating],
    ["a technical profile's", {}],
  ])("stays small where %s API answers with a megabyte of names and values", async (_, metadata) => {
    const members = Array.from({ length: 50_000 }, (_each, index) => [`displayNam${index}`, index]);
    const body = { version: "1", action: "Continue", ...Object.fromEntries(members), displayName: "Ida" };
    const output = ["displayName"];
    const many = await runProfile({ metadata, output, answer: { status: 200, body } });
    expect(many.result).toEqual({ kind: "values", values: { displayName: "Ida" } });
    const { verdicts, warnings } = many.record;
    expect(verdicts).toContainEqual(expect.objectContaining({ verdict: "used", claim: "displayName" }));
    expect(verdicts.length).toBeLessThan(110);
    expect(warnings.join()).toMatch(/members-not-told:499\d\d/);
    expect(JSON.stringify(many.record).length + many.trace.length).toBeLessThan(80_000);

    const long = { ["n".repeat(300_000)]: 1, displayName: "v".repeat(300_000) };
    const { record, trace } = await runProfile({ metadata, output, answer: { status: 200, body: long } });
    expect(JSON.stringify(record).length + trace.length).toBeLessThan(120_000);
    expect(record.verdicts.map(({ name }) => name.slice(0, 4)).sort()).toEqual(["disp", "nnnn"]);
  });

  it("holds no credential, key, query string, password or token, whatever the API echoes", async () => {
    const secrets = ["s3cr:et", "k-123", "hunter2!", "Y29ubmVjdG9yOnMzY3I6ZXQ=", "eyJhbGciOiJub25lIn0.e30.x"];
    const echo = { note: secrets.join(" "), access_token: "tok-en-1", url: "https://x.example/?code=k-123" };
    for (const answer of [
      { status: 200, body: { version: "1", action: "Continue", ...echo } },
      { status: 500, body: `<p>${secrets.join(" ")}</p>` },
      { status: 400, body: { userMessage: "no", ...echo } },
    ]) {
      const { record, trace } = await runProfile({
        metadata: creating,
        input: [["newPassword", "password"], "displayName"],
        claims: { displayName: "Ida" },
        secrets: { newPassword: "hunter2!" },
        answer,
      });
      for (const secret of [...secrets, "tok-en-1"]) {
        expect(JSON.stringify(record)).not.toContain(secret);
        expect(trace).not.toContain(secret);
      }
      expect(record.request).toMatchObject({ url: "https://api.fabrikam.example/signup", method: "POST" });
      expect(record.request.headers.authorization).toBe("******");
      expect(record.request.body).toContain("Ida");
    }
  });

  it("holds no secret in another spelling of JSON, in names and values neither", async () => {
    const secret = 'pa+ss/"å🦊\n';
    const everyUnit = [...Array(secret.length).keys()]
      .map((at) => `\\u${secret.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0")}`)
      .join("");
    for (const spelling of [
      everyUnit,
      everyUnit.toLowerCase(),
      JSON.stringify(secret).slice(1, -1).replace("/", "\\/"),
    ]) {
      const body = `{"version":"1","action":"Continue","displayName":"is ${spelling}","of ${spelling}":1,"back\\\\u0041":"C:\\\\u"}`;
      const { record, trace } = await runProfile({
        metadata: creating,
        input: [["newPassword", "password"]],
        output: ["displayName"],
        secrets: { newPassword: secret },
        answer: { kind: "answer", status: 200, headers: {}, body, attempts: [] },
      });
      expect(record.verdicts.map(({ name }) => name).sort()).toEqual([
        "back\\u0041",
        "displayName",
        "of ******",
      ]);
      expect(record.verdicts).toContainEqual(expect.objectContaining({ value: "is ******" }));
      expect(JSON.parse(record.response?.body ?? "")).toEqual({
        version: "1",
        action: "Continue",
        displayName: "is ******",
        "of ******": 1,
        "back\\u0041": "C:\\u",
      });
      expect(JSON.stringify(record) + trace).not.toContain("pa+ss");
    }
  });

  it("is written once for each call and says what was decided", async () => {
    const { record } = await runProfile({ metadata: { ...creating, "vestibule.connectorId": "c-1" } });
    expect(record).toMatchObject({
      correlationId: "11111111-2222-4333-8444-555555555555",
      policyId: "B2C_1_signup",
      technicalProfile: "PreUserWriteRestful",
      connectorStep: "PostAttributeCollection",
      connectorId: "c-1",
      step: 4,
      decision: "continue",
      response: { status: 200 },
      attempts: [{ duration: 3, status: 200 }],
    });
  });
});

it("never throws and never continues on an answer that does not say so", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 100, max: 599 }), fc.string(), async (status, body) => {
      const { result } = await runProfile({ metadata: creating, answer: { status, body } });
      if (result.kind === "values") {
        expect(status >= 200 && status < 300).toBe(true);
        expect(JSON.parse(body)).toBeTypeOf("object");
      }
    }),
    { numRuns: 300 },
  );
});
