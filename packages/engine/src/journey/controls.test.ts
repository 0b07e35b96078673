import { describe, expect, it } from "vitest";
import { handler, technicalProfile } from "../testing/sample-policy.ts";
import { ControlBrowser, controlPolicy, emailControl, mailingPorts } from "./controls.fixture.ts";

const refused = (message: string) => ({ kind: "refused", problem: { message } });
const notVerified = "The claims for verification control have not been verified.";
const person = { displayName: "Sol", email: "sol@example.com" };

async function atThePage(...parameters: ConstructorParameters<typeof ControlBrowser>) {
  const browser = new ControlBrowser(...parameters);
  await browser.start();
  return browser;
}

describe("a page with a verification control", () => {
  it("describes fields and control in the order of the display claims", async () => {
    const browser = await atThePage();
    const page = browser.page();
    expect(page.fields.map(({ id, control }) => [id, control?.id, control?.code])).toEqual([
      ["displayName", undefined, undefined],
      ["email", emailControl.id, false],
      ["code", emailControl.id, true],
    ]);
    expect(page.controls).toMatchObject([
      {
        id: emailControl.id,
        position: 1,
        proof: { state: "initial" },
        content: { but_send_code: "Send verification code" },
      },
    ]);
  });

  it("lets the person go on with what was proved", async () => {
    const browser = await atThePage();
    expect(await browser.press("sendcode", { email: "sol@example.com" })).toEqual({ kind: "accepted" });
    expect(browser.ports.httpCalls).toMatchObject([
      {
        url: "https://mail.example/v3/mail/send",
        body: JSON.stringify({
          personalizations: [
            { to: [{ email: "sol@example.com" }], dynamic_template_data: { otp: browser.mailedCode() } },
          ],
          template_id: "d-1",
        }),
      },
    ]);
    expect(browser.mailedCode()).toMatch(/^\d{6}$/);
    expect(
      await browser.press("VerifyCode", { email: "sol@example.com", code: browser.mailedCode() }),
    ).toEqual({
      kind: "accepted",
    });
    await browser.send({ kind: "reload" });
    expect(browser.page().controls[0]?.proof?.state).toBe("verified");
    await browser.submit(person);
    expect(browser.issued().claims).toMatchObject({ email: "sol@example.com", name: "Sol", sub: "o-1" });
  });

  it.each([
    ["nothing was sent", async () => {}],
    ["a code was only sent", (browser: ControlBrowser) => browser.press("SendCode", { email: person.email })],
    [
      "the code was wrong",
      async (browser: ControlBrowser) => {
        await browser.press("SendCode", { email: person.email });
        await browser.press("VerifyCode", { email: person.email, code: "wrong" });
      },
    ],
    ["another address was proved", (browser: ControlBrowser) => browser.prove("email", "other@example.com")],
    [
      "a code was sent to another address since",
      async (browser: ControlBrowser) => {
        await browser.prove("email", person.email);
        await browser.press("SendCode", { email: "other@example.com" });
      },
    ],
    [
      "the person wanted to change it",
      async (browser: ControlBrowser) => {
        await browser.prove("email", person.email);
        await browser.send({ kind: "controlReset", controlId: emailControl.id, fields: {} });
      },
    ],
  ])("cannot be passed when %s, whatever is posted", async (_, before) => {
    const browser = await atThePage();
    await before(browser);
    for (const fields of [person, { ...person, code: "123456" }, { displayName: "Sol" }]) {
      const outcome = await browser.submit(fields);
      if (outcome.kind === "issued") expect(outcome.claims.email).not.toBe(person.email);
      else expect(outcome).toMatchObject(refused(notVerified));
    }
  });

  it("gives what was proved, not what is posted, where nothing is posted for it", async () => {
    const browser = await atThePage();
    await browser.prove("email", "other@example.com");
    await browser.submit({ displayName: "Sol" });
    expect(browser.issued().claims.email).toBe("other@example.com");
  });

  it("does not check a code for an address that none was sent to", async () => {
    const browser = await atThePage();
    await browser.press("SendCode", { email: "mine@example.com" });
    const code = browser.mailedCode();
    expect(await browser.press("VerifyCode", { email: "victim@example.com", code })).toMatchObject({
      kind: "refused",
    });
    expect(await browser.submit({ ...person, email: "victim@example.com" })).toMatchObject(
      refused(notVerified),
    );
  });

  it("takes an accepted page back when the control is used again", async () => {
    const browser = await atThePage();
    await browser.prove("email", person.email);
    await browser.send({ kind: "submitted", fields: person });
    await browser.press("SendCode", { email: "other@example.com" });
    await browser.send({ kind: "confirmed", keepMeSignedIn: false });
    expect(browser.page().controls[0]?.proof?.state).toBe("sent");
  });

  it("says yes again when the answer to the right code got lost", async () => {
    const browser = await atThePage();
    await browser.press("SendCode", { email: person.email });
    const fields = { email: person.email, code: browser.mailedCode() };
    await browser.press("VerifyCode", fields);
    expect(await browser.press("VerifyCode", fields)).toEqual({ kind: "accepted" });
  });

  it("sends another code for the same address when a form posts its locked fields no more", async () => {
    const browser = await atThePage();
    await browser.press("SendCode", { email: person.email });
    const first = browser.mailedCode();
    expect(await browser.press("SendCode", { displayName: "Sol" })).toEqual({ kind: "accepted" });
    expect(browser.mailedCode()).not.toBe(first);
    expect(browser.ports.httpCalls.at(-1)?.body).toContain(person.email);
  });

  it("knows only its own controls and actions", async () => {
    const browser = await atThePage();
    expect(await browser.press("SendCode", {}, "foreignControl")).toEqual({ kind: "notOnPage" });
    expect(await browser.press("Nothing", {})).toEqual({ kind: "notOnPage" });
  });

  it("checks the control's fields before it sends anything", async () => {
    const browser = await atThePage();
    expect(await browser.press("SendCode", { email: "" })).toMatchObject(
      refused("Missing required element: Email Address"),
    );
    expect(await browser.press("SendCode", { email: "nobody" })).toMatchObject({ kind: "refused" });
    expect(browser.ports.httpCalls).toEqual([]);
  });

  it("stays where it was when the mail service fails, and shows why on the page", async () => {
    const ports = mailingPorts();
    ports.answer = () => ({
      kind: "answer",
      status: 409,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ version: "1.0.0", status: 409, userMessage: "No mail to this address." }),
      attempts: [],
    });
    const browser = await atThePage(controlPolicy(), ports);
    expect(await browser.press("SendCode", { email: person.email })).toMatchObject(
      refused("No mail to this address."),
    );
    await browser.send({ kind: "reload" });
    expect(browser.page().controls[0]).toMatchObject({
      proof: { state: "initial" },
      problem: { message: "No mail to this address." },
    });
    expect(browser.page().fields[1]?.value).toBe(person.email);
  });

  it("keeps codes and what is made of them out of the trace and the control's scope", async () => {
    const browser = await atThePage();
    await browser.prove("email", person.email);
    const code = browser.mailedCode();
    expect(JSON.stringify(browser.trace)).not.toContain(code);
    expect(JSON.stringify(browser.state)).not.toContain(code);
    expect(JSON.stringify(browser.ports.callRecords)).not.toContain(code);
  });

  it("gives the page what was proved even where the control puts nothing out, and nothing else of the control", async () => {
    const browser = await atThePage(
      controlPolicy((parts) => {
        parts.displayControls[0] = { ...emailControl, outputClaims: [] };
        const prove = parts.technicalProfiles.findIndex(({ id }) => id === "Prove");
        const profile = parts.technicalProfiles[prove];
        if (!profile) throw new Error("no profile");
        const outputClaims = [...profile.outputClaims, { claimTypeReferenceId: "ticket" }];
        parts.technicalProfiles[prove] = { ...profile, outputClaims };
        parts.claimTypes.push({ id: "ticket", dataType: "string" });
        const send = parts.technicalProfiles.findIndex(({ id }) => id === "Mail-Send");
        const sender = parts.technicalProfiles[send];
        if (!sender) throw new Error("no sender");
        parts.technicalProfiles[send] = {
          ...sender,
          outputClaims: [{ claimTypeReferenceId: "ticket", defaultValue: "t-1" }],
        };
      }),
    );
    await browser.prove("email", person.email);
    expect(browser.state.waiting).toMatchObject({
      controls: { [emailControl.id]: { scope: { ticket: "t-1" } } },
    });
    await browser.submit(person);
    expect(browser.issued().claims.email).toBe(person.email);
    expect(browser.state.bag).not.toHaveProperty("ticket");
  });

  it("follows preconditions and ContinueOnError of an action's profiles", async () => {
    const ports = mailingPorts();
    ports.answer = () => ({ kind: "failure", failure: "connect", detail: "nobody", attempts: [] });
    const browser = await atThePage(
      controlPolicy((parts) => {
        const [, verify] = emailControl.actions;
        if (!verify) throw new Error("no action");
        parts.displayControls[0] = {
          ...emailControl,
          actions: [
            {
              id: "SendCode",
              technicalProfiles: [
                {
                  referenceId: "Otp-Generate",
                  preconditions: [
                    {
                      type: "ClaimEquals",
                      executeActionsIf: true,
                      values: ["email", "skip@example.com"],
                      action: "SkipThisValidationTechnicalProfile",
                    },
                  ],
                },
                { referenceId: "Mail-Send", preconditions: [], continueOnError: true },
              ],
            },
            verify,
          ],
        };
      }),
      ports,
    );
    expect(await browser.press("SendCode", { email: person.email })).toEqual({ kind: "accepted" });
    expect(Object.keys(browser.state.codes ?? {})).toEqual([person.email]);
    await browser.press("SendCode", { email: "skip@example.com" });
    expect(Object.keys(browser.state.codes ?? {})).toEqual([person.email]);
  });

  it("prefills a control from its input claims, and shows what cannot be edited from there alone", async () => {
    const browser = await atThePage(
      controlPolicy((parts) => {
        parts.claimTypes.push({ id: "shownEmail", dataType: "string", userInputType: "Readonly" });
        parts.displayControls[0] = {
          ...emailControl,
          inputClaims: [{ claimTypeReferenceId: "shownEmail", defaultValue: "on-file@example.com" }],
          displayClaims: [
            { claimTypeReferenceId: "shownEmail", required: true },
            ...emailControl.displayClaims.slice(1),
          ],
          outputClaims: [{ claimTypeReferenceId: "shownEmail" }],
        };
        for (const [index, profile] of parts.technicalProfiles.entries()) {
          if (!profile.id.startsWith("Otp-")) continue;
          const inputClaims = profile.inputClaims.map((input) =>
            input.partnerClaimType === "identifier"
              ? { ...input, claimTypeReferenceId: "shownEmail" }
              : input,
          );
          parts.technicalProfiles[index] = { ...profile, inputClaims };
        }
      }),
    );
    expect(browser.page().fields[1]).toMatchObject({
      id: "shownEmail",
      value: "on-file@example.com",
      readOnly: true,
    });
    await browser.press("SendCode", { shownEmail: "attacker@example.com" });
    expect(Object.keys(browser.state.codes ?? {})).toEqual(["on-file@example.com"]);
  });

  it.each([
    ["a code for somebody else's address", "SendCode"],
    ["another action with somebody else's address", "LookUp"],
  ])("keeps nothing that %s gave, once another address is proved", async (_, lookUp) => {
    const ports = mailingPorts();
    // Knows the victim only.
    ports.answer = ({ body }) => ({
      kind: "answer",
      status: 200,
      headers: { "content-type": "application/json" },
      body: body?.includes("victim@") ? '{"account":"v-1"}' : "{}",
      attempts: [],
    });
    const browser = await atThePage(lookUpPolicy(), ports);
    const look = () => browser.press(lookUp, { email: "victim@example.com", code: "000000" });
    const accounts = async () => {
      await browser.press("VerifyCode", { email: "mine@example.com", code: codeOf(browser) });
      return browser.state.waiting?.kind === "page"
        ? browser.state.waiting.controls?.[emailControl.id]
        : undefined;
    };
    await look();
    await browser.press("SendCode", { email: "mine@example.com" });
    expect(await accounts()).toMatchObject({ state: "verified", output: { email: "mine@example.com" } });
    expect(JSON.stringify(await accounts())).not.toContain("v-1");

    await browser.press("SendCode", { email: "mine@example.com" });
    await look();
    expect((await accounts())?.output).not.toHaveProperty("account");
  });
});

const codeOf = (browser: ControlBrowser) => browser.state.codes?.["mine@example.com"]?.code ?? "";

/** Looks an address up before it sends a code; the control puts out whose it is. */
function lookUpPolicy() {
  return controlPolicy((parts) => {
    parts.claimTypes.push({ id: "account", dataType: "string" });
    parts.technicalProfiles.push(
      technicalProfile("Look-Up", handler("Providers.RestfulProvider"), {
        metadata: {
          ServiceUrl: "https://accounts.example/find",
          AuthenticationType: "None",
          SendClaimsIn: "Body",
          AllowInsecureAuthInProduction: "true",
        },
        inputClaims: [{ claimTypeReferenceId: "email" }],
        outputClaims: [{ claimTypeReferenceId: "account" }],
      }),
    );
    const [send, verify] = emailControl.actions;
    const lookUp = { referenceId: "Look-Up", preconditions: [] };
    if (!send || !verify) throw new Error("the control has two actions");
    parts.displayControls[0] = {
      ...emailControl,
      outputClaims: [...emailControl.outputClaims, { claimTypeReferenceId: "account" }],
      actions: [
        { ...send, technicalProfiles: [lookUp, ...send.technicalProfiles] },
        verify,
        { id: "LookUp", technicalProfiles: [lookUp] },
      ],
    };
  });
}
