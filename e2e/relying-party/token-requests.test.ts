import { PublicClientApplication } from "@azure/msal-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demo, tenantId } from "../connectors/documents.ts";
import type { World } from "../connectors/world.ts";
import {
  apiUri,
  claimsOf,
  clients,
  daemonSecret,
  passwordRequest,
  startPrograms,
  tenantDomain,
  token,
} from "./programs.ts";

let world: World;
beforeAll(async () => {
  world = await startPrograms();
});
afterAll(() => world?.close());

const policy = "B2C_1A_Password";

describe("the resource owner password grant", () => {
  it("gives access, id and refresh token, and the refresh journey renews them", async () => {
    const { status, body } = await token(world, policy, passwordRequest);
    expect([status, body.token_type]).toEqual([200, "Bearer"]);
    expect(claimsOf(body.id_token)).toMatchObject({
      aud: clients.password,
      name: "Demo Person",
      tokenSource: "first",
      acr: "b2c_1a_password",
    });
    expect(claimsOf(body.access_token)).toMatchObject({ aud: clients.password, azp: clients.password });

    const renewed = await token(world, policy, {
      grant_type: "refresh_token",
      client_id: clients.password,
      refresh_token: String(body.refresh_token),
      resource: clients.password,
      response_type: "id_token",
    });
    expect(claimsOf(renewed.body.id_token)).toMatchObject({
      sub: claimsOf(body.id_token).sub,
      name: "Demo Person",
      tokenSource: "refresh",
    });
  });

  it("gives the claims of a user flow that was made for it, and renews them", async () => {
    const { body } = await token(world, "B2C_1_owner", passwordRequest);
    const claims = { tfp: "B2C_1_owner", name: "Demo Person", emails: [demo.email] };
    expect(claimsOf(body.id_token)).toMatchObject(claims);
    const renewed = await token(world, "B2C_1_owner", {
      grant_type: "refresh_token",
      client_id: clients.password,
      refresh_token: String(body.refresh_token),
    });
    expect(claimsOf(renewed.body.id_token)).toMatchObject(claims);
    const refused = await token(world, "B2C_1_owner", { ...passwordRequest, password: "wrong" });
    expect(refused.problem).toBe("AADB2C90225 access_denied");
  });

  it("gives what response_type asks for", async () => {
    const only = async (response_type: string) =>
      Object.keys((await token(world, policy, { ...passwordRequest, response_type })).body).filter((name) =>
        name.endsWith("_token"),
      );
    expect(await only("id_token")).toEqual(["id_token", "refresh_token"]);
    expect(await only("token")).toEqual(["access_token", "refresh_token"]);
  });

  it.each([
    ["a wrong password", { password: "wrong" }, "AADB2C90225 access_denied"],
    ["an unknown name", { username: "nobody@contoso.example" }, "AADB2C90225 access_denied"],
    ["an account that is switched off", { username: "gone@contoso.example" }, "AADB2C90111 access_denied"],
    ["no name", { username: "" }, "AADB2C90083 invalid_request"],
    ["no password", { password: "" }, "AADB2C90083 invalid_request"],
    ["no scope", { scope: "" }, "AADB2C90010 invalid_request"],
    ["a secret", { client_secret: "x" }, "AADB2C90084 invalid_request"],
    ["a client without the implicit flow", { client_id: clients.public }, "AADB2C90057 unauthorized_client"],
    ["a client that is not public", { client_id: clients.daemon }, "AADB2C90224 unauthorized_client"],
    ["another response type", { response_type: "code" }, "AADB2C90013 unsupported_response_type"],
  ])("is refused with %s", async (_what, change, expected) => {
    const answer = await token(world, policy, { ...passwordRequest, ...change });
    expect([answer.status, answer.problem]).toEqual([400, expected]);
    expect(JSON.stringify(answer.body)).not.toContain(demo.password);
  });

  it.each(["B2C_1_plain", "B2C_1A_OwnHint"])(
    "is refused by a policy that was not made for it: %s",
    async (other) => {
      expect((await token(world, other, passwordRequest)).problem).toBe("AADB2C90224 unauthorized_client");
    },
  );

  it("leaves neither name nor password in the recorded journeys", async () => {
    await token(world, policy, passwordRequest);
    const { observations } = world.server.context.store;
    const recorded = await observations.listJourneys(tenantId, 10);
    const traces = await Promise.all(recorded.map(({ id }) => observations.trace(tenantId, id)));
    expect(traces.flat().length).toBeGreaterThan(5);
    expect(JSON.stringify(traces)).not.toContain(demo.password);
  });

  it("works with MSAL for Node", async () => {
    const application = new PublicClientApplication({
      auth: {
        clientId: clients.password,
        authority: `https://localhost/${tenantDomain}/${policy}`,
        knownAuthorities: ["localhost"],
      },
      system: { networkClient: networkTo(world.url) },
    });
    const result = await application.acquireTokenByUsernamePassword({
      scopes: ["openid", clients.password],
      username: demo.email,
      password: demo.password,
    });
    expect(result?.idTokenClaims).toMatchObject({ name: "Demo Person" });
  });

  it("locks the account after ten failures, for pages as well", async () => {
    const attempt = (password: string) =>
      token(world, policy, { ...passwordRequest, username: "locked@contoso.example", password });
    const problems: string[] = [];
    for (let count = 0; count <= 10; count++) problems.push((await attempt(`wrong ${count}`)).problem);
    expect(problems.at(0)).toBe("AADB2C90225 access_denied");
    expect(problems.at(-1)).toBe("AADB2C90114 access_denied");
  });
});

describe("the client credentials grant", () => {
  const request = {
    grant_type: "client_credentials",
    client_id: clients.daemon,
    client_secret: daemonSecret,
    scope: `${apiUri}/.default`,
  };

  it("gives an access token with the application's roles and the journey's claims, and nothing else", async () => {
    const { status, body } = await token(world, policy, request);
    expect(status).toBe(200);
    expect(Object.keys(body).filter((name) => name.endsWith("_token"))).toEqual(["access_token"]);
    const claims = claimsOf(body.access_token);
    expect(claims).toMatchObject({
      aud: clients.api,
      azp: clients.daemon,
      scp: "orders.read orders.write",
      tokenSource: "application",
      stamp: clients.daemon,
      ver: "1.0",
    });
    expect(claims.sub).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Object.keys(claims)).not.toEqual(expect.arrayContaining(["nonce", "idp", "auth_time"]));
    // The same application, the same subject, also where no journey adds anything.
    const plain = await token(world, "B2C_1_plain", request);
    expect(claimsOf(plain.body.access_token)).toMatchObject({ sub: claims.sub, tfp: "B2C_1_plain" });
  });

  it.each([
    ["no scope", { scope: "" }, "AADB2C90010 invalid_request", 400],
    ["another scope", { scope: `${apiUri}/orders.read` }, "AADB2C90117 invalid_scope", 400],
    ["two scopes", { scope: `${apiUri}/.default openid` }, "AADB2C90117 invalid_scope", 400],
    [
      "an unknown API",
      { scope: "https://contoso.onmicrosoft.com/x/.default" },
      "AADB2C90117 invalid_scope",
      400,
    ],
    [
      "an API without a role for it",
      { scope: `${clients.daemon}/.default` },
      "AADB2C90205 unauthorized_client",
      400,
    ],
    ["no secret", { client_secret: "" }, "AADB2C90079 invalid_request", 400],
    ["a wrong secret", { client_secret: "x" }, "AADB2C90081 invalid_client", 401],
    ["a client without a secret", { client_id: clients.public }, "AADB2C90081 invalid_client", 401],
  ])("is refused with %s", async (_what, change, expected, status) => {
    const answer = await token(world, policy, { ...request, ...change });
    expect([answer.status, answer.problem]).toEqual([status, expected]);
  });
});

/** MSAL refuses http; the answers come from the plain port, as behind a proxy that ends TLS. */
function networkTo(url: string) {
  const send = async (
    method: string,
    address: string,
    options?: { headers?: Record<string, string>; body?: string },
  ) => {
    const target = address.replace("https://localhost", url);
    const response = await fetch(target, {
      method,
      ...(options?.headers && { headers: options.headers }),
      ...(options?.body !== undefined && { body: options.body }),
    });
    const text = (await response.text()).replaceAll(url, "https://localhost");
    return { status: response.status, headers: {}, body: JSON.parse(text) };
  };
  return {
    sendGetRequestAsync: (address: string, options?: object) => send("GET", address, options),
    sendPostRequestAsync: (address: string, options?: object) => send("POST", address, options),
  };
}
