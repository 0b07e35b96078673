import * as oauth from "openid-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { tenantId } from "../connectors/documents.ts";
import type { World } from "../connectors/world.ts";
import { claimsOf, clients, passwordRequest, startPrograms, tenantDomain, token } from "./programs.ts";

let world: World;
let accessToken: string;
let idToken: string;
beforeAll(async () => {
  world = await startPrograms();
});
afterAll(() => world?.close());
beforeEach(async () => {
  const { body } = await token(world, "B2C_1A_Password", passwordRequest);
  accessToken = String(body.access_token);
  idToken = String(body.id_token);
});

const address = (policy = "B2C_1A_Password") => `${world.url}/${tenantDomain}/${policy}/openid/v2.0/userinfo`;

const asked = (bearer: string | undefined, init: RequestInit = {}, url = address()) =>
  fetch(url, { ...init, ...(bearer !== undefined && { headers: { authorization: `Bearer ${bearer}` } }) });

const resigned = (jwt: string, change: (payload: Record<string, unknown>) => void) => {
  const [header = "", payload = "", signature = ""] = jwt.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  change(claims);
  return [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
};

describe("the UserInfo endpoint", () => {
  it("stands in the metadata of the policies that have it, and in no other", async () => {
    const document = async (policy: string) =>
      (await fetch(`${world.url}/${tenantDomain}/${policy}/v2.0/.well-known/openid-configuration`)).json();
    expect(await document("B2C_1A_Password")).toMatchObject({
      userinfo_endpoint: `${world.url}/${tenantDomain}/b2c_1a_password/openid/v2.0/userinfo`,
    });
    expect(await document("B2C_1A_OwnHint")).not.toHaveProperty("userinfo_endpoint");
    expect((await asked(accessToken, {}, address("B2C_1A_OwnHint"))).status).toBe(404);
  });

  it("answers with the journey's claims to an access token and to an id token", async () => {
    for (const bearer of [accessToken, idToken]) {
      const response = await asked(bearer);
      expect(response.status).toBe(200);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(await response.json()).toEqual({ sub: claimsOf(idToken).sub, name: "Demo Person" });
    }
  });

  it("is understood by openid-client", async () => {
    const config = await oauth.discovery(
      new URL(`${world.url}/${tenantDomain}/B2C_1A_Password/v2.0/.well-known/openid-configuration`),
      clients.password,
      undefined,
      oauth.None(),
      { execute: [oauth.allowInsecureRequests] },
    );
    const found = await oauth.fetchUserInfo(config, accessToken, String(claimsOf(idToken).sub));
    expect(found.name).toBe("Demo Person");
  });

  it.each<readonly [string, () => string | undefined, string]>([
    ["no token", () => undefined, "AADB2C90240"],
    ["no JWT", () => "abc", "AADB2C90239"],
    [
      "a changed token",
      () => resigned(accessToken, (claims) => Object.assign(claims, { sub: "x" })),
      "AADB2C90239",
    ],
    [
      "a token without a signature",
      () => `${Buffer.from('{"alg":"none"}').toString("base64url")}.${accessToken.split(".")[1]}.`,
      "AADB2C90239",
    ],
  ])("refuses %s with a challenge", async (_what, bearer, code) => {
    const response = await asked(bearer());
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer error="invalid_token", error_description="${code}"`,
    );
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
  });

  it("refuses a token for another application than those that the policy lists", async () => {
    const { body } = await token(world, "B2C_1A_Password", {
      grant_type: "client_credentials",
      client_id: clients.daemon,
      client_secret: "Secret-of-the-daemon-9b1c",
      scope: "https://contoso.onmicrosoft.com/orders/.default",
    });
    const response = await asked(String(body.access_token));
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([
      401,
      'Bearer error="invalid_token", error_description="AADB2C90237"',
    ]);
  });

  it("refuses an expired token, also where the journey does not ask about it", async () => {
    expect((await asked(accessToken, {}, address("B2C_1A_OpenInfo"))).status).toBe(200);
    world.clock.advance((3600 + 301) * 1000);
    for (const policy of ["B2C_1A_Password", "B2C_1A_OpenInfo"]) {
      const response = await asked(accessToken, {}, address(policy));
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toContain("AADB2C90235");
    }
  });

  it("takes the token from the header alone, and only GET", async () => {
    const posted = await asked(accessToken, { method: "POST", body: new URLSearchParams() });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, OPTIONS"]);
    expect((await fetch(`${address()}?access_token=${accessToken}`)).status).toBe(401);
    const preflight = await asked(undefined, { method: "OPTIONS" });
    expect([preflight.status, preflight.headers.get("access-control-allow-headers")]).toEqual([
      204,
      "Authorization",
    ]);
  });

  it("refuses the token of an account that was switched off", async () => {
    const directory = world.server.context.store.directory(
      world.server.context.tenants.find(tenantId) ?? expect.unreachable(),
    );
    const objectId = String(claimsOf(idToken).sub);
    await directory.change(objectId, { accountEnabled: false });
    const response = await asked(accessToken);
    await directory.change(objectId, { accountEnabled: true });
    expect(response.status).toBe(401);
  });
});
