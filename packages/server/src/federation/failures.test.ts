import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { base64url, json } from "./testing/hostile-provider.ts";
import { refusedWith, useHostileProvider } from "./testing/round-trips.ts";

const trips = useHostileProvider();

describe("the token endpoint", () => {
  const answers = (status: number, body: unknown, headers: Record<string, string> = {}) => {
    trips.idp.tokenEndpoint = (_request, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      json(response, body, status);
    };
  };

  it.each([
    [401, { error: "invalid_client" }, {}],
    [400, { error: "unauthorized_client" }, {}],
    [401, { error: "invalid_client" }, { "www-authenticate": 'Basic realm="x"' }],
  ])("that refuses our credentials with %i is AADB2C90243", async (status, body, headers) => {
    answers(status, body, headers);
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90243"));
  });

  it("that refuses the code is quoted", async () => {
    answers(400, { error: "invalid_grant", error_description: "code was used" });
    expect(await trips.run()).toEqual({
      kind: "providerError",
      error: "invalid_grant",
      description: "code was used",
      answer: { error: "invalid_grant", error_description: "code was used" },
    });
  });

  it.each([
    ["no JSON", (response: ServerResponse) => response.writeHead(200).end("<html>")],
    ["an empty answer", (response: ServerResponse) => response.writeHead(200).end()],
    ["204", (response: ServerResponse) => response.writeHead(204).end()],
    ["a redirect", (response: ServerResponse) => response.writeHead(302, { location: "/x" }).end()],
    ["an answer without access token", (response: ServerResponse) => json(response, {})],
  ])("that gives %s is an invalid response", async (_what, answer) => {
    trips.idp.tokenEndpoint = (_request, response) => void answer(response);
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90273"));
    expect(trips.idp.requests.at(-1)?.path).toBe("/token");
  });

  it.each([500, 503])("that fails with %i is AADB2C90289", async (status) => {
    answers(status, { error: "server_error" });
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90289"));
  });

  it("whose failure is reported never shows the secret, the code or the verifier", async () => {
    trips.idp.tokenEndpoint = (_request, response) => void response.destroy();
    const { url, saved } = await trips.begin();
    const answer = trips.idp.grant(url);
    const text = JSON.stringify(await trips.federation.complete(trips.provider(), saved, answer));
    expect(text).toContain("AADB2C90289");
    for (const secret of ["our: secret/+", answer.code ?? "-", JSON.parse(saved).verifier]) {
      expect(text).not.toContain(secret);
    }
  });
});

describe("userinfo", () => {
  it("completes the id token and never replaces what it says", async () => {
    trips.idp.userInfo = {
      sub: "subject-1",
      email: "other@provider.example",
      name: "Some Body",
      tags: ["a"],
    };
    expect(await trips.run()).toMatchObject({
      claims: { email: "somebody@provider.example", name: "Some Body", tags: ["a"] },
    });
    expect(trips.idp.requests.at(-1)?.authorization).toBe("Bearer an-access-token");
  });

  it("is not asked where the id token has all that the profile reads", async () => {
    trips.idp.userInfo = { sub: "subject-1", name: "Some Body" };
    await trips.run(trips.provider({ wantedClaims: ["sub", "email"] }));
    expect(trips.requestsTo("/userinfo")).toBe(0);
    await trips.run(trips.provider({ wantedClaims: ["sub", "name"] }));
    expect(trips.requestsTo("/userinfo")).toBe(1);
  });

  it.each([
    ["of somebody else", { sub: "subject-2", name: "Some Body Else" }],
    ["without a subject", { name: "Some Body" }],
    ["that is empty", {}],
  ])("%s is refused", async (_what, userInfo) => {
    trips.idp.userInfo = userInfo;
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90190"));
  });

  it("as an unsigned JWT is refused", async () => {
    trips.idp.userInfo = (_request, response) => {
      response
        .writeHead(200, { "content-type": "application/jwt" })
        .end(
          `${base64url({ alg: "RS256", kid: trips.key.kid })}.${base64url({ sub: "subject-1", admin: true })}.c2ln`,
        );
    };
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90190"));
  });

  it("that does not answer counts as a provider that cannot be reached", async () => {
    trips.idp.userInfo = (_request, response) => void response.destroy();
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90289"));
  });

  it("cannot reach the prototype of the claims", async () => {
    trips.idp.userInfo = (_request, response) =>
      void response
        .writeHead(200, { "content-type": "application/json" })
        .end('{"sub":"subject-1","__proto__":{"admin":true}}');
    const result = await trips.run();
    expect(result.kind === "claims" && result.claims.admin).toBeUndefined();
  });
});
