import { describe, expect, it } from "vitest";
import type { HttpCall } from "../../ports.ts";
import { type Run, runProfile } from "./profile-context.fixture.ts";

const tokenEndpoint = "https://login.fabrikam.example/token";
const metadata = {
  "vestibule.connectorStep": "PostAttributeCollection",
  AuthenticationType: "Bearer",
  "vestibule.tokenEndpoint": tokenEndpoint,
  "vestibule.clientId": "vestibule client",
  "vestibule.scope": "api/.default",
};
const start = 1_767_225_600_000;

/** An API behind a token endpoint; `tokens` are given out one after the other. */
function scene(tokens: readonly string[], refused: readonly string[] = []) {
  const given = [...tokens];
  const http = {};
  const answer = ({ url, headers }: HttpCall) => {
    if (url === tokenEndpoint) {
      return { status: 200, body: { access_token: given.shift(), token_type: "Bearer", expires_in: 3600 } };
    }
    const isRefused = refused.some((token) => headers.authorization === `Bearer ${token}`);
    return isRefused
      ? { status: 401, body: "" }
      : { status: 200, body: { version: "1", action: "Continue" } };
  };
  return (more: Partial<Run> = {}) =>
    runProfile({ metadata, keys: { "vestibule.ClientSecret": "s3cret/&" }, answer, http, ...more });
}
const bearers = (sent: readonly HttpCall[]) =>
  sent.map(({ url, headers }) => (url === tokenEndpoint ? "asked" : headers.authorization));

describe("OAuth 2.0 client credentials", () => {
  it("fetch a token once, and again shortly before it expires", async () => {
    const call = scene(["one-token", "two-token"]);
    const { sent } = await call();
    expect(bearers(sent)).toEqual(["asked", "Bearer one-token"]);
    expect(sent[0]).toMatchObject({
      method: "POST",
      body: "grant_type=client_credentials&scope=api%2F.default",
      headers: { authorization: `Basic ${Buffer.from("vestibule+client:s3cret%2F%26").toString("base64")}` },
    });
    expect(bearers((await call({ now: start + 3_500_000 })).sent)).toEqual(["Bearer one-token"]);
    expect(bearers((await call({ now: start + 3_541_000 })).sent)).toEqual(["asked", "Bearer two-token"]);
  });

  it("send id and secret in the body where the endpoint wants that", async () => {
    const { sent } = await scene(["one-token"])({
      metadata: { ...metadata, "vestibule.clientAuthentication": "post" },
    });
    expect(sent[0]?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(sent[0]?.body))).toMatchObject({
      client_id: "vestibule client",
      client_secret: "s3cret/&",
    });
  });

  it("ask anew, once, where the API refuses a token that is remembered; a fresh one stays refused", async () => {
    const call = scene(["one-token", "two-token", "three-token"], ["one-token"]);
    const fresh = await call();
    expect(bearers(fresh.sent)).toEqual(["asked", "Bearer one-token"]);
    expect(fresh.result).toMatchObject({ kind: "systemError", code: "AADB2C90075" });
    const renewed = await call();
    expect(bearers(renewed.sent)).toEqual(["Bearer one-token", "asked", "Bearer two-token"]);
    expect(renewed.result.kind).toBe("values");
    expect(bearers((await call()).sent)).toEqual(["Bearer two-token"]);
  });

  it("never share a token with another tenant, scope or secret", async () => {
    const call = scene(["one-token", "two-token", "three-token"]);
    await call();
    const scope = { ...metadata, "vestibule.scope": "other" };
    expect(bearers((await call({ metadata: scope })).sent)[0]).toBe("asked");
    expect(bearers((await call({ keys: { "vestibule.ClientSecret": "another" } })).sent)[0]).toBe("asked");
    expect(bearers((await scene(["x-token"])()).sent)).toEqual(["asked", "Bearer x-token"]);
  });

  it.each([
    [
      { status: 401, body: { error: "invalid_client", error_description: "s3cret/& is wrong" } },
      "HTTP 401 (invalid_client)",
    ],
    [{ status: 200, body: { token_type: "Bearer" } }, "no usable access_token"],
    [{ status: 200, body: { access_token: "a\nb" } }, "no usable access_token"],
    [{ status: 200, body: { access_token: "a", token_type: "mac" } }, "no bearer token"],
    [{ status: 302, body: "" }, "HTTP 302"],
    [{ kind: "failure", failure: "dns", detail: "ENOTFOUND", attempts: [] }, "ENOTFOUND"],
  ] as const)("that are not granted fail the call without asking the API: %j", async (answer, text) => {
    const { sent, result, record } = await scene([])({ answer });
    expect(sent).toHaveLength(1);
    expect(result).toMatchObject({ kind: "systemError", code: "AADB2C90075" });
    expect(record.failure?.detail).toContain(text);
    expect(JSON.stringify([result, record])).not.toContain("s3cret");
  });

  it("and their token are in no record, whatever the API echoes", async () => {
    const answer = ({ url }: HttpCall) =>
      url === tokenEndpoint
        ? { status: 200, body: { access_token: "one-token", token_type: "Bearer" } }
        : { status: 400, body: { userMessage: "one-token" } };
    const { record, trace } = await scene([])({ answer });
    expect(JSON.stringify(record) + trace).not.toContain("one-token");
  });

  it("need an endpoint by https in production, an id and a secret", async () => {
    const plain = await scene(["x"])({
      metadata: { ...metadata, "vestibule.tokenEndpoint": "http://x.example/t" },
    });
    expect([plain.sent.length, plain.result]).toMatchObject([0, { code: "AADB2C90256" }]);
    await expect(scene([])({ metadata: { ...metadata, "vestibule.clientId": "" } })).rejects.toThrow(
      "clientId",
    );
    await expect(scene([])({ keys: {} })).rejects.toThrow("ClientSecret");
  });
});
