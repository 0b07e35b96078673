import { compile } from "@vestibule/engine";
import { compileUserFlow, readUserFlow } from "@vestibule/user-flows";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TenantPolicy } from "../tenant/tenant.ts";
import {
  base,
  claimsOf,
  codeFor,
  minimal,
  postToken,
  type TokenAnswer,
  webCode,
} from "./requests.fixture.ts";
import { startTestServer, type TestServer } from "./server.fixture.ts";
import { clients, testTenant, webSecret } from "./tenants.fixture.ts";

const flow = {
  id: "B2C_1_susi",
  userFlowType: "signUpOrSignIn",
  userFlowTypeVersion: 3,
  authenticationMethods: "emailWithPassword",
  userFlowIdentityProviders: [],
  userAttributeAssignments: [],
  applicationClaims: ["displayName", "emails", "objectId", "identityProvider", "newUser"],
};

function userFlow(): TenantPolicy {
  const { document, diagnostics } = readUserFlow(JSON.stringify(flow), "B2C_1_susi.json");
  if (!document) throw new Error(JSON.stringify(diagnostics));
  const tenant = testTenant();
  const compilation = compileUserFlow(document, {
    tenantId: tenant.id,
    defaultDomain: tenant.defaultDomain,
    extensionsAppId: tenant.extensionsAppId,
    deploymentMode: "Production",
    authenticationMethods: { emailWithPassword: true, userName: false },
    isAgeGatingConfigured: false,
    customAttributes: [],
    identityProviders: [],
    connectors: [],
    connectorSettings: {
      preset: "seed",
      strictAnswers: false,
      enforceBlockAtTokenStep: false,
      sendLocalIdentitiesAtSignup: false,
    },
  });
  if (!compilation.policy) throw new Error(JSON.stringify(compilation.diagnostics));
  const { program, diagnostics: faults } = compile(compilation.policy);
  if (!program) throw new Error(JSON.stringify(faults));
  return { id: "B2C_1_susi", kind: "userFlow", program, description: "" };
}

let server: TestServer;
const path = base.replace("B2C_1A_susi", "B2C_1_susi");
beforeAll(async () => {
  server = await startTestServer(testTenant({ policies: new Map([["b2c_1_susi", userFlow()]]) }));
});
afterAll(() => server.close());

/** The sign-in that the refreshes below belong to. */
async function signIn(): Promise<TokenAnswer["body"]> {
  server.world.outcome = {
    claims: { name: "Ada", oid: server.objectId, tfp: "B2C_1_susi", idp: "facebook.com", newUser: true },
    grantClaims: {
      objectId: server.objectId,
      displayName: "Ada",
      identityProvider: "facebook.com",
      newUser: true,
    },
  };
  const code = await codeFor(server, { ...minimal.web, scope: "openid offline_access" }, path);
  return (await postToken(server, webCode(code), { path })).body;
}

const refresh = (grant: TokenAnswer["body"]) =>
  postToken(
    server,
    {
      grant_type: "refresh_token",
      client_id: clients.web,
      client_secret: webSecret,
      refresh_token: String(grant.refresh_token),
    },
    { path },
  );

test("a user flow reads the account again and keeps what is not in the directory", async () => {
  const first = await signIn();
  expect(claimsOf(first.id_token)).toMatchObject({ name: "Ada", newUser: true });
  await server.store
    .directory(server.tenant)
    .change(server.objectId, { attributes: { displayName: "Ada King" } });
  server.world.now += 3_600_000;
  const second = await refresh(first);
  expect(second.status).toBe(200);
  const claims = claimsOf(second.body.id_token);
  expect(claims).toMatchObject({
    name: "Ada King",
    oid: server.objectId,
    sub: server.objectId,
    tfp: "B2C_1_susi",
    idp: "facebook.com",
    emails: ["ada@example.org"],
    auth_time: 1_750_000_000,
  });
  expect(claims).not.toHaveProperty("newUser");
  const third = await refresh(second.body);
  expect(claimsOf(third.body.id_token)).toMatchObject({ name: "Ada King", idp: "facebook.com" });
});
