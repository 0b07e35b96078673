import { JourneyBrowser, type MemoryPorts, memoryPorts } from "@vestibule/engine/testing";
import { compileUserFlow, readUserFlow } from "@vestibule/user-flows";
import { beforeEach, describe, expect, it } from "vitest";
import { facts } from "./facts.ts";

function policyOf(flow: Record<string, unknown>) {
  const reading = readUserFlow(JSON.stringify(flow), "flow.json");
  if (!reading.document) throw new Error(JSON.stringify(reading.diagnostics));
  const { policy, diagnostics } = compileUserFlow(reading.document, facts);
  if (!policy) throw new Error(JSON.stringify(diagnostics));
  return policy;
}

const susi = {
  id: "B2C_1_susi",
  userFlowType: "signUpOrSignIn",
  userFlowIdentityProviders: ["Social"],
  userAttributeAssignments: [
    { id: "displayName", displayName: "Display Name" },
    { id: "givenName", displayName: "Given Name", isOptional: true },
    { id: "extension_LoyaltyTier", displayName: "Tier", isOptional: true },
  ],
  applicationClaims: [
    "displayName",
    "givenName",
    "emails",
    "objectId",
    "identityProvider",
    "newUser",
    "extension_LoyaltyTier",
  ],
  passwordComplexityConfiguration: { isSelfServicePasswordResetAllowed: true },
};

const form = {
  email: "ida@contoso.example",
  newPassword: "Passw0rd!x",
  reenterPassword: "Passw0rd!x",
  displayName: "Ida",
};

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});

async function signUp(flow: Record<string, unknown>, fields: Record<string, string> = form) {
  const browser = new JourneyBrowser(policyOf(flow), ports);
  await browser.start();
  await browser.send({ kind: "signUpChosen" });
  await browser.prove("email", fields.email ?? "");
  await browser.submit(fields);
  return browser;
}

describe("sign-up or sign-in", () => {
  it("signs up with e-mail and a proved address, and signs in again", async () => {
    const first = await signUp(susi);
    expect(first.issued().claims).toMatchObject({
      name: "Ida",
      newUser: true,
      emails: ["ida@contoso.example"],
      tfp: "B2C_1_susi",
    });
    const second = new JourneyBrowser(policyOf(susi), ports);
    await second.start();
    await second.submit({ email: "ida@contoso.example", password: "Passw0rd!x" });
    expect(second.issued().claims.sub).toBe(first.issued().claims.sub);
    expect(second.issued().claims).not.toHaveProperty("newUser");
    expect(second.issued().claims).not.toHaveProperty("idp");
  });

  it("signs up with a provider, prefilled from its claims", async () => {
    ports.federationClaims = {
      iss: "https://idp.example",
      sub: "1",
      name: "Sol",
      email: "sol@idp.example",
      given_name: "Sol",
    };
    const browser = new JourneyBrowser(policyOf(susi), ports);
    await browser.start();
    const [provider] = browser.page().providers;
    await browser.send({ kind: "exchangeChosen", exchangeId: provider?.id ?? "" });
    await browser.providerReturns();
    expect(browser.page().fields.map(({ id, value }) => [id, value])).toEqual([
      ["email", "sol@idp.example"],
      ["displayName", "Sol"],
      ["givenName", "Sol"],
      ["extension_LoyaltyTier", undefined],
    ]);
    await browser.submit({
      email: "sol@idp.example",
      displayName: "Sol",
      givenName: "",
      extension_LoyaltyTier: "gold",
    });
    expect(browser.issued().claims).toMatchObject({
      name: "Sol",
      idp: "https://idp.example",
      emails: ["sol@idp.example"],
      extension_LoyaltyTier: "gold",
    });
  });

  it("resets a forgotten password inside the flow", async () => {
    await signUp(susi);
    const browser = new JourneyBrowser(policyOf(susi), ports);
    await browser.start();
    await browser.send({ kind: "forgotPassword" });
    await browser.prove("email", form.email);
    await browser.submit({ email: form.email });
    await browser.submit({ newPassword: "N3w-Passw0rd", reenterPassword: "N3w-Passw0rd" });
    expect(browser.issued().claims).toMatchObject({ isForgotPassword: true });
    const again = new JourneyBrowser(policyOf(susi), ports);
    await again.start();
    expect((await again.submit({ email: form.email, password: form.newPassword })).kind).toBe("refused");
    await again.submit({ email: form.email, password: "N3w-Passw0rd" });
    expect(again.issued().subject).toBe(browser.issued().subject);
  });
});

describe("connectors", () => {
  const bound = {
    ...susi,
    apiConnectorConfiguration: {
      postFederationSignup: { id: "api" },
      postAttributeCollection: { id: "api" },
      preTokenIssuance: { id: "api" },
    },
  };
  const answer = (status: number, body: unknown) => ({
    kind: "answer" as const,
    status,
    headers: {},
    body: JSON.stringify(body),
    attempts: [],
  });

  it("lets a sign-up through, overwrites an attribute before the write and enriches the token", async () => {
    ports.answer = (call) =>
      answer(200, {
        version: "1",
        action: "Continue",
        ...(JSON.parse(call.body ?? "{}").step === "PreTokenIssuance"
          ? { extension_LoyaltyTier: "platinum" }
          : { displayName: "Ida Lund" }),
      });
    const browser = await signUp(bound);
    expect(ports.httpCalls.map((call) => JSON.parse(call.body ?? "{}").step)).toEqual([
      "PostAttributeCollection",
      "PreTokenIssuance",
    ]);
    expect(browser.issued().claims).toMatchObject({ name: "Ida Lund", extension_LoyaltyTier: "platinum" });
    const [account] = ports.accounts.values();
    expect(account?.attributes.displayName).toBe("Ida Lund");
    expect(JSON.stringify(account?.attributes)).not.toContain("platinum");
  });

  it("shows the block page and creates nothing", async () => {
    ports.answer = () => answer(200, { version: "1", action: "ShowBlockPage", userMessage: "Closed." });
    const browser = await signUp(bound);
    expect(browser.page()).toMatchObject({ terminal: true, fields: [{ value: "Closed." }] });
    expect(ports.accounts.size).toBe(0);
  });

  it("shows a validation error on the page, then lets the corrected form through", async () => {
    ports.answer = () =>
      answer(400, { version: "1", status: 400, action: "ValidationError", userMessage: "Another tier." });
    const browser = await signUp(bound);
    expect(browser.outcome).toEqual({ kind: "refused", problem: { message: "Another tier.", fields: {} } });
    expect(ports.accounts.size).toBe(0);
    ports.answer = () => answer(200, { version: "1", action: "Continue" });
    await browser.submit(form);
    expect(browser.issued().claims.newUser).toBe(true);
    expect(ports.accounts.size).toBe(1);
  });

  it("creates nothing and issues nothing while the API does not answer", async () => {
    const browser = await signUp(bound);
    expect(browser.outcome.kind).toBe("refused");
    expect(ports.accounts.size).toBe(0);
    expect(ports.callRecords).toHaveLength(1);
  });

  it("asks after federating, prefills, and blocks before any page", async () => {
    ports.federationClaims = { iss: "https://idp.example", sub: "1", name: "Sol", email: "sol@idp.example" };
    ports.answer = () => answer(200, { version: "1", action: "Continue", givenName: "Solveig" });
    const browser = new JourneyBrowser(policyOf(bound), ports);
    await browser.start();
    await browser.send({ kind: "exchangeChosen", exchangeId: browser.page().providers[0]?.id ?? "" });
    await browser.providerReturns();
    expect(browser.page().fields.find(({ id }) => id === "givenName")?.value).toBe("Solveig");
    ports.answer = () => answer(200, { version: "1", action: "ShowBlockPage", userMessage: "Not you." });
    const blocked = new JourneyBrowser(policyOf(bound), ports);
    await blocked.start();
    await blocked.send({ kind: "exchangeChosen", exchangeId: blocked.page().providers[0]?.id ?? "" });
    await blocked.providerReturns();
    expect(blocked.page()).toMatchObject({ terminal: true, fields: [{ value: "Not you." }] });
  });
});

describe("other flows", () => {
  it("edits a profile and gives the new values", async () => {
    await signUp(susi);
    const edit = {
      ...susi,
      id: "B2C_1_edit",
      userFlowType: "profileUpdate",
      userAttributeAssignments: [{ id: "displayName", displayName: "Display Name" }],
      passwordComplexityConfiguration: undefined,
    };
    const browser = new JourneyBrowser(policyOf(edit), ports);
    await browser.start();
    await browser.submit({ email: form.email, password: form.newPassword });
    expect(browser.page().fields).toMatchObject([{ id: "displayName", value: "Ida" }]);
    await browser.submit({ displayName: "Ida B" });
    expect(browser.issued().claims.name).toBe("Ida B");
  });

  it("resets a password and tells an unknown address on the page", async () => {
    await signUp(susi);
    const reset = { id: "B2C_1_reset", userFlowType: "passwordReset", applicationClaims: ["objectId"] };
    const browser = new JourneyBrowser(policyOf(reset), ports);
    await browser.start();
    await browser.prove("email", "nobody@contoso.example");
    expect(await browser.submit({ email: "nobody@contoso.example" })).toMatchObject({
      problem: { message: "An account could not be found for the provided user ID." },
    });
    await browser.prove("email", form.email);
    await browser.submit({ email: form.email });
    await browser.submit({ newPassword: "N3w-Passw0rd", reenterPassword: "N3w-Passw0rd" });
    expect(browser.issued().subject).toBeDefined();
  });

  it("does not sign an unknown federated person in by a sign-in flow, nor a known one up by a sign-up flow", async () => {
    ports.federationClaims = { iss: "https://idp.example", sub: "1", name: "Sol", email: "sol@idp.example" };
    const through = async (flow: Record<string, unknown>) => {
      const browser = new JourneyBrowser(policyOf(flow), ports);
      await browser.start();
      const provider = browser.page().providers.find(({ description }) => description === "Sample social");
      await browser.send({ kind: "exchangeChosen", exchangeId: provider?.id ?? "" });
      await browser.providerReturns();
      return browser;
    };
    const signIn = {
      id: "B2C_1_signin",
      userFlowType: "signIn",
      userFlowIdentityProviders: ["Social"],
      applicationClaims: ["objectId"],
    };
    expect((await through(signIn)).outcome).toMatchObject({
      kind: "relyingPartyError",
      error: "server_error",
      code: "AADB2C99002",
    });
    const signUpFlow = {
      ...susi,
      id: "B2C_1_signup",
      userFlowType: "signUp",
      passwordComplexityConfiguration: undefined,
    };
    const first = await through(signUpFlow);
    await first.submit({ email: "sol@idp.example", displayName: "Sol" });
    expect(first.issued().claims.newUser).toBe(true);
    expect((await through(signUpFlow)).outcome).toMatchObject({
      kind: "relyingPartyError",
      code: "AADB2C99001",
    });
  });
});
