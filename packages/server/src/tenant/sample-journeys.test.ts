import { fileURLToPath } from "node:url";
import type { HttpCall, HttpResult, PasswordCheck } from "@vestibule/engine";
import { JourneyBrowser, type MemoryPorts, memoryPorts } from "@vestibule/engine/testing";
import type { Policy } from "@vestibule/policy";
import { beforeEach, describe, expect, it } from "vitest";
import { readTenant } from "./read-tenant.ts";

// The sample tenant's flows, run by the engine without HTTP: what is compiled means what user-flows.md says.

const sample = fileURLToPath(new URL("../../../../examples/sample-tenant", import.meta.url));
const password = "Passw0rd!long";
const address = "ida@contoso.example";

let ports: MemoryPorts;
let policies: ReadonlyMap<string, Policy>;

beforeEach(async () => {
  const { tenant } = await readTenant(sample, { mode: "development" });
  policies = new Map([...(tenant?.policies ?? [])].map(([id, { program }]) => [id, program.policy]));
  const memory = memoryPorts();
  const directory = { ...memory.directory, extensionsAppId: tenant?.extensionsAppId ?? "" };
  ports = Object.assign(memory, { directory });
  ports.answer = () => answer({ action: "Continue" });
});

const answer = (body: object, status = 200): HttpResult => ({
  kind: "answer",
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ version: "1.0.0", ...body }),
  attempts: [{ duration: 1, status }],
});

/** Answers by the connector's path; others continue. */
const answering = (answers: Readonly<Record<string, HttpResult>>) => {
  ports.answer = (call: HttpCall) =>
    answers[new URL(call.url).pathname.slice(1)] ?? answer({ action: "Continue" });
};

const called = () => ports.httpCalls.map(({ url }) => new URL(url).pathname.slice(1));

async function open(flow: string): Promise<JourneyBrowser> {
  const policy = policies.get(flow.toLowerCase());
  if (!policy) throw new Error(`no flow ${flow}`);
  const browser = new JourneyBrowser(policy, ports);
  await browser.start();
  return browser;
}

const person = { givenName: "Ida", surname: "Lund", displayName: "Ida Lund" };

async function openSignUp(flow = "B2C_1_signup_signin"): Promise<JourneyBrowser> {
  const browser = await open(flow);
  await browser.send({ kind: "signUpChosen" });
  await browser.prove("email", address);
  return browser;
}

const create = (browser: JourneyBrowser, more: Record<string, string> = {}) =>
  browser.submit({ email: address, newPassword: password, reenterPassword: password, ...person, ...more });

async function signUp(): Promise<JourneyBrowser> {
  const browser = await openSignUp();
  await create(browser);
  browser.issued();
  return browser;
}

async function toProvider(flow: string): Promise<JourneyBrowser> {
  ports.federationClaims = {
    sub: "s-1",
    iss: "https://social.example",
    email: "alma@social.example",
    given_name: "Alma",
    name: "Alma L",
  };
  const browser = await open(flow);
  await browser.send({ kind: "exchangeChosen", exchangeId: "OIDC-V1-SampleSocialExchange" });
  await browser.providerReturns();
  return browser;
}

describe("sign-up by e-mail", () => {
  it("creates the account and says newUser once", async () => {
    const issued = (await signUp()).issued();
    expect(issued.claims).toMatchObject({
      name: "Ida Lund",
      emails: [address],
      newUser: true,
      tfp: "B2C_1_signup_signin",
    });
    expect(issued.claims).not.toHaveProperty("idp");
    const again = await open("B2C_1_signup_signin");
    await again.submit({ email: address, password });
    expect(again.issued().claims).not.toHaveProperty("newUser");
    expect(again.issued().objectId).toBe(issued.objectId);
    expect(called()).toEqual(["before-creating", "before-token", "before-token"]);
  });

  it("shows the API's correction in the page, keeps nothing, and stores what the API then answers", async () => {
    const browser = await openSignUp();
    answering({
      "before-creating": answer(
        { status: 400, action: "ValidationError", userMessage: "No such member." },
        400,
      ),
    });
    const refused = await create(browser, { extension_LoyaltyNumber: "X" });
    expect(refused).toMatchObject({ kind: "refused", problem: { message: "No such member." } });
    expect(ports.accounts.size).toBe(0);
    answering({
      "before-creating": answer({
        action: "Continue",
        extension_LoyaltyNumber: "L-1",
        extension_PromotionCode: "P",
      }),
    });
    await create(browser, { extension_LoyaltyNumber: "X" });
    expect(browser.issued().claims).toMatchObject({
      extension_LoyaltyNumber: "L-1",
      extension_PromotionCode: "P",
    });
    const [account] = ports.accounts.values();
    expect(account?.attributes).toMatchObject({
      extension_cccccccc000040008000000000000001_LoyaltyNumber: "L-1",
    });
    expect(Object.keys(account?.attributes ?? {}).join()).not.toContain("PromotionCode");
  });

  it("ends at the block page, without an account and without the social page", async () => {
    const browser = await openSignUp();
    answering({ "before-creating": answer({ action: "ShowBlockPage", userMessage: "Not here." }) });
    await create(browser);
    expect(browser.page()).toMatchObject({ terminal: true, technicalProfile: "SelfAsserted-BlockPage" });
    expect(browser.page().fields).toMatchObject([{ id: "blockMessage", value: "Not here." }]);
    expect(ports.accounts.size).toBe(0);
  });

  it("needs the proof of the address", async () => {
    const browser = await open("B2C_1_signup_signin");
    await browser.send({ kind: "signUpChosen" });
    expect(await create(browser)).toMatchObject({ kind: "refused" });
    expect(called()).toEqual([]);
  });
});

describe("the last connector", () => {
  it("gives the token its claims, and nothing that is not claimed", async () => {
    answering({
      "before-token": answer({ action: "Continue", extension_PromotionCode: "SPRING", city: "Lund" }),
    });
    const issued = (await signUp()).issued();
    expect(issued.claims).toMatchObject({ extension_PromotionCode: "SPRING" });
    expect(issued.claims).not.toHaveProperty("city");
    // What a refresh needs to repeat the value goes with the grant.
    expect(issued.grantClaims).toMatchObject({ connector_extension_PromotionCode: "SPRING" });
  });

  it("is sent the account with its address", async () => {
    await signUp();
    const body = JSON.parse(ports.httpCalls.at(-1)?.body ?? "{}");
    expect(body).toMatchObject({
      step: "PreTokenIssuance",
      email: address,
      displayName: "Ida Lund",
      givenName: "Ida",
    });
  });
});

describe("federated accounts", () => {
  it("are prefilled by the first connector, need no proof of the provider's address, and are asked once", async () => {
    answering({ "after-federating": answer({ action: "Continue", surname: "Lindqvist" }) });
    const browser = await toProvider("B2C_1_signup_signin");
    const values = Object.fromEntries(browser.page().fields.map(({ id, value }) => [id, value]));
    expect(values).toMatchObject({
      email: "alma@social.example",
      givenName: "Alma",
      surname: "Lindqvist",
      displayName: "Alma L",
    });
    await browser.submit({
      email: "alma@social.example",
      givenName: "Alma",
      surname: "Lindqvist",
      displayName: "Alma L",
    });
    expect(browser.issued().claims).toMatchObject({
      idp: "https://social.example",
      newUser: true,
      emails: ["alma@social.example"],
    });
    const again = await toProvider("B2C_1_signup_signin");
    expect(again.issued().claims).not.toHaveProperty("newUser");
    expect(called()).toEqual(["after-federating", "before-creating", "before-token", "before-token"]);
  });

  it("end at the block page of the first connector", async () => {
    answering({ "after-federating": answer({ action: "ShowBlockPage", userMessage: "Members only." }) });
    expect((await toProvider("B2C_1_signup_signin")).page().terminal).toBe(true);
    expect(ports.accounts.size).toBe(0);
  });

  it("that are unknown cannot sign in, and that are known cannot sign up", async () => {
    expect((await toProvider("B2C_1_signin")).outcome).toMatchObject({
      kind: "relyingPartyError",
      code: "AADB2C99002",
    });
    const browser = await toProvider("B2C_1_signup");
    await browser.submit({
      email: "alma@social.example",
      givenName: "Alma",
      surname: "L",
      displayName: "Alma L",
    });
    browser.issued();
    expect((await toProvider("B2C_1_signup")).outcome).toMatchObject({
      kind: "relyingPartyError",
      code: "AADB2C99001",
    });
    expect((await toProvider("B2C_1_signin")).issued().claims).toMatchObject({ name: "Alma L" });
  });
});

describe("passwords", () => {
  it("are reset inside the flow, which says so in the token", async () => {
    await signUp();
    const browser = await open("B2C_1_signup_signin");
    await browser.send({ kind: "forgotPassword" });
    await browser.prove("email", address);
    await browser.submit({ email: address });
    await browser.submit({ newPassword: "An0ther!password", reenterPassword: "An0ther!password" });
    expect(browser.issued().claims).toMatchObject({ isForgotPassword: true });
    expect([...ports.accounts.values()][0]?.password).toBe("An0ther!password");
  });

  it("are reset by the flow for it", async () => {
    await signUp();
    const browser = await open("B2C_1_reset");
    await browser.prove("email", address);
    await browser.submit({ email: address });
    await browser.submit({ newPassword: "An0ther!password", reenterPassword: "An0ther!password" });
    expect(browser.issued().claims).toMatchObject({ emails: [address] });
  });

  it("that expired are changed, to another one", async () => {
    await signUp();
    const [account] = ports.accounts.values();
    let expired = true;
    const check = ports.directory.checkPassword;
    const checkPassword: typeof check = async (name, typed, options) => {
      const result = await check(name, typed, options);
      return result.kind === "ok" && expired
        ? ({ kind: "passwordExpired", account: result.account } satisfies PasswordCheck)
        : result;
    };
    Object.assign(ports, { directory: { ...ports.directory, checkPassword } });
    const browser = await open("B2C_1_signin");
    await browser.submit({ email: address, password });
    expect(browser.page().technicalProfile).toBe("SelfAsserted-ForcePasswordReset-ExpiredPassword");
    const same = await browser.submit({ password, newPassword: password, reenterPassword: password });
    expect(same).toMatchObject({
      kind: "refused",
      problem: { message: "The new password must be different from the current one." },
    });
    await browser.submit({ password, newPassword: "An0ther!password", reenterPassword: "An0ther!password" });
    expired = false;
    expect(browser.issued().objectId).toBe(account?.objectId);
  });

  it("must be as complex as the flow says", async () => {
    const browser = await openSignUp();
    expect(await create(browser, { newPassword: "password", reenterPassword: "password" })).toMatchObject({
      kind: "refused",
    });
    expect(ports.accounts.size).toBe(0);
  });
});

describe("profile editing", () => {
  it("prefills, writes, and clears what was emptied", async () => {
    const created = await openSignUp();
    await create(created, { extension_LoyaltyNumber: "L-1", extension_MarketingOptIn: "true" });
    const browser = await open("B2C_1_edit");
    await browser.submit({ email: address, password });
    const values = Object.fromEntries(browser.page().fields.map(({ id, value }) => [id, value]));
    expect(values).toMatchObject({ givenName: "Ida", extension_LoyaltyNumber: "L-1" });
    await browser.submit({ ...person, givenName: "Ada", extension_LoyaltyNumber: "" });
    expect(browser.issued().claims).toMatchObject({ given_name: "Ada" });
    const [account] = ports.accounts.values();
    expect(account?.attributes).toMatchObject({ givenName: "Ada" });
    expect(account?.attributes.extension_cccccccc000040008000000000000001_LoyaltyNumber ?? "").toBe("");
  });
});
