import * as oauth from "openid-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HttpClient, signInByHttp } from "./http-client.ts";
import {
  confidentialClient,
  demo,
  publicClient,
  type SampleServer,
  startSample,
  tenantDomain,
} from "./sample-server.ts";

const policy = "B2C_1_signup_signin";
const redirectUri = "http://localhost:9/cb";

/** protocol.md 12.2 and C247: only the address of the metadata differs from what is written for B2C. */
describe("an application with openid-client", () => {
  let sample: SampleServer;
  let person: HttpClient;
  beforeAll(async () => {
    sample = await startSample();
  });
  afterAll(() => sample?.close());
  beforeEach(() => {
    person = new HttpClient();
  });

  const discover = (clientId: string, authentication: oauth.ClientAuth) =>
    oauth.discovery(
      new URL(`${sample.url}/${tenantDomain}/${policy}/v2.0/.well-known/openid-configuration`),
      clientId,
      undefined,
      authentication,
      { execute: [oauth.allowInsecureRequests] },
    );

  async function signIn(config: oauth.Configuration, clientId: string) {
    const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
    const expectedState = oauth.randomState();
    const expectedNonce = oauth.randomNonce();
    const url = oauth.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: `openid offline_access ${clientId}`,
      code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
      state: expectedState,
      nonce: expectedNonce,
    });
    const callback = await signInByHttp(person, url.href, demo.email, demo.password);
    return oauth.authorizationCodeGrant(config, callback, {
      pkceCodeVerifier,
      expectedState,
      expectedNonce,
      idTokenExpected: true,
    });
  }

  it.each([
    ["public client", publicClient, () => oauth.None()],
    [
      "client with a secret in the form",
      confidentialClient.id,
      () => oauth.ClientSecretPost(confidentialClient.secret),
    ],
    [
      "client with a secret in the header",
      confidentialClient.id,
      () => oauth.ClientSecretBasic(confidentialClient.secret),
    ],
  ])("signs a person in with code and PKCE, and renews the tokens: %s", async (_name, id, authentication) => {
    const config = await discover(id, authentication());
    expect(config.serverMetadata().supportsPKCE("S256")).toBe(true);
    const tokens = await signIn(config, id);
    expect(tokens.claims()).toMatchObject({
      aud: id,
      name: "Demo Person",
      tfp: policy,
      extension_PromotionCode: "WELCOME-GOLD",
    });
    expect(tokens.access_token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);

    const renewed = await oauth.refreshTokenGrant(config, tokens.refresh_token ?? "");
    expect(renewed.claims()?.sub).toBe(tokens.claims()?.sub);
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token);
  });

  it("ends the session at the end-session endpoint of the metadata", async () => {
    const config = await discover(publicClient, oauth.None());
    const tokens = await signIn(config, publicClient);
    expect([...person.cookies.keys()].some((name) => name.startsWith("x-ms-cpim-sso:"))).toBe(true);
    const url = oauth.buildEndSessionUrl(config, {
      post_logout_redirect_uri: redirectUri,
      id_token_hint: tokens.id_token ?? "",
      state: "goodbye",
    });
    const answer = await person.get(url.href);
    expect([answer.status, answer.headers.location]).toEqual([302, `${redirectUri}?state=goodbye`]);
    expect([...person.cookies.keys()].filter((name) => name.startsWith("x-ms-cpim-sso:"))).toEqual([]);
  });

  it("is refused a code that was used before, and loses the tokens that the code gave", async () => {
    const config = await discover(publicClient, oauth.None());
    const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
    const url = oauth.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: `openid offline_access ${publicClient}`,
      code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    });
    const callback = await signInByHttp(person, url.href, demo.email, demo.password);
    const tokens = await oauth.authorizationCodeGrant(config, callback, { pkceCodeVerifier });
    await expect(oauth.authorizationCodeGrant(config, callback, { pkceCodeVerifier })).rejects.toMatchObject({
      error: "invalid_grant",
    });
    await expect(oauth.refreshTokenGrant(config, tokens.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant",
    });
  });
});
