import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomPKCECodeVerifier,
} from "openid-client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type SampleSocial, startSampleSocial } from "./index.ts";

const redirectUri = "http://localhost:9/cb";
let social: SampleSocial;
let client: Configuration;

beforeAll(async () => {
  social = await startSampleSocial({ port: 0, redirectUris: [redirectUri] });
  client = await discovery(
    new URL(social.url),
    "sample-tenant",
    undefined,
    ClientSecretPost("sample-social-secret"),
    { execute: [allowInsecureRequests] },
  );
});

afterAll(() => social.close());

/** A browser with a cookie jar that follows redirects as far as the application's address. */
function browser() {
  const cookies = new Map<string, string>();
  return async function visit(url: string, form?: Readonly<Record<string, string>>) {
    let next = url;
    let body = form === undefined ? undefined : new URLSearchParams(form);
    for (;;) {
      const response = await fetch(next, {
        redirect: "manual",
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
        ...(body !== undefined && { method: "POST", body }),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        if (value === "") cookies.delete(name);
        else cookies.set(name, value);
      }
      const location = response.headers.get("location");
      if (location === null) return { url: next, status: response.status, text: await response.text() };
      next = new URL(location, next).href;
      body = undefined;
      if (next.startsWith(redirectUri)) return { url: next, status: response.status, text: "" };
    }
  };
}

async function begin() {
  const verifier = randomPKCECodeVerifier();
  const url = buildAuthorizationUrl(client, {
    redirect_uri: redirectUri,
    scope: "openid profile email",
    state: "a-state",
    nonce: "a-nonce",
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const visit = browser();
  return { verifier, visit, page: await visit(url.href) };
}

async function signIn(form: Readonly<Record<string, string>>) {
  const { verifier, visit, page } = await begin();
  const back = await visit(page.url, form);
  const tokens = await authorizationCodeGrant(client, new URL(back.url), {
    expectedState: "a-state",
    expectedNonce: "a-nonce",
    pkceCodeVerifier: verifier,
  });
  return fetchUserInfo(client, tokens.access_token, tokens.claims()?.sub ?? "");
}

describe("Sample social", () => {
  it("signs an invented person in without consent and gives verified e-mail and names", async () => {
    expect(await signIn({ person: "alma.lindqvist@social.example" })).toMatchObject({
      email: "alma.lindqvist@social.example",
      email_verified: true,
      name: "Alma Lindqvist",
      given_name: "Alma",
      family_name: "Lindqvist",
    });
  });

  it("offers the person whom the allow-list refuses", async () => {
    const { page } = await begin();
    expect(page.status).toBe(200);
    expect(page.text).toContain("blocked@blocked.example");
    expect(page.text.match(/name="person"/g)).toHaveLength(3);
  });

  it("makes up a person with the same subject for the same address, unverified", async () => {
    const first = await signIn({ email: "kim@new.example", name: "Kim van Dale" });
    const second = await signIn({ email: "KIM@new.example", name: "Kim" });
    expect(first).toMatchObject({ email_verified: false, given_name: "Kim van", family_name: "Dale" });
    expect(second.sub).toBe(first.sub);
  });

  it("shows the form again, with what was typed made harmless, where no person can be made of it", async () => {
    const { visit, page } = await begin();
    const again = await visit(page.url, { email: '"><script>', name: "Kim" });
    expect(again.status).toBe(400);
    expect(again.text).toContain('role="alert"');
    expect(again.text).not.toContain("<script>");
  });

  it("asks anew although the browser signed in before", async () => {
    const { visit, page } = await begin();
    await visit(page.url, { person: "ravi.menon@social.example" });
    const url = buildAuthorizationUrl(client, {
      redirect_uri: redirectUri,
      scope: "openid",
      code_challenge: await calculatePKCECodeChallenge(randomPKCECodeVerifier()),
      code_challenge_method: "S256",
    });
    expect((await visit(url.href)).url).toMatch(/\/sign-in\//);
  });

  it("tells the application that the person cancelled", async () => {
    const { visit, page } = await begin();
    const back = await visit(`${page.url}/cancel`);
    expect(new URL(back.url).searchParams.get("error")).toBe("access_denied");
  });

  it("never redirects to an address that is not registered", async () => {
    const url = buildAuthorizationUrl(client, { redirect_uri: "https://evil.example/", scope: "openid" });
    const answer = await browser()(url.href);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("Sample social cannot do that");
  });

  it("answers a sign-in of another browser with a page, not with a crash", async () => {
    const { page } = await begin();
    expect((await browser()(page.url)).status).toBe(400);
  });

  it("starts and serves without a word on the console", async () => {
    const spies = (["log", "info", "warn", "error"] as const).map((method) => vi.spyOn(console, method));
    const quiet = await startSampleSocial({ port: 0 });
    await fetch(`${quiet.url}/.well-known/openid-configuration`);
    await quiet.close();
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
