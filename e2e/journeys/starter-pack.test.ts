import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { JourneyBrowser, type MemoryPorts, memoryPorts } from "@vestibule/engine/testing";
import { loadPolicies, type Policy } from "@vestibule/policy";
import { beforeEach, describe, expect, it } from "vitest";

// Microsoft's starter packs as they were published. They lie beside the project, not in it.
const folder = join(import.meta.dirname, "../../../shared/corpus/starterpack");
const isThere = existsSync(folder);
if (!isThere)
  console.warn("!!! SKIPPED: the starter packs are not beside this checkout; their journeys were not run.");

function pack(name: string): ReadonlyMap<string, Policy> {
  const files = readdirSync(join(folder, name))
    .filter((file) => file.endsWith(".xml"))
    .map((file) => ({ file, bytes: new Uint8Array(readFileSync(join(folder, name, file))) }));
  return loadPolicies(files).policies;
}

const password = "Passw0rd!x";
let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});

describe.runIf(isThere).each(["LocalAccounts", "SocialAndLocalAccounts"])("the starter pack %s", (name) => {
  const policies = isThere ? pack(name) : new Map<string, Policy>();
  const open = async (id: string) => {
    const policy = policies.get(id);
    if (!policy) throw new Error(`${id} does not load`);
    const browser = new JourneyBrowser(policy, ports);
    await browser.start();
    return browser;
  };

  async function signUp() {
    const browser = await open("B2C_1A_signup_signin");
    await browser.send({ kind: "signUpChosen" });
    await browser.prove("email", "ida@contoso.example");
    await browser.submit({
      email: "ida@contoso.example",
      newPassword: password,
      reenterPassword: password,
      displayName: "Ida Lund",
      givenName: "Ida",
      surname: "Lund",
    });
    return browser.issued();
  }

  it("signs up, and signs in with the same subject", async () => {
    const first = await signUp();
    const browser = await open("B2C_1A_signup_signin");
    await browser.submit({ signInName: "ida@contoso.example", password });
    expect(browser.issued().subject).toBe(first.subject);
    expect(browser.issued().claims).toMatchObject({
      given_name: "Ida",
      family_name: "Lund",
      name: "Ida Lund",
    });
  });

  it("edits the profile", async () => {
    const { subject } = await signUp();
    const browser = await open("B2C_1A_ProfileEdit");
    if (browser.page().api === "IdpSelections") {
      await browser.send({ kind: "exchangeChosen", exchangeId: "LocalAccountSigninEmailExchange" });
    }
    await browser.submit({ signInName: "ida@contoso.example", password });
    expect(browser.page().fields.find(({ id }) => id === "givenName")?.value).toBe("Ida");
    await browser.submit({ givenName: "Idun", surname: "Lund" });
    expect(browser.issued().subject).toBe(subject);
    expect(ports.accounts.get(subject)?.attributes.givenName).toBe("Idun");
  });

  it("resets the password", async () => {
    const { subject } = await signUp();
    const browser = await open("B2C_1A_PasswordReset");
    await browser.prove("email", "ida@contoso.example");
    await browser.submit({ email: "ida@contoso.example" });
    await browser.submit({ newPassword: "An0ther!one", reenterPassword: "An0ther!one" });
    expect(browser.issued().subject).toBe(subject);
    const again = await open("B2C_1A_signup_signin");
    expect((await again.submit({ signInName: "ida@contoso.example", password })).kind).toBe("refused");
    await again.submit({ signInName: "ida@contoso.example", password: "An0ther!one" });
    expect(again.issued().subject).toBe(subject);
  });
});

describe.runIf(isThere)("the starter pack SocialAndLocalAccountsWithMfa", () => {
  const policies = isThere ? pack("SocialAndLocalAccountsWithMfa") : new Map<string, Policy>();
  const mobile = "+4790807061";
  const ida = { signInName: "ida@contoso.example", password };
  const at = (id: string, request: ConstructorParameters<typeof JourneyBrowser>[2] = {}) => {
    const policy = policies.get(id);
    if (!policy) throw new Error(`${id} does not load`);
    return new JourneyBrowser(policy, ports, request);
  };
  const confirm = (browser: JourneyBrowser) => browser.send({ kind: "confirmed", keepMeSignedIn: false });
  async function prove(browser: JourneyBrowser, number = {}): Promise<void> {
    expect(await browser.send({ kind: "phone", action: "sms", ...number })).toMatchObject({ status: 200 });
    expect(await browser.send({ kind: "phone", action: "check", code: "123456" })).toMatchObject({
      status: 200,
    });
    await confirm(browser);
  }

  async function signUp(): Promise<JourneyBrowser> {
    const browser = at("B2C_1A_signup_signin");
    await browser.start();
    await browser.send({ kind: "signUpChosen" });
    await browser.prove("email", ida.signInName);
    await browser.submit({
      email: ida.signInName,
      newPassword: password,
      reenterPassword: password,
      displayName: "Ida Lund",
      givenName: "Ida",
      surname: "Lund",
    });
    expect(browser.page()).toMatchObject({ api: "Phonefactor", phone: { numbers: [] } });
    await prove(browser, { number: "90807061", callingCode: "+47" });
    return browser;
  }

  it("enrols a phone at sign-up, and asks for that phone at every sign-in", async () => {
    const { subject } = (await signUp()).issued();
    expect(ports.accounts.get(subject)?.attributes.strongAuthenticationPhoneNumber).toBe(mobile);
    const browser = at("B2C_1A_signup_signin");
    await browser.start();
    await browser.submit(ida);
    expect(browser.page().phone?.numbers.map(({ masked }) => masked)).toEqual(["XXX-XXX-7061"]);
    expect(await browser.send({ kind: "phone", action: "sms", number: "+4790000000" })).toMatchObject({
      status: 200,
    });
    expect(ports.phoneMessages.at(-1)?.number).toBe(mobile);
    await browser.send({ kind: "phone", action: "check", code: "123456" });
    await confirm(browser);
    expect(browser.issued().subject).toBe(subject);
  });

  it("lets nobody past the phone by going on, back, elsewhere, or by posting other things", async () => {
    await signUp();
    const browser = at("B2C_1A_signup_signin");
    await browser.start();
    await browser.submit(ida);
    const events: Parameters<JourneyBrowser["send"]>[0][] = [
      { kind: "confirmed", keepMeSignedIn: true },
      { kind: "submitted", fields: {} },
      {
        kind: "submitted",
        fields: { isActiveMFASession: "true", "Verified.strongAuthenticationPhoneNumber": mobile },
      },
      { kind: "phone", action: "check", code: "123456" },
      { kind: "phone", action: "check" },
      { kind: "phone", action: "poll" },
      { kind: "phone", action: "change" },
      { kind: "verification", claimId: "email", address: ida.signInName, action: "verify", code: "123456" },
      { kind: "reload" },
    ];
    for (const event of events) {
      await browser.send(event);
      await confirm(browser);
      expect([event, browser.page().api]).toEqual([event, "Phonefactor"]);
    }
    // Back to the first page and in again: the phone is asked for again.
    await browser.send({ kind: "phone", action: "sms" });
    await browser.send({ kind: "phone", action: "check", code: "123456" });
    await browser.send({ kind: "submitted", fields: ida, step: 1 });
    await confirm(browser);
    expect(browser.page()).toMatchObject({ api: "Phonefactor", phone: { stage: "choose" } });
  });

  it("remembers the phone in the session, for the same person and until credentials are asked for", async () => {
    const session = (await signUp()).issued().session?.session;
    if (!session) throw new Error("no session");
    const silent = at("B2C_1A_signup_signin");
    await silent.start(session);
    silent.issued();
    const fresh = at("B2C_1A_signup_signin", { prompt: "login" });
    await fresh.start(session);
    await fresh.submit(ida);
    expect(fresh.page().api).toBe("Phonefactor");
  });

  it("asks for the phone before a profile is edited and a password reset", async () => {
    const { subject } = (await signUp()).issued();
    const edit = at("B2C_1A_ProfileEdit");
    await edit.start();
    await edit.send({ kind: "exchangeChosen", exchangeId: "LocalAccountSigninEmailExchange" });
    await edit.submit(ida);
    expect(edit.page().api).toBe("Phonefactor");
    await prove(edit);
    await edit.submit({ givenName: "Idun", surname: "Lund" });
    expect(edit.issued().subject).toBe(subject);

    const reset = at("B2C_1A_PasswordReset");
    await reset.start();
    await reset.prove("email", ida.signInName);
    await reset.submit({ email: ida.signInName });
    expect(reset.page().api).toBe("Phonefactor");
    await prove(reset);
    await reset.submit({ newPassword: "An0ther!one", reenterPassword: "An0ther!one" });
    expect(reset.issued().subject).toBe(subject);
  });
});
