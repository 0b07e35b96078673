import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { type MemoryPorts, memoryPorts } from "../testing/memory-ports.ts";
import { handler, samplePolicy, step, technicalProfile } from "../testing/sample-policy.ts";
import type { JourneyEvent } from "./event.ts";

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});

async function withAccount(): Promise<string> {
  const created = await ports.directory.create(
    {
      identities: [
        {
          signInType: "emailAddress",
          issuer: "contoso.onmicrosoft.com",
          issuerAssignedId: "ida@contoso.example",
        },
      ],
      attributes: { displayName: "Ida" },
      password: "Passw0rd!",
    },
    "seed",
  );
  return created.kind === "created" ? created.account.objectId : "";
}

const signUpForm = {
  email: "new@contoso.example",
  newPassword: "Passw0rd!",
  reenterPassword: "Passw0rd!",
  displayName: "Nora",
};

async function atSignUpPage(browser = new JourneyBrowser(samplePolicy(), ports)): Promise<JourneyBrowser> {
  await browser.start();
  await browser.send({ kind: "signUpChosen" });
  return browser;
}

describe("sign-in", () => {
  it("issues the account's object id as subject after the right password", async () => {
    const objectId = await withAccount();
    const browser = new JourneyBrowser(samplePolicy(), ports);
    await browser.start();
    expect(browser.page().fields.map(({ id }) => id)).toEqual(["signInName", "password"]);
    await browser.submit({ signInName: "Ida@contoso.example", password: "Passw0rd!" });
    expect(browser.issued().subject).toBe(objectId);
    expect(browser.state.status).toBe("completed");
  });

  it("stays on the page with B2C's text and code after a wrong password, and never keeps the password", async () => {
    await withAccount();
    const browser = new JourneyBrowser(samplePolicy(), ports);
    await browser.start();
    const reply = await browser.submit({ signInName: "ida@contoso.example", password: "wr0ng-Secret" });
    expect(reply).toEqual({
      kind: "refused",
      problem: { message: "Your password is incorrect.", errorCode: "AADB2C90054", fields: {} },
    });
    expect(JSON.stringify([browser.state, browser.trace])).not.toContain("wr0ng-Secret");
  });

  it("ends with AADB2C90157 once the retry limit is reached", async () => {
    await withAccount();
    const browser = new JourneyBrowser(samplePolicy(), ports);
    await browser.start();
    for (let i = 0; i < 7; i++)
      await browser.send({
        kind: "submitted",
        fields: { signInName: "ida@contoso.example", password: `no${i}` },
      });
    expect(browser.outcome).toMatchObject({ problem: { errorCode: "AADB2C90157" } });
    expect(
      await browser.send({
        kind: "submitted",
        fields: { signInName: "ida@contoso.example", password: "Passw0rd!" },
      }),
    ).toMatchObject({ kind: "refused" });
    expect(await browser.send({ kind: "confirmed", keepMeSignedIn: false })).toMatchObject({
      kind: "relyingPartyError",
      code: "AADB2C90157",
    });
  });
});

describe("sign-up", () => {
  it("creates one account and issues newUser", async () => {
    const browser = await atSignUpPage();
    await browser.prove("email", signUpForm.email);
    await browser.submit(signUpForm);
    expect(browser.issued().claims).toMatchObject({ name: "Nora", newUser: true });
    expect(ports.accounts.size).toBe(1);
    expect(JSON.stringify([browser.state, browser.trace])).not.toContain(signUpForm.newPassword);
  });

  it("is refused while the address is not proved, whatever is posted", async () => {
    const browser = await atSignUpPage();
    const reply = await browser.submit({ ...signUpForm, email_ver_input: "123456", email_verified: "true" });
    expect(reply).toMatchObject({
      kind: "refused",
      problem: { message: "Claim not verified: Email Address" },
    });
    expect(ports.accounts.size).toBe(0);
  });

  it("drops the proof when another address is posted than the one that was proved", async () => {
    const browser = await atSignUpPage();
    await browser.prove("email", "other@contoso.example");
    expect(await browser.submit(signUpForm)).toMatchObject({ kind: "refused" });
    expect(ports.accounts.size).toBe(0);
  });

  it("does not take a code for an address that it was not sent to", async () => {
    const browser = await atSignUpPage();
    await browser.send({
      kind: "verification",
      claimId: "email",
      address: "mine@contoso.example",
      action: "send",
    });
    const reply = await browser.send({
      kind: "verification",
      claimId: "email",
      address: "victim@contoso.example",
      action: "verify",
      code: "123456",
    });
    expect(reply).toEqual({ kind: "verification", result: 3 });
  });

  it("ignores fields that the page does not declare", async () => {
    const browser = await atSignUpPage();
    await browser.prove("email", signUpForm.email);
    await browser.submit({
      ...signUpForm,
      objectId: "11111111-1111-4111-8111-111111111111",
      newUser: "false",
      authenticationSource: "x",
    });
    const { claims, subject } = browser.issued();
    expect(subject).not.toBe("11111111-1111-4111-8111-111111111111");
    expect(claims.newUser).toBe(true);
  });

  it("names the field of a password that was not repeated", async () => {
    const browser = await atSignUpPage();
    await browser.prove("email", signUpForm.email);
    const reply = await browser.submit({ ...signUpForm, reenterPassword: "Passw0rd?" });
    expect(reply).toMatchObject({
      kind: "refused",
      problem: { fields: { reenterPassword: expect.stringContaining("password") } },
    });
  });

  it("answers a second submission like the first once the account was written", async () => {
    const browser = await atSignUpPage();
    await browser.prove("email", signUpForm.email);
    await browser.send({ kind: "submitted", fields: signUpForm });
    await browser.send({ kind: "submitted", fields: { ...signUpForm, displayName: "Somebody else" } });
    await browser.send({ kind: "confirmed", keepMeSignedIn: false });
    expect(browser.issued().claims.name).toBe("Nora");
    expect(ports.accounts.size).toBe(1);
  });

  it("finds its own account when the process died between the write and the answer", async () => {
    const browser = await atSignUpPage();
    await browser.prove("email", signUpForm.email);
    const before = browser.state;
    await browser.send({ kind: "submitted", fields: signUpForm });
    browser.state = before;
    await browser.submit({ ...signUpForm, displayName: "Nora Nilsen" });
    expect(browser.issued().claims).toMatchObject({ name: "Nora Nilsen", newUser: true });
    expect(ports.accounts.size).toBe(1);
  });

  it("refuses an address that already has an account", async () => {
    await withAccount();
    const browser = await atSignUpPage();
    await browser.prove("email", "IDA@contoso.example");
    const reply = await browser.submit({ ...signUpForm, email: "IDA@contoso.example" });
    expect(reply).toMatchObject({ kind: "refused", problem: { errorCode: "AADB2C99001" } });
    expect(ports.accounts.size).toBe(1);
  });
});

describe("federation", () => {
  beforeEach(() => {
    ports.federationClaims = { iss: "https://idp.example", sub: "42", name: "Sol", email: "sol@idp.example" };
  });

  async function atProvider(): Promise<JourneyBrowser> {
    const browser = new JourneyBrowser(samplePolicy(), ports);
    await browser.start();
    await browser.send({ kind: "exchangeChosen", exchangeId: "SocialExchange" });
    return browser;
  }

  it("asks a new person for the attributes, prefilled, and creates a federated account", async () => {
    const browser = await atProvider();
    await browser.providerReturns();
    expect(browser.page().fields).toMatchObject([{ id: "displayName", value: "Sol" }]);
    await browser.submit({ displayName: "Sol Berg" });
    expect(browser.issued().claims.name).toBe("Sol Berg");
    expect([...ports.accounts.values()][0]?.identities).toEqual([
      { signInType: "federated", issuer: "https://idp.example", issuerAssignedId: "42" },
    ]);
  });

  it("signs a known person in without a page", async () => {
    const first = await atProvider();
    await first.providerReturns();
    await first.submit({ displayName: "Sol" });
    const second = await atProvider();
    await second.providerReturns();
    expect(second.issued().subject).toBe(first.issued().subject);
  });

  it("takes an answer once", async () => {
    const browser = await atProvider();
    const { outcome } = browser;
    await browser.providerReturns();
    browser.outcome = outcome;
    expect(await browser.providerReturns()).toMatchObject({ kind: "errorPage", code: "AADB2C90046" });
  });

  it("refuses an answer with another state", async () => {
    const browser = await atProvider();
    expect(await browser.providerReturns({ state: "StateProperties=e30.x" })).toMatchObject({
      kind: "errorPage",
    });
  });

  it("tells the application that the person declined", async () => {
    const browser = await atProvider();
    expect(await browser.providerReturns({ error: "access_denied" })).toMatchObject({
      kind: "relyingPartyError",
      error: "access_denied",
      code: "AADB2C90273",
    });
  });

  it("lets the person go back and choose the local form instead", async () => {
    await withAccount();
    const browser = await atProvider();
    await browser.send({ kind: "reload" });
    await browser.submit({ signInName: "ida@contoso.example", password: "Passw0rd!" });
    expect(browser.issued().claims.name).toBeUndefined();
    expect(browser.issued().objectId).toBeDefined();
  });

  it("goes straight to the provider whose domain the application names", async () => {
    const browser = new JourneyBrowser(samplePolicy(), ports, { domainHint: "Social.example" });
    expect(await browser.start()).toMatchObject({ kind: "redirect" });
  });
});

describe("single sign-on", () => {
  async function session() {
    await withAccount();
    const browser = new JourneyBrowser(samplePolicy(), ports);
    await browser.start();
    await browser.submit({ signInName: "ida@contoso.example", password: "Passw0rd!" });
    return browser.issued();
  }

  it("issues without a page and keeps the time of the first logon", async () => {
    const first = await session();
    ports.time += 3_600_000;
    const second = new JourneyBrowser(samplePolicy(), ports, { prompt: "none" });
    await second.start(first.session?.session);
    expect(second.issued()).toMatchObject({
      subject: first.subject,
      authTime: first.authTime,
      session: { fresh: false },
    });
  });

  it("asks again with prompt=login, and when the session is older than max_age", async () => {
    const first = await session();
    ports.time += 61_000;
    for (const request of [{ prompt: "login" as const }, { maxAge: 60 }, { maxAge: 0 }]) {
      const second = new JourneyBrowser(samplePolicy(), ports, request);
      expect((await second.start(first.session?.session)).kind).toBe("page");
    }
  });

  it("answers prompt=none without a session with interaction_required", async () => {
    const browser = new JourneyBrowser(samplePolicy(), ports, { prompt: "none" });
    expect(await browser.start()).toMatchObject({
      kind: "relyingPartyError",
      error: "interaction_required",
      code: "AADB2C90077",
    });
  });

  it("leaves nothing of the session before when somebody else signs in afresh", async () => {
    const first = await session();
    ports.federationClaims = { iss: "https://idp.example", sub: "42", name: "Sol" };
    const second = new JourneyBrowser(samplePolicy(), ports, { prompt: "login" });
    await second.start(first.session?.session);
    await second.send({ kind: "exchangeChosen", exchangeId: "SocialExchange" });
    await second.providerReturns();
    await second.submit({ displayName: "Sol" });
    expect(JSON.stringify(second.issued().session)).not.toContain(first.subject);
  });
});

describe("links and ends", () => {
  it("ends with AADB2C90091 on cancel and AADB2C90118 on a forgotten password", async () => {
    const cancelled = await atSignUpPage();
    expect(await cancelled.send({ kind: "cancelled" })).toMatchObject({
      error: "access_denied",
      code: "AADB2C90091",
    });
    const forgot = new JourneyBrowser(samplePolicy(), ports);
    await forgot.start();
    expect(await forgot.send({ kind: "forgotPassword" })).toMatchObject({
      error: "access_denied",
      code: "AADB2C90118",
    });
  });

  it("does not honour a sign-up link that is hidden", async () => {
    const hidden = samplePolicy(({ technicalProfiles }) => {
      const [signIn] = technicalProfiles;
      if (signIn)
        technicalProfiles[0] = {
          ...signIn,
          metadata: { ...signIn.metadata, "setting.showSignupLink": "False" },
        };
    });
    const browser = await atSignUpPage(new JourneyBrowser(hidden, ports));
    expect(browser.outcome).toMatchObject({ kind: "errorPage" });
  });

  it("does nothing more once it is completed", async () => {
    await withAccount();
    const browser = new JourneyBrowser(samplePolicy(), ports);
    await browser.start();
    await browser.submit({ signInName: "ida@contoso.example", password: "Passw0rd!" });
    for (const event of [
      { kind: "confirmed", keepMeSignedIn: false },
      { kind: "reload" },
      { kind: "signUpChosen" },
      { kind: "started" },
    ] as const) {
      expect(await browser.send(event)).toMatchObject({ kind: "errorPage", code: "AADB2C90046" });
    }
  });

  it("never resumes from a terminal page", async () => {
    const blocked = samplePolicy((parts) => {
      parts.claimTypes.push({ id: "blockMessage", dataType: "string", userInputType: "Paragraph" });
      parts.technicalProfiles.push(
        technicalProfile("Block", handler("Providers.SelfAssertedAttributeProvider"), {
          metadata: { ContentDefinitionReferenceId: "api.selfasserted", "vestibule.terminal": "true" },
          displayClaims: [{ kind: "claim", claimTypeReferenceId: "blockMessage" }],
          outputClaims: [{ claimTypeReferenceId: "blockMessage" }],
        }),
      );
      parts.steps = [
        step(1, "ClaimsExchange", {
          claimsExchanges: [{ id: "Block", technicalProfileReferenceId: "Block" }],
        }),
        step(2, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
      ];
    });
    const browser = new JourneyBrowser(blocked, ports);
    await browser.start();
    expect(browser.page().terminal).toBe(true);
    await browser.send({ kind: "submitted", fields: {} });
    expect(await browser.send({ kind: "confirmed", keepMeSignedIn: false })).toMatchObject({
      kind: "errorPage",
    });
  });
});

describe("any order of events", () => {
  const anyEvent: fc.Arbitrary<JourneyEvent> = fc.oneof(
    fc.constant<JourneyEvent>({ kind: "confirmed", keepMeSignedIn: true }),
    fc.constant<JourneyEvent>({ kind: "reload" }),
    fc.constant<JourneyEvent>({ kind: "signUpChosen" }),
    fc.constant<JourneyEvent>({ kind: "started" }),
    fc
      .constantFrom("SocialExchange", "SignUp", "LocalExchange", "ReadSocial", "")
      .map((exchangeId): JourneyEvent => ({ kind: "exchangeChosen", exchangeId })),
    fc
      .constantFrom<Record<string, string>>(
        {},
        { objectId: "x" },
        { signInName: "ida@contoso.example", password: "wrong" },
        signUpForm,
        { displayName: "x", newUser: "true" },
      )
      .map((fields): JourneyEvent => ({ kind: "submitted", fields })),
    fc.constantFrom("send", "change").map(
      (action): JourneyEvent => ({
        kind: "verification",
        claimId: "email",
        address: "new@contoso.example",
        action: action as "send" | "change",
      }),
    ),
    fc.constant<JourneyEvent>({
      kind: "verification",
      claimId: "email",
      address: "new@contoso.example",
      action: "verify",
      code: "000000",
    }),
    fc.constant<JourneyEvent>({
      kind: "providerReturned",
      parameters: { state: "StateProperties=e30", code: "x" },
    }),
  );

  it("gives no token to a browser that never gave credentials, and creates no account", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { maxLength: 25 }), async (events) => {
        ports = memoryPorts();
        await withAccount();
        const browser = new JourneyBrowser(samplePolicy(), ports);
        await browser.start();
        for (const event of events) expect((await browser.send(event)).kind).not.toBe("issued");
        expect(ports.accounts.size).toBe(1);
      }),
      { numRuns: 300 },
    );
  });
});
