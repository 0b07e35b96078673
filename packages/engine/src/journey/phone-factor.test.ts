import type { TechnicalProfile } from "@vestibule/policy";
import { beforeEach, describe, expect, it } from "vitest";
import { compile } from "../program/compile.ts";
import { JourneyBrowser } from "../testing/browser.ts";
import { type MemoryPorts, memoryPorts } from "../testing/memory-ports.ts";
import {
  handler,
  type SampleParts,
  samplePolicy,
  skipIf,
  step,
  technicalProfile,
} from "../testing/sample-policy.ts";
import type { RelyingPartyRequest } from "./request.ts";
import type { SsoSession } from "./session.ts";

const ida = "ida@contoso.example";
const password = "Passw0rd!";
const mobile = "+4790807061";

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});

async function account(attributes: Record<string, string> = {}): Promise<string> {
  const created = await ports.directory.create(
    {
      identities: [{ signInType: "emailAddress", issuer: "contoso.onmicrosoft.com", issuerAssignedId: ida }],
      attributes,
      password,
    },
    ida,
  );
  return created.kind === "created" ? created.account.objectId : "";
}

const factor = (metadata: Record<string, string> = {}, rest: Partial<TechnicalProfile> = {}) =>
  technicalProfile("PhoneFactor-InputOrVerify", handler("Providers.PhoneFactorProtocolProvider"), {
    metadata: {
      ContentDefinitionReferenceId: "api.phonefactor",
      ManualPhoneNumberEntryAllowed: "true",
      ...metadata,
    },
    inputClaims: [
      { claimTypeReferenceId: "signInName", partnerClaimType: "UserId" },
      { claimTypeReferenceId: "phone" },
      { claimTypeReferenceId: "secondPhone" },
    ],
    outputClaims: [
      { claimTypeReferenceId: "verifiedPhone", partnerClaimType: "Verified.OfficePhone" },
      { claimTypeReferenceId: "newPhoneNumberEntered" },
    ],
    useTechnicalProfileForSessionManagement: "SM-MFA",
    ...rest,
  });

/** The sample policy with a second factor by phone before the token, and a step that stores a typed number. */
function withPhone(profile = factor()): (parts: SampleParts) => void {
  return ({ claimTypes, technicalProfiles, steps }) => {
    claimTypes.push(
      ...["phone", "secondPhone", "verifiedPhone"].map((id) => ({ id, dataType: "string" as const })),
      { id: "newPhoneNumberEntered", dataType: "boolean" },
      { id: "isActiveMFASession", dataType: "boolean" },
    );
    technicalProfiles.push(
      profile,
      technicalProfile("SM-MFA", handler("SSO.DefaultSSOSessionProvider"), {
        persistedClaims: [{ claimTypeReferenceId: "verifiedPhone" }],
        outputClaims: [{ claimTypeReferenceId: "isActiveMFASession", defaultValue: "true" }],
      }),
      technicalProfile("ReadPhone", handler("Providers.AzureActiveDirectoryProvider"), {
        metadata: { Operation: "Read" },
        inputClaims: [{ claimTypeReferenceId: "objectId" }],
        outputClaims: [
          { claimTypeReferenceId: "phone", partnerClaimType: "strongAuthenticationPhoneNumber" },
          {
            claimTypeReferenceId: "secondPhone",
            partnerClaimType: "strongAuthenticationAlternativePhoneNumber",
          },
        ],
      }),
      technicalProfile("WritePhone", handler("Providers.AzureActiveDirectoryProvider"), {
        metadata: { Operation: "Write" },
        inputClaims: [{ claimTypeReferenceId: "objectId" }],
        persistedClaims: [
          { claimTypeReferenceId: "objectId" },
          { claimTypeReferenceId: "verifiedPhone", partnerClaimType: "strongAuthenticationPhoneNumber" },
        ],
      }),
    );
    const last = steps.pop();
    if (!last) throw new Error("the sample has steps");
    const exchange = (order: number, id: string, preconditions: ReturnType<typeof skipIf>[] = []) =>
      step(order, "ClaimsExchange", {
        preconditions,
        claimsExchanges: [{ id, technicalProfileReferenceId: id }],
      });
    steps.push(
      exchange(20, "ReadPhone"),
      exchange(21, "PhoneFactor-InputOrVerify", [skipIf("ClaimsExist", true, "isActiveMFASession")]),
      exchange(22, "WritePhone", [skipIf("ClaimsExist", false, "newPhoneNumberEntered")]),
      { ...last, order: 23 },
    );
  };
}

async function atPhonePage(
  profile?: TechnicalProfile,
  request: Partial<RelyingPartyRequest> = {},
  session?: SsoSession,
): Promise<JourneyBrowser> {
  const browser = new JourneyBrowser(samplePolicy(withPhone(profile)), ports, request);
  await browser.start(session);
  if (browser.outcome.kind === "page" && browser.page().fields.length > 0)
    await browser.submit({ signInName: ida, password });
  return browser;
}

const confirm = (browser: JourneyBrowser) => browser.send({ kind: "confirmed", keepMeSignedIn: false });
const phone = (browser: JourneyBrowser, action: "sms" | "call" | "check" | "poll" | "change", more = {}) =>
  browser.send({ kind: "phone", action, ...more });

describe("a phone factor", () => {
  it("texts a code to the number on file, of which only the end is shown", async () => {
    await account({ strongAuthenticationPhoneNumber: mobile });
    const browser = await atPhonePage();
    expect(browser.page()).toMatchObject({
      api: "Phonefactor",
      phone: { stage: "choose", mode: "mixed", numbers: [{ id: 1, masked: "XXX-XXX-7061" }], countries: [] },
    });
    expect(JSON.stringify(browser.page())).not.toContain("9080");
    expect(await phone(browser, "sms", { numberId: "1" })).toEqual({ kind: "phone", status: 200 });
    expect(ports.phoneMessages).toEqual([
      { by: "sms", number: mobile, purpose: "PhoneFactor-InputOrVerify" },
    ]);
    expect(await phone(browser, "check", { code: "123456" })).toEqual({ kind: "phone", status: 200 });
    await confirm(browser);
    browser.issued();
    expect(browser.state.bag).toMatchObject({ verifiedPhone: mobile });
    expect(browser.state.bag.newPhoneNumberEntered).toBeUndefined();
    expect(JSON.stringify(browser.trace)).not.toContain("123456");
  });

  it("is passed by nothing but its proof", async () => {
    await account({ strongAuthenticationPhoneNumber: mobile });
    const browser = await atPhonePage();
    const stays = async () => {
      await confirm(browser);
      expect(browser.page().api).toBe("Phonefactor");
    };
    await stays();
    expect((await phone(browser, "check", { code: "123456" })).kind).toBe("phone");
    await stays();
    expect((await phone(browser, "poll")).kind).toBe("phone");
    await stays();
    await phone(browser, "sms");
    await stays();
    await browser.send({ kind: "submitted", fields: { verificationCode: "123456", verifiedPhone: mobile } });
    await stays();
    await browser.send({
      kind: "verification",
      claimId: "phone",
      address: mobile,
      action: "verify",
      code: "123456",
    });
    await stays();
    await phone(browser, "call");
    ports.callAnswer = "pending";
    expect(await phone(browser, "poll")).toEqual({ kind: "phone", status: 449 });
    await stays();
    // A proof ends with the next message: the second number was not proved by the first.
    await phone(browser, "sms");
    await phone(browser, "check", { code: "123456" });
    await phone(browser, "sms");
    await stays();
  });

  it("ends the journey after three wrong codes, new codes or not", async () => {
    await account({ strongAuthenticationPhoneNumber: mobile });
    const browser = await atPhonePage();
    for (let round = 0; round < 3; round += 1) {
      await phone(browser, "sms");
      expect(await phone(browser, "check", { code: "000000" })).toEqual({ kind: "phone", status: 449 });
    }
    expect(await phone(browser, "sms")).toEqual({ kind: "phone", status: 449 });
    expect(await phone(browser, "check", { code: "123456" })).toEqual({ kind: "phone", status: 449 });
    expect(await confirm(browser)).toMatchObject({
      kind: "relyingPartyError",
      error: "server_error",
      code: "AADB2C90151",
    });
  });

  it("enrols a typed number and has the policy store it", async () => {
    const objectId = await account();
    const browser = await atPhonePage();
    const { phone: page, content } = browser.page();
    expect(page?.numbers).toEqual([]);
    expect(page?.countries.find(({ iso }) => iso === "NO")).toEqual({
      iso: "NO",
      name: "Norway",
      callingCode: "+47",
    });
    expect(JSON.parse(content.countryList ?? "")).toMatchObject({
      DEFAULT: "Country/Region",
      GB: "United Kingdom",
    });
    expect(await phone(browser, "sms", { number: "12", callingCode: "+47" })).toMatchObject({ status: 448 });
    expect(await phone(browser, "sms", { number: "call me", callingCode: "+47" })).toMatchObject({
      status: 448,
    });
    expect(await phone(browser, "sms", { number: "90807061" })).toMatchObject({ status: 448 });
    expect(ports.phoneMessages).toEqual([]);
    expect(await phone(browser, "sms", { number: "908 07 061", callingCode: "+47" })).toMatchObject({
      status: 200,
    });
    await phone(browser, "check", { code: "123456" });
    await confirm(browser);
    expect(browser.issued().objectId).toBe(objectId);
    expect(ports.accounts.get(objectId)?.attributes.strongAuthenticationPhoneNumber).toBe(mobile);
  });

  it("is stored by a policy that names the attribute after the claim", async () => {
    const objectId = await account();
    const policy = samplePolicy((parts) => {
      withPhone()(parts);
      parts.technicalProfiles = parts.technicalProfiles.map((profile) =>
        profile.id === "WritePhone"
          ? {
              ...profile,
              persistedClaims: [
                {
                  claimTypeReferenceId: "verifiedPhone",
                  partnerClaimType: "Verified.strongAuthenticationPhoneNumber",
                },
              ],
            }
          : profile,
      );
    });
    const browser = new JourneyBrowser(policy, ports);
    await browser.start();
    await browser.submit({ signInName: ida, password });
    await phone(browser, "sms", { number: mobile });
    await phone(browser, "check", { code: "123456" });
    await confirm(browser);
    browser.issued();
    expect(ports.accounts.get(objectId)?.attributes.strongAuthenticationPhoneNumber).toBe(mobile);
  });

  it("never lets a person with a number on file type another, not even one that cannot be dialled", async () => {
    await account({ strongAuthenticationPhoneNumber: "ask reception" });
    const browser = await atPhonePage();
    expect(browser.page().phone?.countries).toEqual([]);
    expect(await phone(browser, "sms", { numberId: "0", number: mobile })).toMatchObject({ status: 448 });
    expect(ports.phoneMessages).toEqual([]);
  });

  it("refuses somebody without a number where none may be typed", async () => {
    await account();
    const browser = await atPhonePage(factor({ ManualPhoneNumberEntryAllowed: "false" }));
    expect(browser.outcome).toMatchObject({ kind: "relyingPartyError", code: "AADB2C90145" });
  });

  it("offers several numbers and texts the chosen one", async () => {
    await account({
      strongAuthenticationPhoneNumber: mobile,
      strongAuthenticationAlternativePhoneNumber: "+1 425 555 0100",
    });
    const browser = await atPhonePage();
    expect(browser.page().phone?.numbers.map(({ masked }) => masked)).toEqual([
      "XXX-XXX-7061",
      "XXX-XXX-0100",
    ]);
    expect(await phone(browser, "sms", { numberId: "3" })).toMatchObject({ status: 448 });
    await phone(browser, "sms", { numberId: "2" });
    expect(ports.phoneMessages.map(({ number }) => number)).toEqual(["+14255550100"]);
    await browser.send({ kind: "reload" });
    expect(browser.page().phone).toMatchObject({ stage: "code", sentTo: "XXX-XXX-0100", sentToId: 2 });
  });

  it("calls, and goes on when the call is confirmed", async () => {
    await account({ strongAuthenticationPhoneNumber: mobile });
    const browser = await atPhonePage();
    await phone(browser, "call");
    expect(await phone(browser, "poll")).toMatchObject({ status: 449 });
    ports.callAnswer = "failed";
    expect(await phone(browser, "poll")).toMatchObject({ status: 448 });
    await browser.send({ kind: "reload" });
    expect(browser.page().phone?.stage).toBe("choose");
    await phone(browser, "call");
    ports.callAnswer = "confirmed";
    expect(await phone(browser, "poll")).toMatchObject({ status: 200 });
    await confirm(browser);
    browser.issued();
  });

  it("offers only the way that the policy names", async () => {
    await account({ strongAuthenticationPhoneNumber: mobile });
    const browser = await atPhonePage(factor({ "setting.authenticationMode": "Phone" }));
    expect(await phone(browser, "sms")).toMatchObject({ status: 448 });
    expect(await phone(browser, "call")).toMatchObject({ status: 200 });
  });

  it.each([
    ["throttled", 429],
    ["unreachable", 448],
    ["failed", 448],
  ] as const)("says %s when nothing was sent, and stays where it was", async (kind, status) => {
    await account({ strongAuthenticationPhoneNumber: mobile });
    const browser = await atPhonePage();
    ports.phoneResult = kind;
    expect(await phone(browser, "sms")).toEqual({ kind: "phone", status });
    await browser.send({ kind: "reload" });
    expect(browser.page().phone?.stage).toBe("choose");
    expect(browser.page().problem?.message).toMatch(/limit|unavailable|unreachable/);
  });

  it("tells the application of a cancel with the text of the page", async () => {
    await account({ strongAuthenticationPhoneNumber: mobile });
    const browser = await atPhonePage();
    expect(await browser.send({ kind: "cancelled" })).toMatchObject({
      error: "access_denied",
      code: "AADB2C90091",
      message: "The user has canceled multi-factor authentication",
    });
    const without = await atPhonePage(factor({ "setting.showCancelButton": "false" }));
    await without.send({ kind: "cancelled" });
    expect(without.page().api).toBe("Phonefactor");
  });

  it("is remembered by the session of the same person, until credentials are asked for again", async () => {
    await account({ strongAuthenticationPhoneNumber: mobile });
    const first = await atPhonePage();
    await phone(first, "sms");
    await phone(first, "check", { code: "123456" });
    await confirm(first);
    const session = first.issued().session?.session;
    const second = await atPhonePage(undefined, {}, session);
    second.issued();
    expect(second.state.bag.isActiveMFASession).toBe(true);
    expect(ports.phoneMessages).toHaveLength(1);
    const fresh = await atPhonePage(undefined, { prompt: "login" }, session);
    expect(fresh.page().api).toBe("Phonefactor");
  });

  it("cannot be asked without a person", async () => {
    await account({ strongAuthenticationPhoneNumber: mobile });
    const first = await atPhonePage(
      factor({}, { useTechnicalProfileForSessionManagement: undefined } as never),
    );
    await phone(first, "sms");
    await phone(first, "check", { code: "123456" });
    await confirm(first);
    const silent = await atPhonePage(
      factor({}, { useTechnicalProfileForSessionManagement: undefined } as never),
      { prompt: "none" },
      first.issued().session?.session,
    );
    expect(silent.outcome).toMatchObject({ error: "interaction_required" });
  });
});

describe("the metadata of a phone factor", () => {
  const diagnose = (metadata: Record<string, string>) =>
    compile(samplePolicy(withPhone(factor(metadata)))).diagnostics.map(({ code, severity }) => [
      code,
      severity,
    ]);

  it("names a page, a known way, and no CAPTCHA", () => {
    expect(diagnose({})).toEqual([]);
    expect(diagnose({ "setting.authenticationMode": "fax" })).toContainEqual(["PL302", "error"]);
    expect(diagnose({ "setting.enableCaptchaChallenge": "true" })).toContainEqual(["VB101", "warning"]);
    const { ContentDefinitionReferenceId: _, ...without } = factor().metadata;
    const policy = samplePolicy(withPhone(factor({}, { metadata: without })));
    expect(compile(policy).diagnostics.map(({ code }) => code)).toContain("AADB2C90023");
  });
});
