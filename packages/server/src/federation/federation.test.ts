import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { startHostileProvider } from "./testing/hostile-provider.ts";
import { redirectUri, refusedWith, useHostileProvider } from "./testing/round-trips.ts";

const trips = useHostileProvider();

describe("sending the browser to the provider", () => {
  it("asks for a code with state, nonce and a PKCE challenge, in the mode of the profile", async () => {
    const { url } = await trips.begin(trips.provider(), {
      login_hint: "somebody@contoso.example",
      ui_locales: "de",
    });
    const { origin, pathname, searchParams } = new URL(url);
    expect(origin + pathname).toBe(`${trips.idp.url}/authorize`);
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: "our client",
      response_type: "code",
      response_mode: "form_post",
      redirect_uri: redirectUri,
      scope: "openid email",
      state: "the-state",
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
      login_hint: "somebody@contoso.example",
      ui_locales: "de",
    });
  });

  it("sends no challenge where discovery does not list S256", async () => {
    trips.idp.discovery = ({ code_challenge_methods_supported: _, ...rest }) => rest;
    const { url, saved } = await trips.begin();
    expect(new URL(url).searchParams.has("code_challenge")).toBe(false);
    expect(await trips.federation.complete(trips.provider(), saved, trips.idp.grant(url))).toMatchObject({
      kind: "claims",
    });
    expect(new URLSearchParams(trips.idp.requests.at(-1)?.body).has("code_verifier")).toBe(false);
  });

  it("does not let input claims replace parameters of the protocol", async () => {
    const { url } = await trips.begin(trips.provider(), {
      redirect_uri: "https://evil.example",
      request: "x",
      nonce: "1",
    });
    const { searchParams } = new URL(url);
    expect(searchParams.getAll("redirect_uri")).toEqual([redirectUri]);
    expect(searchParams.has("request")).toBe(false);
    expect(searchParams.get("nonce")).not.toBe("1");
  });

  it("makes another nonce and verifier for every journey", async () => {
    const [one, two] = [JSON.parse((await trips.begin()).saved), JSON.parse((await trips.begin()).saved)];
    expect(one.nonce).not.toBe(two.nonce);
    expect(one.verifier).not.toBe(two.verifier);
  });

  it.each([
    ["authorization_endpoint", "javascript:alert(1)", "AADB2C90289"],
    ["authorization_endpoint", undefined, "AADB2C90289"],
    ["token_endpoint", "file:///etc/passwd", "AADB2C90189"],
    ["token_endpoint", undefined, "AADB2C90189"],
    ["jwks_uri", "nonsense", "AADB2C90289"],
    ["jwks_uri", undefined, "AADB2C90289"],
    ["issuer", undefined, "AADB2C90289"],
  ])("refuses metadata whose %s is %s", async (name, value, code) => {
    trips.idp.discovery = (honest) => ({ ...honest, [name]: value });
    expect(await trips.start()).toMatchObject(refusedWith(code));
  });

  it("reports a profile whose METADATA is no address", async () => {
    const begun = await trips.start(trips.provider({ metadata: "contoso" }));
    expect(begun).toMatchObject(refusedWith("AADB2C90289"));
  });
});

describe("the provider's answer", () => {
  it("becomes the claims of the id token, the tokens and the address for signing out", async () => {
    expect(await trips.run()).toEqual({
      kind: "claims",
      claims: expect.objectContaining({
        sub: "subject-1",
        iss: trips.idp.url,
        email: "somebody@provider.example",
      }),
      tokens: {
        accessToken: "an-access-token",
        tokenType: "Bearer",
        expiresIn: 3600,
        refreshToken: "a-refresh-token",
      },
      endSessionEndpoint: `${trips.idp.url}/end`,
    });
  });

  it("is redeemed with the redirect URI, the verifier and the secret in the form", async () => {
    const { url, saved } = await trips.begin();
    const answer = trips.idp.grant(url);
    await trips.federation.complete(trips.provider(), saved, answer);
    const request = trips.idp.requests.at(-1);
    const form = new URLSearchParams(request?.body);
    expect(Object.fromEntries(form)).toMatchObject({
      grant_type: "authorization_code",
      code: answer.code,
      redirect_uri: redirectUri,
      client_id: "our client",
      client_secret: "our: secret/+",
    });
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    expect(challenge).toBe(new URL(url).searchParams.get("code_challenge"));
    expect(request?.authorization).toBeUndefined();
  });

  it("is redeemed with the form-encoded secret in the header for client_secret_basic", async () => {
    await trips.run(trips.provider({ tokenEndpointAuthMethod: "client_secret_basic" }));
    const request = trips.idp.requests.at(-1);
    expect(request?.authorization).toBe(
      `Basic ${Buffer.from("our+client:our%3A+secret%2F%2B").toString("base64")}`,
    );
    expect(request?.body).not.toContain("secret");
  });

  it.each([
    ["another state", { state: "another" }],
    ["no state", { state: undefined }],
    ["no code", { code: undefined }],
    ["the issuer of another provider", { iss: "https://another.example" }],
  ])("is refused with %s, and nothing is redeemed", async (_what, change) => {
    const { url, saved } = await trips.begin();
    const answer = { ...trips.idp.grant(url), ...change };
    const given = Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined));
    expect(
      await trips.federation.complete(trips.provider(), saved, given as Record<string, string>),
    ).toMatchObject(refusedWith("AADB2C90273"));
    expect(trips.requestsTo("/token")).toBe(0);
  });

  it("must name its issuer where the metadata promises that it does (mix-up)", async () => {
    trips.idp.discovery = (honest) => ({ ...honest, authorization_response_iss_parameter_supported: true });
    const { url, saved } = await trips.begin();
    const answer = trips.idp.grant(url);
    expect(await trips.federation.complete(trips.provider(), saved, answer)).toMatchObject(
      refusedWith("AADB2C90273"),
    );
    const named = { ...answer, iss: trips.idp.url };
    expect(await trips.federation.complete(trips.provider(), saved, named)).toMatchObject({ kind: "claims" });
  });

  it("is never redeemed at another provider than the one the browser was sent to (mix-up)", async () => {
    const attacker = await startHostileProvider([trips.otherKey]);
    try {
      const { url, saved } = await trips.begin();
      const elsewhere = trips.provider({ metadata: attacker.metadata });
      const result = await trips.federation.complete(elsewhere, saved, trips.idp.grant(url));
      expect(result).toMatchObject(refusedWith("AADB2C90238"));
      expect(attacker.requests.some(({ path }) => path === "/token")).toBe(false);
    } finally {
      await attacker.close();
    }
  });

  it("is refused where the saved values were lost or cut", async () => {
    const { url, saved } = await trips.begin();
    const { nonce: _, ...withoutNonce } = JSON.parse(saved);
    for (const text of ["", "null", "{}", saved.slice(0, -1), JSON.stringify(withoutNonce)]) {
      expect(await trips.federation.complete(trips.provider(), text, trips.idp.grant(url))).toMatchObject(
        refusedWith("AADB2C90273"),
      );
    }
  });

  it("that is an error is handed on with the provider's words, without control characters", async () => {
    const { saved } = await trips.begin();
    const answer = {
      state: "the-state",
      error: "access_denied",
      error_description: "No\r\nSet-Cookie: x\u0000",
    };
    expect(await trips.federation.complete(trips.provider(), saved, answer)).toEqual({
      kind: "providerError",
      error: "access_denied",
      description: "No Set-Cookie: x ",
    });
  });

  it("that is an error counts only with the right state", async () => {
    const { saved } = await trips.begin();
    const answer = { state: "another", error: "access_denied" };
    expect(await trips.federation.complete(trips.provider(), saved, answer)).toMatchObject(
      refusedWith("AADB2C90273"),
    );
  });
});
