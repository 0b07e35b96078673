import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { HttpCall } from "../../ports.ts";
import { type Run, runProfile } from "./profile-context.fixture.ts";

const creating = { "vestibule.connectorStep": "PostAttributeCollection" };
const [present, previous] = ["present-key-0123456789", "previous-key-0123456789"];
const run = (metadata: Record<string, string>, more: Partial<Run> = {}) =>
  runProfile({ metadata: { ...creating, ...metadata }, ...more });
const only = (sent: readonly HttpCall[]): HttpCall => {
  expect(sent).toHaveLength(1);
  return sent[0] as HttpCall;
};

/** The check that docs/api-connectors.md describes, written anew. */
function verifies({ headers, method, url, body = "" }: HttpCall, key: string): boolean {
  const [time, ...signatures] = (headers["vestibule-signature"] ?? "").split(",");
  const { pathname, search } = new URL(url);
  const digest = createHash("sha256").update(body).digest("base64url");
  const text = `v1\n${time?.slice(2)}\n${method}\n${pathname}${search}\n${headers["idempotency-key"]}\n${digest}`;
  return signatures.includes(`v1=${createHmac("sha256", key).update(text).digest("base64url")}`);
}

describe("a signature with a shared key", () => {
  const signed = { "vestibule.signature": "HmacSha256" };

  it("covers time, method, path with query, idempotency key and body", async () => {
    const { sent, record } = await run(signed, { keys: { "vestibule.SigningKey": present } });
    const call = only(sent);
    expect(call.headers["vestibule-signature"]).toMatch(/^t=1767225600,v1=[\w-]{43}$/);
    expect(verifies(call, present)).toBe(true);
    expect(verifies(call, previous)).toBe(false);
    expect(verifies({ ...call, body: `${call.body} ` }, present)).toBe(false);
    expect(verifies({ ...call, url: `${call.url}&x=1` }, present)).toBe(false);
    const headers = { ...call.headers, "idempotency-key": "another" };
    expect(verifies({ ...call, headers }, present)).toBe(false);
    expect(JSON.stringify(record)).not.toContain(present);
  });

  it("holds with the old and the new key while they are changed", async () => {
    const keys = { "vestibule.SigningKey": present, "vestibule.PreviousSigningKey": previous };
    const call = only((await run(signed, { keys })).sent);
    expect([verifies(call, present), verifies(call, previous)]).toEqual([true, true]);
  });

  it("stands for who calls where there are no other credentials", async () => {
    const { sent } = await run(
      { ...signed, AuthenticationType: "None" },
      { keys: { "vestibule.SigningKey": present } },
    );
    expect(verifies(only(sent), present)).toBe(true);
  });

  it("with a key that is too short or missing sends nothing", async () => {
    const short = await run(signed, { keys: { "vestibule.SigningKey": "short" } });
    expect(short.sent).toEqual([]);
    expect(short.result).toMatchObject({ kind: "systemError", code: "AADB2C90019" });
    await expect(run(signed)).rejects.toThrow("vestibule.SigningKey");
  });
});

it("a signed token names receiver, request and the hash of its body, and is in no record", async () => {
  const { sent, record, trace } = await run({ "vestibule.signature": "Jwt" });
  const call = only(sent);
  const token = call.headers["vestibule-request-token"] ?? "";
  expect(JSON.parse(token.slice("signed.".length))).toEqual({
    aud: "https://api.fabrikam.example",
    iat: 1767225600,
    exp: 1767225900,
    jti: call.headers["idempotency-key"],
    method: "POST",
    target: "/signup?code=k-123",
    body_sha256: createHash("sha256")
      .update(call.body ?? "")
      .digest("base64url"),
  });
  expect(JSON.stringify(record) + trace).not.toContain("signed.");
});

describe("headers", () => {
  it("are sent as many as there are, secret ones masked in the record", async () => {
    const { sent, record } = await run(
      {
        "vestibule.header.X-Region": "north",
        "vestibule.correlationId": "true",
        "vestibule.idempotencyKey": "true",
      },
      { keys: { "vestibule.header.X-Key": "k3y-0123" } },
    );
    expect(only(sent).headers).toMatchObject({
      "X-Region": "north",
      "X-Key": "k3y-0123",
      "x-correlation-id": "11111111-2222-4333-8444-555555555555",
      "idempotency-key": "99999999-2222-4333-8444-555555555555",
    });
    expect(record.request.headers).toMatchObject({ "X-Region": "north", "X-Key": "******" });
  });

  it("that tell who asks are not sent where nobody wants them", async () => {
    const { headers } = only((await run({})).sent);
    expect(Object.keys(headers).filter((name) => /idempotency|correlation|vestibule/i.test(name))).toEqual(
      [],
    );
  });

  it.each([
    [{ "vestibule.header.Host": "x" }, "cannot set"],
    [{ "vestibule.header.Content-Length": "1" }, "cannot set"],
    [{ "vestibule.header.Authorization": "x" }, "cannot set"],
    [{ "vestibule.header.vestibule-signature": "x" }, "cannot set"],
    [{ "vestibule.header.X Y": "x" }, "not the name of a header"],
    [{ "vestibule.header.X-A": "a\r\nX-B: 1" }, "cannot stand in a header"],
    [{ "vestibule.header.X-A": "a", "vestibule.header.x-a": "b" }, "twice"],
    [{ "vestibule.signature": "Hmac" }, "HmacSha256"],
    [{ "vestibule.trys": "2" }, "'vestibule.trys' does not exist"],
    [{ "vestibule.retryStatuses": "200" }, "400 to 599"],
    [{ "vestibule.onFailure": "ignore" }, "continue"],
    [{ "vestibule.claimsOnFailure": "{}" }, "onFailure"],
    [{ "vestibule.onFailure": "continue", "vestibule.claimsOnFailure": "[]" }, "JSON object"],
    [{ "vestibule.onFailure": "continue", "vestibule.claimsOnFailure": '{"nobody":1}' }, "no output claim"],
  ])("and items that are wrong are named: %j", async (metadata, text) => {
    await expect(run(metadata)).rejects.toThrow(text);
  });
});

describe("a failure that the settings let pass", () => {
  const goesOn = {
    "vestibule.onFailure": "continue",
    "vestibule.claimsOnFailure": '{"jobTitle":"unknown","extension_LoyaltyTier":0}',
  };
  const output: Run["output"] = ["jobTitle", ["extension_LoyaltyTier", "extension_LoyaltyTier"]];

  it.each([
    [{ kind: "failure", failure: "timeout", detail: "late", attempts: [] }, "timeout"],
    [{ kind: "failure", failure: "circuitOpen", detail: "open", attempts: [] }, "circuitOpen"],
    [{ status: 503, body: "" }, "answer"],
    [{ status: 200, body: "not json" }, "answer"],
  ] as const)("gives the configured claims and stays in the record: %j", async (answer, kind) => {
    const { result, record } = await run(goesOn, { output, answer });
    expect(result).toEqual({ kind: "values", values: { jobTitle: "unknown", extension_LoyaltyTier: 0 } });
    expect(record).toMatchObject({ decision: "continue", failure: { kind }, warnings: ["failure-ignored"] });
  });

  it("does not let pass what the API decided, nor what this side could not or must not send", async () => {
    const block = await run(goesOn, {
      output,
      answer: { status: 200, body: { version: "1", action: "ShowBlockPage", userMessage: "No." } },
    });
    expect(block.record.decision).toBe("block");
    const correct = await run(goesOn, { output, answer: { status: 400, body: { userMessage: "Mend it." } } });
    expect(correct.result).toMatchObject({ kind: "userError" });
    for (const refusal of [
      { status: 200, body: { version: "1", action: "ValidationError" } },
      { status: 400, body: { version: "1", action: "ValidationError", status: 400 } },
      { status: 403, body: { version: "1", action: "ShowBlockPage", userMessage: " " } },
    ])
      expect((await run(goesOn, { output, answer: refusal })).result.kind).toBe("systemError");
    const early = await run(
      { ...goesOn, "vestibule.connectorStep": "PostFederationSignup" },
      { output, answer: { status: 200, body: { action: "ValidationError", userMessage: "Mend it." } } },
    );
    expect(early.result.kind).toBe("systemError");
    const address = { kind: "failure", failure: "refusedAddress", detail: "no", attempts: [] } as const;
    expect((await run(goesOn, { output, answer: address })).result.kind).toBe("systemError");
    const secret = await run(
      { ...goesOn, AuthenticationType: "ApiKeyHeader" },
      { output, keys: { "x-key": "a\nb" } },
    );
    expect([secret.result.kind, secret.sent.length]).toEqual(["systemError", 0]);
    const huge = await run(goesOn, {
      output,
      input: ["displayName"],
      claims: { displayName: "x".repeat(300_000) },
    });
    expect([huge.result.kind, huge.sent.length]).toEqual(["systemError", 0]);
  });
});
