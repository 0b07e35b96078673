import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bound, flow, long, publicClientId, tenantId } from "./documents.ts";
import { callsOf, claimsOfSignIn, signIn, signUp, signUpFederated } from "./outcome.ts";
import { aPage } from "./shown.ts";
import { goodPassword, startWorld, type World } from "./world.ts";

// api-connectors.md A2 and F, UF-01 to UF-08: what arrives at the API.

let world: World;
beforeAll(async () => {
  world = await startWorld(() => ({ flows: { B2C_1_one: flow("B2C_1_one", bound({ one: "one" })) } }));
});
afterAll(() => world.close());
beforeEach(() => world.api.reset());

const common = { client_id: publicClientId, ui_locales: "en" };

describe("a connector's request", () => {
  it("is a JSON POST with the credentials, and its record repeats it without them", async () => {
    const { correlationId } = await signUp(world, "B2C_1_susi", { givenName: "Ida" });
    const { method, url, headers, text } = world.api.only("/two");
    expect([method, url]).toEqual(["POST", "/two"]);
    expect(headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      accept: "application/json",
      authorization: `Basic ${Buffer.from("connector:Secret-of-the-connector-77c1").toString("base64")}`,
    });
    expect(headers["content-length"]).toBe(String(Buffer.byteLength(text)));
    const [record] = await callsOf(world, correlationId);
    expect(record).toMatchObject({
      connectorStep: "PostAttributeCollection",
      connectorId: "two",
      decision: "continue",
      request: { method: "POST", url: `${world.api.url}/two`, body: text },
      response: { status: 200 },
    });
    expect(JSON.stringify(record)).not.toContain("Secret-of-the-connector");
  });

  it("after federating holds the provider's values, one identity, no object id and no extension (UF-01)", async () => {
    const { email } = await signUpFederated(world, "B2C_1_susi", undefined);
    const issuer = expect.stringMatching(/^http:\/\/localhost:\d+$/);
    expect(world.api.only("/one").body).toEqual({
      step: "PostFederationSignup",
      ...common,
      email,
      identities: [{ signInType: "federated", issuer, issuerAssignedId: expect.any(String) }],
      displayName: "Nils Berg",
      givenName: "Nils",
      surname: "Berg",
    });
  });

  it("before creating a local account is typed, without empty values, identities or passwords (UF-02)", async () => {
    const fields = { extension_Tier: "3", extension_News: "false", city: "", givenName: "Ida" };
    const { email } = await signUp(world, "B2C_1_susi", fields);
    const { body, text } = world.api.only("/two");
    expect(body).toEqual({
      step: "PostAttributeCollection",
      ...common,
      email,
      displayName: "Ida Lund",
      givenName: "Ida",
      [long("Tier")]: 3,
      [long("News")]: false,
    });
    expect(Object.keys(body).slice(0, 4)).toEqual(["step", "client_id", "ui_locales", "email"]);
    expect(text).not.toContain(goodPassword);
  });

  it("before creating a federated account has identities, and the page's values win (UF-03)", async () => {
    const { email } = await signUpFederated(world, "B2C_1_susi", { givenName: "Nisse", city: "Lund" });
    expect(world.api.only("/two").body).toEqual({
      step: "PostAttributeCollection",
      ...common,
      email,
      identities: [expect.objectContaining({ signInType: "federated" })],
      displayName: "Nils Berg",
      givenName: "Nisse",
      surname: "Berg",
      city: "Lund",
    });
  });

  it("before the token of a local sign-in has object id, local identity and directory values (UF-04)", async () => {
    const { email, account } = await signUp(world, "B2C_1_plain", { city: "Lund", extension_Tier: "7" });
    world.api.reset();
    await claimsOfSignIn(world, "B2C_1_susi", email);
    expect(world.api.received.map(({ url }) => url)).toEqual(["/three"]);
    expect(world.api.only("/three").body).toEqual({
      step: "PreTokenIssuance",
      ...common,
      email,
      identities: [
        { signInType: "emailAddress", issuer: "contoso.onmicrosoft.com", issuerAssignedId: email },
      ],
      objectId: account?.objectId,
      displayName: "Ida Lund",
      city: "Lund",
      [long("Tier")]: 7,
    });
  });

  it("before the token of a federated sign-in has object id and federated identity (UF-05)", async () => {
    const { email, tokens } = await signUpFederated(world, "B2C_1_plain", { city: "Lund" });
    world.api.reset();
    await signUpFederated(world, "B2C_1_susi", undefined, email);
    expect(world.api.only("/three").body).toEqual({
      step: "PreTokenIssuance",
      ...common,
      email,
      identities: [expect.objectContaining({ signInType: "federated" })],
      objectId: tokens?.claims.oid,
      displayName: "Nils Berg",
      givenName: "Nils",
      surname: "Berg",
      city: "Lund",
    });
  });

  it("carries the person's locale as one tag with its region", async () => {
    const person = world.person();
    const page = aPage(await person.open("B2C_1_susi", { ui_locales: "en-GB" }));
    const { email } = await signUp(world, "B2C_1_plain");
    world.api.reset();
    await person.signIn(page, email, goodPassword);
    expect(world.api.only("/three").body.ui_locales).toBe("en-GB");
  });
});

describe("a connector is not called", () => {
  it("for a local sign-up where only the step after federating is bound (UF-06)", async () => {
    const { tokens, account } = await signUp(world, "B2C_1_one");
    expect(tokens?.claims.newUser).toBe(true);
    expect(account).toBeDefined();
    expect(world.api.received).toEqual([]);
  });

  it("at the first two steps when a known federated person signs in (UF-07)", async () => {
    const { email } = await signUpFederated(world, "B2C_1_susi", {});
    world.api.reset();
    const { tokens } = await signUpFederated(world, "B2C_1_susi", undefined, email);
    expect(tokens?.claims.emails).toEqual([email]);
    expect(world.api.received.map(({ url }) => url)).toEqual(["/three"]);
  });

  it("on refresh: the token repeats what it added at the first issue (UF-08)", async () => {
    world.api.on("/three", {
      body: { version: "1", action: "Continue", city: "Malmö", extension_Roles: "a b" },
    });
    const { person, tokens } = await signUp(world, "B2C_1_susi", { city: "Lund" });
    expect(tokens?.claims).toMatchObject({ city: "Malmö", extension_Roles: "a b" });
    world.api.reset();
    if (tokens === undefined) throw new Error("no tokens");
    const again = await person.refresh(tokens, "B2C_1_susi");
    expect(again.claims).toMatchObject({ city: "Malmö", extension_Roles: "a b", sub: tokens.claims.sub });
    expect(again.claims.newUser).toBeUndefined();
    expect(world.api.received).toEqual([]);
  });

  it("twice for a double submit: both clicks get the answer of one call (U8, U69)", async () => {
    const person = world.person();
    const page = await person.openSignUp("B2C_1_susi");
    const email = `double${process.pid}@people.example`;
    const fields = { email, newPassword: goodPassword, reenterPassword: goodPassword, displayName: "D" };
    const answers = await Promise.all([person.post(page, fields), person.post(page, fields)]);
    expect(answers.map(({ status }) => status)).toEqual(["200", "200"]);
    expect(world.api.to("/two")).toHaveLength(1);
    const shown = await person.act(page, "confirmed");
    expect((await person.redeem(shown, "B2C_1_susi")).claims.newUser).toBe(true);
    const rows = await world.server.context.store.observations.listAudit(tenantId, 20);
    expect(
      rows.filter((row) => row.correlationId === page.tid && row.details.step === "PostAttributeCollection"),
    ).toHaveLength(1);
    expect((await signIn(world, "B2C_1_plain", email)).tokens).toBeDefined();
  });
});
