import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "@vestibule/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { confidentialClient, demo, flow, secondClient, writeTenant } from "../connectors/documents.ts";
import { accountOf, countAccounts } from "../connectors/outcome.ts";
import { Person, redirectUri, tenantDomain } from "../connectors/person.ts";
import { actionAddress, anAnswer, aPage, errorOf, formAnswer, type ShownPage } from "../connectors/shown.ts";
import { goodPassword, newAddress, startWorld, type World } from "../connectors/world.ts";

// Bad input gets a clear answer, and nothing is lost.

let world: World;
beforeAll(async () => {
  world = await startWorld(() => ({
    flows: { B2C_1_one_app: flow("B2C_1_one_app") },
  }));
});
afterAll(() => world.close());

const policy = "B2C_1_plain";

describe("an authorization request", () => {
  it.each([
    ["tenant", "/nobody.onmicrosoft.com/B2C_1_plain"],
    ["policy", `/${tenantDomain}/B2C_1_nothing`],
  ])("with an unknown %s shows an error page and leads nowhere", async (_, at) => {
    const person = world.person({ accept: "text/html" });
    const address = person.authorizeAddress(policy).replace(/^.*?(?=\/oauth2)/, at);
    const response = await person.fetch(address);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get("location")).toBeNull();
    const text = await response.text();
    expect(text).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
    expect(text).not.toMatch(/node_modules|\n\s+at /);
  });

  it.each([
    ["client", { client_id: "bbbbbbbb-0000-4000-8000-00000000ffff" }],
    ["client that is no GUID", { client_id: "../../etc" }],
    ["redirect URI", { redirect_uri: "https://evil.example/cb" }],
    ["redirect URI that only begins like one", { redirect_uri: `${redirectUri}/../evil` }],
    ["redirect URI with a user name", { redirect_uri: "http://localhost:9@evil.example/cb" }],
    ["redirect URI of a script", { redirect_uri: "javascript:alert(1)" }],
  ])("with an unknown %s shows an error page and never redirects there", async (_, parameters) => {
    const person = world.person({ accept: "text/html" });
    const response = await person.fetch(person.authorizeAddress(policy, parameters));
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get("location")).toBeNull();
    expect(await response.text()).not.toMatch(/(?:href|action|src)="[^"]*(?:javascript:|evil)/);
  });

  it.each([
    ["an unknown response type", { response_type: "magic" }, "unsupported_response_type"],
    [
      "an unknown scope",
      { scope: "openid https://contoso.onmicrosoft.com/none/read" },
      "invalid_(scope|request)",
    ],
    ["an unknown response mode", { response_mode: "pigeon" }, "invalid_request"],
    ["a challenge method that does not exist", { code_challenge_method: "S1" }, "invalid_request"],
    ["a challenge that is too short", { code_challenge: "abc" }, "invalid_request"],
  ])("with %s is refused at the application, with its state", async (_, parameters, error) => {
    const shown = await world.person().open(policy, parameters);
    const { fields } = anAnswer(shown);
    expect(fields.get("error")).toMatch(new RegExp(`^${error}$`));
    expect(fields.get("error_description")).toMatch(/^AADB2C\d+: .+\r\nCorrelation ID: [0-9a-f-]{36}\r\n/);
    expect(fields.get("state")).toBe("the-state");
  });
});

describe("redeeming a code", () => {
  const signedIn = async () => {
    const person = world.person();
    const end = await person.signIn(aPage(await person.open(policy)), demo.email, demo.password);
    return { person, end };
  };

  it.each([
    ["without the verifier", { code_verifier: "" }],
    ["with another verifier", { code_verifier: "v".repeat(43) }],
    ["for another application", { client_id: secondClient }],
    ["with another redirect URI", { redirect_uri: "http://localhost:9/other" }],
  ])("%s is refused", async (_, changes) => {
    const { person, end } = await signedIn();
    const { status, body } = await person.redeem(end, policy, changes);
    expect(status).toBe(400);
    expect(body.error).toMatch(/^invalid_(grant|request)$/);
    expect(body).not.toHaveProperty("id_token");
  });

  it("at another flow is refused", async () => {
    const { person, end } = await signedIn();
    expect((await person.redeem(end, "B2C_1_one_app")).status).toBe(400);
  });

  it("twice is refused, and revokes what the first redemption gave", async () => {
    const { person, end } = await signedIn();
    const tokens = await person.redeem(end, policy);
    expect(tokens.status).toBe(200);
    const again = await person.redeem(end, policy);
    expect([again.status, again.body.error]).toEqual([400, "invalid_grant"]);
    const refreshed = await person.refresh(tokens, policy);
    expect([refreshed.status, refreshed.body.error]).toEqual([400, "invalid_grant"]);
  });

  it("at the same moment many times succeeds once at most", async () => {
    const { person, end } = await signedIn();
    const all = await Promise.all(Array.from({ length: 8 }, () => person.redeem(end, policy)));
    expect(all.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });

  it("with a wrong client secret is refused", async () => {
    const person = world.person();
    const page = aPage(await person.open(policy, { client_id: confidentialClient.id }));
    const end = await person.signIn(page, demo.email, demo.password);
    const { status, body } = await person.redeem(end, policy, {
      client_id: confidentialClient.id,
      client_secret: "wrong",
    });
    expect([status, body.error]).toEqual([401, "invalid_client"]);
  });
});

describe("a page", () => {
  const credentials = { email: demo.email, password: demo.password };

  it("posted without cookies, with those of another browser or another tenant is refused", async () => {
    const person = world.person();
    const page = aPage(await person.open(policy));
    const [nobody, other] = [world.person(), world.person()];
    await other.open(policy);
    for (const [who, code] of [
      [nobody, "AADB2C90211"],
      [other, "AADB2C90046"],
    ] as const) {
      const answer = await who.post(page, credentials);
      expect(answer.status).not.toBe("200");
      if (answer.errorCode !== undefined) expect(answer.errorCode).toBe(code);
      expect((await who.act(page, "confirmed")).kind).toBe("error");
    }
    expect((await person.signIn(page, demo.email, demo.password)).kind).toBe("application");
  });

  it("of one tenant is not continued in another, with the same cookies", async () => {
    const second = await startWorld(() => ({
      tenant: {
        id: "aaaaaaaa-0000-4000-8000-000000000002",
        defaultDomain: "fabrikam.onmicrosoft.com",
        domains: ["fabrikam.onmicrosoft.com"],
      },
    }));
    const folder = await mkdtemp(join(tmpdir(), "vestibule-two-"));
    await writeTenant(folder, "http://localhost:1", "http://localhost:1", {});
    const both = await startServer({
      directories: [second.directory, folder],
      mode: "development",
      httpPort: 0,
      dataDir: `${folder}/data`,
      passwordHashing: { memoryCost: 8, timeCost: 1, parallelism: 1 },
      logLevel: "silent",
    });
    try {
      const person = new Person(both.url);
      const page = aPage(await person.open(policy));
      const moved: ShownPage = { ...page, base: page.base.replace(tenantDomain, "fabrikam.onmicrosoft.com") };
      expect(moved.base).toContain("fabrikam");
      expect((await person.post(moved, credentials)).status).not.toBe("200");
      expect((await person.act(moved, "confirmed")).kind).toBe("error");
      expect((await person.signIn(page, demo.email, demo.password)).kind).toBe("application");
      const elsewhere = await person.fetch(
        person.authorizeAddress(policy).replace(tenantDomain, "fabrikam.onmicrosoft.com"),
      );
      expect(elsewhere.headers.get("location")).toBeNull();
    } finally {
      await Promise.all([both.close(), second.close()]);
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("posted empty, with a stranger's token or in a form that is none moves nothing", async () => {
    const person = world.person();
    const page = aPage(await person.open(policy));
    for (const body of [
      "",
      "request_type=RESPONSE",
      "%%%=%ZZ&&&=",
      "\u0000",
      "{}",
      "request_type=NONSENSE",
    ]) {
      expect((await formAnswer(await person.send(page, body))).status).not.toBe("200");
      expect((await person.act(page, "confirmed")).kind).toBe("page");
    }
    for (const csrf of ["", "x", `${page.csrf.slice(0, -8)}AAAAAAA=`]) {
      const answer = await person.post({ ...page, csrf }, credentials);
      // Only the cookie's copy may stand in for a missing header.
      if (csrf !== "") expect(answer.http === 400 || answer.status !== "200").toBe(true);
    }
  });

  it("confirmed before it was posted shows the same page", async () => {
    const person = world.person();
    const page = await person.openSignUp(policy);
    const again = aPage(await person.act(page, "confirmed"));
    expect([again.tid, again.api]).toEqual([page.tid, page.api]);
  });

  it("never takes fields that it does not have", async () => {
    const person = world.person();
    const page = await person.openSignUp(policy);
    const email = newAddress();
    const end = await person.submit(page, {
      ...{ email, newPassword: goodPassword, reenterPassword: goodPassword, displayName: "D" },
      ...{ objectId: "00000000-0000-4000-8000-00000000000f", newUser: "false", identityProvider: "evil" },
      ...{ extension_Ticket: "stolen", extension_Roles: "admin", postalCode: "1", accountEnabled: "false" },
      ...{
        blockMessage: "x",
        "executed-SelfAsserted-Input": "x",
        authenticationSource: "x",
        sub: "x",
        isForgotPassword: "true",
      },
    });
    const { claims } = await person.redeem(end, policy);
    expect(claims.newUser).toBe(true);
    expect(claims.oid).not.toBe("00000000-0000-4000-8000-00000000000f");
    for (const name of ["extension_Ticket", "extension_Roles", "idp", "isForgotPassword"])
      expect(claims).not.toHaveProperty(name);
    const account = await accountOf(world, email);
    expect(account?.accountEnabled).toBe(true);
    expect(JSON.stringify(account)).not.toMatch(/stolen|admin/);
  });

  it("on the sign-in page does not take an object id instead of a password", async () => {
    const account = await accountOf(world, demo.email);
    const person = world.person();
    const page = aPage(await person.open(policy));
    for (const fields of [
      { objectId: account?.objectId ?? "" },
      { email: demo.email, objectId: account?.objectId ?? "" },
      { email: demo.email, password: "", objectId: account?.objectId ?? "" },
    ]) {
      expect((await person.post(page, fields)).status).not.toBe("200");
      expect((await person.act(page, "confirmed")).kind).toBe("page");
    }
  });

  it("that is too large is refused with 413, and the journey goes on", async () => {
    const person = world.person();
    const page = aPage(await person.open(policy));
    const response = await person.send(page, `email=${"x".repeat(3_000_000)}`);
    expect(response.status).toBe(413);
    expect((await person.signIn(page, demo.email, demo.password)).kind).toBe("application");
  });

  it("of an earlier step, posted late, is stale and changes nothing", async () => {
    const person = world.person();
    const first = aPage(await person.open(policy));
    await person.act(first, "unified", { local: "signup" });
    const count = await countAccounts(world);
    const answer = await person.post(first, credentials);
    expect(answer.status).not.toBe("200");
    expect(await countAccounts(world)).toBe(count);
  });

  it("posted again after the end gives no second code", async () => {
    const person = world.person();
    const page = aPage(await person.open(policy));
    const end = anAnswer(await person.signIn(page, demo.email, demo.password));
    expect((await person.redeem(end, policy)).status).toBe(200);
    await person.post(page, credentials);
    expect((await person.act(page, "confirmed")).kind).toBe("error");
  });

  it("cannot be continued by links that are not there", async () => {
    const person = world.person();
    const page = aPage(await person.open(policy));
    for (const [action, parameters] of [
      ["unified", { claimsexchange: "AAD-UserReadUsingObjectId" }],
      ["unified", { claimsexchange: "SelfAsserted-Social" }],
      ["unified", { claimsexchange: "../../x" }],
      ["nothing", {}],
    ] as const) {
      const response = await person.fetch(actionAddress(page, action, parameters));
      expect(response.headers.get("location") ?? "").not.toContain("code=");
    }
    expect((await person.signIn(page, demo.email, demo.password)).kind).toBe("application");
  });
});

describe("a provider's answer", () => {
  it("that nobody asked for, or that comes twice, is refused", async () => {
    const person = world.person();
    for (const query of [
      "",
      "?state=x&code=y",
      `?state=${"A".repeat(4000)}&code=y`,
      "?error=access_denied&state=x",
    ]) {
      const response = await person.fetch(`/${tenantDomain}/oauth2/authresp${query}`);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.headers.get("location")).toBeNull();
    }
  });
});

it("a wrong error code in a link shows a page without what the link said", async () => {
  const person = world.person();
  const page = aPage(await person.open(policy));
  const shown = await person.act(page, "error", { code: "<script>alert(1)</script>" });
  if (shown.kind === "application") throw new Error("redirected");
  expect(shown.html).not.toContain("<script>alert(1)");
});

it("cancelling with a double click tells the application the same twice", async () => {
  const person = world.person();
  const page = await person.openSignUp(policy);
  const answers = await Promise.all([person.act(page, "cancelled"), person.act(page, "cancelled")]);
  expect(answers.map(errorOf)).toEqual(
    Array(2).fill("access_denied: AADB2C90091: The user has cancelled entering self-asserted information."),
  );
});
