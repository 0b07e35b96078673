import { JourneyBrowser, type MemoryPorts, memoryPorts } from "@vestibule/engine/testing";
import { compileUserFlow, readUserFlow } from "@vestibule/user-flows";
import { beforeEach, describe, expect, it } from "vitest";
import { facts } from "./facts.ts";

// Second factors of user flows, compiled and run (user-flows.md 10).

type Method = "email" | "phoneCallOrSms" | "phoneSms" | "phoneCall" | "authenticator";
type FlowType = "signUpOrSignIn" | "signIn" | "signUp" | "passwordReset";

const email = "ida@contoso.example";
const password = "Passw0rd!x";
const mobile = "+4790807061";

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});

function policyOf(method: Method, userFlowType: FlowType = "signUpOrSignIn") {
  const flow = {
    id: "B2C_1_factor",
    userFlowType,
    ...(userFlowType !== "passwordReset" && {
      userFlowIdentityProviders: ["Social"],
      passwordComplexityConfiguration: { isSelfServicePasswordResetAllowed: true },
      userAttributeAssignments: [{ id: "displayName", displayName: "Display Name" }],
    }),
    applicationClaims: ["displayName", "objectId"],
    multifactorAuthenticationConfiguration: {
      multifactorAuthenticationState: "on",
      multifactorAuthenticationMethod: method,
    },
  };
  const { document, diagnostics: found } = readUserFlow(JSON.stringify(flow), "flow.json");
  if (!document) throw new Error(JSON.stringify(found));
  const { policy, diagnostics } = compileUserFlow(document, facts);
  if (!policy) throw new Error(JSON.stringify(diagnostics));
  return policy;
}

async function account(
  attributes: Record<string, string> = {},
  identities = [localIdentity],
): Promise<string> {
  const made = await ports.directory.create(
    { identities, attributes: { displayName: "Ida", ...attributes }, password },
    email,
  );
  if (made.kind !== "created") throw new Error(made.kind);
  return made.account.objectId;
}

const localIdentity = { signInType: "emailAddress", issuer: facts.defaultDomain, issuerAssignedId: email };

async function open(method: Method, request: ConstructorParameters<typeof JourneyBrowser>[2] = {}) {
  const browser = new JourneyBrowser(policyOf(method), ports, request);
  await browser.start();
  return browser;
}

async function signIn(method: Method): Promise<JourneyBrowser> {
  const browser = await open(method);
  await browser.submit({ email, password });
  return browser;
}

const confirm = (browser: JourneyBrowser) => browser.send({ kind: "confirmed", keepMeSignedIn: false });
const proveByText = async (browser: JourneyBrowser, typed = {}) => {
  await browser.send({ kind: "phone", action: "sms", ...typed });
  await browser.send({ kind: "phone", action: "check", code: "123456" });
  await confirm(browser);
};

describe("a user flow with a phone as second factor", () => {
  it("enrols a phone after sign-up, and asks for it at every sign-in", async () => {
    const first = await open("phoneCallOrSms");
    await first.send({ kind: "signUpChosen" });
    await first.prove("email", email);
    await first.submit({ email, newPassword: password, reenterPassword: password, displayName: "Ida" });
    expect(first.page()).toMatchObject({
      api: "Phonefactor",
      contentDefinition: { id: "api.phonefactor", contract: "multifactor" },
      phone: { numbers: [], mode: "mixed" },
    });
    // Whoever leaves here has an account, and is asked again (user-flows.md 4.1).
    expect(ports.accounts.size).toBe(1);
    await proveByText(first, { number: mobile });
    const { objectId, session } = first.issued();
    expect(ports.accounts.get(objectId ?? "")?.attributes.strongAuthenticationPhoneNumber).toBe(mobile);

    const second = await signIn("phoneSms");
    expect(second.page().phone).toMatchObject({ mode: "sms", numbers: [{ masked: "XXX-XXX-7061" }] });
    await proveByText(second);
    second.issued();

    const third = new JourneyBrowser(policyOf("phoneCallOrSms"), ports);
    await third.start(session?.session);
    third.issued();
  });

  it("asks for it once where a forgotten password asked already, and before the password is written", async () => {
    const objectId = await account({ strongAuthenticationPhoneNumber: mobile });
    const browser = await open("phoneCall");
    await browser.send({ kind: "forgotPassword" });
    await browser.prove("email", email);
    await browser.submit({ email });
    expect(browser.page()).toMatchObject({ api: "Phonefactor", phone: { mode: "phone" } });
    await browser.submit({ newPassword: "An0ther!one", reenterPassword: "An0ther!one" });
    expect(ports.accounts.get(objectId)?.password).toBe(password);
    await browser.send({ kind: "phone", action: "call" });
    ports.callAnswer = "confirmed";
    await browser.send({ kind: "phone", action: "poll" });
    await confirm(browser);
    expect(browser.page().fields.map(({ id }) => id)).toContain("newPassword");
    await browser.submit({ newPassword: "An0ther!one", reenterPassword: "An0ther!one" });
    browser.issued();
    expect(ports.accounts.get(objectId)?.password).toBe("An0ther!one");
  });

  it("asks for it in a flow that only resets passwords", async () => {
    await account({ strongAuthenticationPhoneNumber: mobile });
    const browser = new JourneyBrowser(policyOf("phoneSms", "passwordReset"), ports);
    await browser.start();
    await browser.prove("email", email);
    await browser.submit({ email });
    expect(browser.page().api).toBe("Phonefactor");
  });
});

describe("a user flow with a code by e-mail as second factor", () => {
  const factorPage = { contentDefinition: { id: "api.emailfactor" } };

  it("sends the code to the sign-in address, which nobody can change", async () => {
    await account();
    const browser = await signIn("email");
    expect(browser.page()).toMatchObject({
      ...factorPage,
      fields: [{ id: "secondFactorEmail", value: email, readOnly: true, verification: { state: "initial" } }],
    });
    const refused = { kind: "refused" };
    expect(await browser.submit({ secondFactorEmail: email })).toMatchObject(refused);
    expect(await browser.submit({ secondFactorProved: "true", isActiveMFASession: "true" })).toMatchObject(
      refused,
    );
    await browser.prove("secondFactorEmail", "mallory@evil.example");
    expect(await browser.submit({ secondFactorEmail: "mallory@evil.example" })).toMatchObject(refused);
    await confirm(browser);
    expect(browser.page()).toMatchObject(factorPage);
    await browser.prove("secondFactorEmail", email);
    await browser.submit({ secondFactorEmail: email });
    browser.issued();
  });

  it("proves and keeps an address where the account has none", async () => {
    const objectId = await account({}, [
      { signInType: "federated", issuer: "https://idp.example", issuerAssignedId: "7" },
    ]);
    ports.federationClaims = { iss: "https://idp.example", sub: "7", name: "Ida" };
    const browser = await open("email");
    await browser.send({ kind: "exchangeChosen", exchangeId: browser.page().providers[0]?.id ?? "" });
    await browser.providerReturns();
    expect(browser.page()).toMatchObject({
      ...factorPage,
      fields: [{ id: "newSecondFactorEmail", readOnly: false }],
    });
    await browser.prove("newSecondFactorEmail", "rescue@contoso.example");
    await browser.submit({ newSecondFactorEmail: "rescue@contoso.example" });
    expect(browser.issued().objectId).toBe(objectId);
    expect(ports.accounts.get(objectId)?.attributes.strongAuthenticationEmailAddress).toBe(
      "rescue@contoso.example",
    );
  });

  it("does not stand in for a phone: a session keeps each factor for itself", async () => {
    await account({ strongAuthenticationPhoneNumber: mobile });
    const browser = await signIn("email");
    await browser.prove("secondFactorEmail", email);
    await browser.submit({ secondFactorEmail: email });
    const session = browser.issued().session?.session;
    const same = new JourneyBrowser(policyOf("email"), ports);
    await same.start(session);
    same.issued();
    const other = new JourneyBrowser(policyOf("phoneSms"), ports);
    await other.start(session);
    expect(other.page().api).toBe("Phonefactor");
  });
});

describe("a user flow with an authenticator app as second factor", () => {
  const upn = "ida@contoso.onmicrosoft.com";

  it("shows the secret once, enrols the app by its first code, and asks for it from then on", async () => {
    const objectId = await account({ userPrincipalName: upn });
    const first = await signIn("authenticator");
    const { controls, fields, contentDefinition } = first.page();
    expect(contentDefinition.id).toBe("api.selfasserted.totp");
    expect(controls.map(({ type }) => type)).toEqual([
      "AuthenticatorAppIconControl",
      "QrCodeControl",
      "AuthenticatorInfoControl",
    ]);
    const value = (id: string) => fields.find((field) => field.id === id)?.value ?? "";
    const secret = value("secretKey");
    expect(secret).toMatch(/^[a-z2-7]{16}$/);
    expect(value("qrCodeContent")).toContain(`secret=${secret}`);
    expect(value("totpIdentifier")).toBe(email);
    await first.send({ kind: "reload" });
    expect(first.page().fields.find(({ id }) => id === "secretKey")?.value).toBe(secret);

    await first.submit({ secretKey: "hmlcmd4ph6fph64c", qrCodeContent: "otpauth://totp/x" });
    expect(first.page().fields.map(({ id }) => id)).toEqual(["otpCode"]);
    expect(await first.submit({ otpCode: "000000" })).toMatchObject({ kind: "refused" });
    await confirm(first);
    expect(first.page().fields.map(({ id }) => id)).toEqual(["otpCode"]);
    await first.submit({ otpCode: "123456" });
    const session = first.issued().session?.session;
    expect(ports.enrolledApps.get(objectId)).toEqual([secret]);
    expect(JSON.stringify([first.trace, session, first.issued()])).not.toContain(secret);

    const second = await signIn("authenticator");
    expect(second.page()).toMatchObject({ controls: [], fields: [{ id: "otpCode" }] });
    await second.submit({ otpCode: "123456" });
    second.issued();

    const third = new JourneyBrowser(policyOf("authenticator"), ports);
    await third.start(session);
    third.issued();
  });

  it("cannot be passed by going past its pages", async () => {
    const objectId = await account({ userPrincipalName: upn });
    ports.enrolledApps.set(objectId, ["fay2lj7ynpntjgqa"]);
    const browser = await signIn("authenticator");
    for (const event of [
      { kind: "confirmed", keepMeSignedIn: true },
      { kind: "submitted", fields: {} },
      { kind: "submitted", fields: { secondFactorProved: "true", otpCode: "" } },
      { kind: "controlAction", controlId: "totpQrCodeControl", action: "VerifyCode", fields: {} },
      { kind: "verification", claimId: "otpCode", address: email, action: "verify", code: "123456" },
      { kind: "phone", action: "check", code: "123456" },
    ] satisfies Parameters<JourneyBrowser["send"]>[0][]) {
      await browser.send(event);
      await confirm(browser);
      expect([event, browser.page().fields.map(({ id }) => id)]).toEqual([event, ["otpCode"]]);
    }
  });
});
