import type { ClaimReference, TechnicalProfile } from "@vestibule/policy";
import { beforeEach, describe, expect, it } from "vitest";
import { compile } from "../../program/compile.ts";
import { JourneyBrowser } from "../../testing/browser.ts";
import { type MemoryPorts, memoryPorts } from "../../testing/memory-ports.ts";
import {
  handler,
  type SampleParts,
  samplePolicy,
  selfAsserted,
  skipIf,
  step,
  technicalProfile,
} from "../../testing/sample-policy.ts";

const ida = "ida@contoso.example";
const password = "Passw0rd!";
const upn = "ida@contoso.onmicrosoft.com";
const secret = "fay2lj7ynpntjgqa";

let ports: MemoryPorts;
let objectId: string;
beforeEach(async () => {
  ports = memoryPorts();
  const made = await ports.directory.create(
    {
      identities: [{ signInType: "emailAddress", issuer: "contoso.onmicrosoft.com", issuerAssignedId: ida }],
      attributes: { userPrincipalName: upn },
      password,
    },
    ida,
  );
  objectId = made.kind === "created" ? made.account.objectId : "";
});

const claim = (claimTypeReferenceId: string, partnerClaimType?: string): ClaimReference => ({
  claimTypeReferenceId,
  ...(partnerClaimType !== undefined && { partnerClaimType }),
});
const azureMfa = (
  id: string,
  operation: string,
  inputClaims: readonly ClaimReference[],
  outputs: string[] = [],
) =>
  technicalProfile(id, handler("Providers.AzureMfaProtocolProvider"), {
    metadata: { Operation: operation },
    inputClaims: [...inputClaims],
    outputClaims: outputs.map((name) => claim(name)),
  });
const page = (id: string, field: string, validation: string) =>
  technicalProfile(id, selfAsserted, {
    metadata: { ContentDefinitionReferenceId: "api.selfasserted" },
    outputClaims: [{ ...claim(field), required: true }],
    validationTechnicalProfiles: [{ referenceId: validation, preconditions: [] }],
  });
const textBox = (id: string) => ({ id, dataType: "string" as const, userInputType: "TextBox" as const });

/** The sample policy with these profiles and steps before its token. */
function policyWith(
  profiles: readonly TechnicalProfile[],
  steps: readonly (readonly [id: string, skip?: ReturnType<typeof skipIf>])[],
) {
  return samplePolicy(({ claimTypes, technicalProfiles, steps: all }: SampleParts) => {
    claimTypes.push(
      textBox("phone"),
      textBox("smsCode"),
      textBox("otpCode"),
      ...["userPrincipalName", "numberOfAvailableDevices", "secretKey"].map((id) => ({
        id,
        dataType: "string" as const,
      })),
    );
    technicalProfiles.push(
      ...profiles,
      technicalProfile("ReadName", handler("Providers.AzureActiveDirectoryProvider"), {
        metadata: { Operation: "Read" },
        inputClaims: [claim("objectId")],
        outputClaims: [claim("userPrincipalName")],
      }),
    );
    const last = all.pop();
    if (!last) throw new Error("the sample has steps");
    const exchanges = [["ReadName"] as const, ...steps].map(([id, skip], index) =>
      step(20 + index, "ClaimsExchange", {
        preconditions: skip ? [skip] : [],
        claimsExchanges: [{ id, technicalProfileReferenceId: id }],
      }),
    );
    all.push(...exchanges, { ...last, order: 40 });
  });
}

async function signedIn(policy: ReturnType<typeof policyWith>): Promise<JourneyBrowser> {
  const browser = new JourneyBrowser(policy, ports);
  await browser.start();
  await browser.submit({ signInName: ida, password });
  return browser;
}

const refusal = (message: string) => ({ kind: "refused", problem: { message } });

describe("a code by text message", () => {
  const policy = () =>
    policyWith(
      [
        azureMfa("Send", "OneWaySMS", [claim("userPrincipalName"), claim("phone", "phoneNumber")]),
        azureMfa("Check", "Verify", [claim("phone", "phoneNumber"), claim("smsCode", "verificationCode")]),
        page("AskPhone", "phone", "Send"),
        page("AskCode", "smsCode", "Check"),
      ],
      [["AskPhone"], ["AskCode"]],
    );

  it("goes to the number in its form of the world, and proves it", async () => {
    const browser = await signedIn(policy());
    await browser.submit({ phone: "+47 908 07 061" });
    expect(ports.phoneMessages).toEqual([{ by: "sms", number: "+4790807061", purpose: "azureMfa" }]);
    expect(await browser.submit({ smsCode: "000000" })).toMatchObject(
      refusal("Wrong code entered, please try again."),
    );
    await browser.submit({ smsCode: "123456" });
    browser.issued();
    expect(JSON.stringify(browser.trace)).not.toContain("123456");
  });

  it("says in the policy's words what is wrong with the number or the sending", async () => {
    const browser = await signedIn(policy());
    expect(await browser.submit({ phone: "abc" })).toMatchObject(
      refusal("Your phone number is not in a valid format, please correct it and try again."),
    );
    expect(await browser.submit({ phone: "90807061" })).toMatchObject(
      refusal("Your phone number is not in a valid format, please correct it and try again."),
    );
    for (const [kind, message] of [
      ["throttled", "Your request has been throttled, please try again later."],
      ["unreachable", "Cannot Send SMS to the phone, please try another phone number."],
      ["failed", "Cannot use MFA service, please try again later."],
    ] as const) {
      ports.phoneResult = kind;
      expect(await browser.submit({ phone: "+4790807061" })).toMatchObject(refusal(message));
    }
  });
});

describe("a code of an authenticator app", () => {
  const begin = azureMfa("Begin", "BeginVerifyOTP", [
    claim("secretKey"),
    claim("objectId"),
    claim("userPrincipalName"),
  ]);
  const verify = azureMfa("Verify", "VerifyOTP", [claim("otpCode")]);
  const devices = azureMfa(
    "Devices",
    "GetAvailableDevices",
    [claim("userPrincipalName")],
    ["numberOfAvailableDevices"],
  );
  const enrol = technicalProfile("Enrol", handler("Providers.ClaimsTransformationProtocolProvider"), {
    outputClaims: [{ ...claim("secretKey"), defaultValue: secret }],
  });
  const asked = page("AskApp", "otpCode", "Verify");
  const policy = () =>
    policyWith(
      [begin, verify, devices, enrol, asked],
      [
        ["Devices"],
        ["Enrol", skipIf("ClaimEquals", false, "numberOfAvailableDevices", "0")],
        ["Begin"],
        ["AskApp"],
      ],
    );

  it("enrols the app with the first right code, and is asked for from then on", async () => {
    const first = await signedIn(policy());
    expect(first.state.bag.numberOfAvailableDevices).toBe("0");
    expect(await first.submit({ otpCode: "000000" })).toMatchObject(
      refusal("Wrong code entered, please try again."),
    );
    expect(ports.enrolledApps.size).toBe(0);
    await first.submit({ otpCode: "123456" });
    first.issued();
    expect(ports.enrolledApps.get(objectId)).toEqual([secret]);

    const second = await signedIn(policy());
    expect(second.state.bag).toMatchObject({ numberOfAvailableDevices: "1" });
    expect(second.state.bag.secretKey).toBeUndefined();
    await second.submit({ otpCode: "123456" });
    second.issued();
    expect(ports.enrolledApps.get(objectId)).toEqual([secret]);
    expect(JSON.stringify([...first.trace, ...second.trace])).not.toMatch(/123456|fay2lj7ynpntjgqa/);
  });

  it("is validated once: the same page posted again gets the first answer", async () => {
    const browser = await signedIn(policy());
    expect(await browser.send({ kind: "submitted", fields: { otpCode: "123456" } })).toEqual({
      kind: "accepted",
    });
    expect(await browser.send({ kind: "submitted", fields: { otpCode: "654321" } })).toEqual({
      kind: "accepted",
    });
    await browser.send({ kind: "confirmed", keepMeSignedIn: false });
    browser.issued();
  });

  it("cannot be checked where nothing was begun", async () => {
    const browser = await signedIn(policyWith([verify, asked], [["AskApp"]]));
    expect(await browser.submit({ otpCode: "123456" })).toMatchObject(
      refusal("Cannot use MFA service, please try again later."),
    );
  });

  it("ends the journey where a sign-in has no app to ask for", async () => {
    const browser = await signedIn(policyWith([begin, verify, asked], [["Begin"], ["AskApp"]]));
    expect(browser.outcome).toMatchObject({ kind: "relyingPartyError", error: "server_error" });
  });

  it("takes nobody for somebody without an app", async () => {
    const nameless = azureMfa("Devices", "GetAvailableDevices", [claim("phone", "userPrincipalName")]);
    const browser = await signedIn(policyWith([nameless], [["Devices"]]));
    expect(browser.outcome).toMatchObject({ kind: "relyingPartyError", error: "server_error" });
  });
});

it("has an operation that exists, and the input claims that it needs", () => {
  const diagnose = (profile: TechnicalProfile) =>
    compile(policyWith([profile], [[profile.id]])).diagnostics.map(({ code, severity }) => [code, severity]);
  expect(diagnose(azureMfa("Mfa", "TwoWayVoice", []))).toEqual([["PL302", "error"]]);
  expect(diagnose(azureMfa("Mfa", "OneWaySMS", [claim("phone")]))).toEqual([["VB116", "error"]]);
  expect(diagnose(azureMfa("Mfa", "verifyotp", [claim("otpCode")]))).toEqual([]);
  const none = technicalProfile("Mfa", handler("Providers.AzureMfaProtocolProvider"));
  expect(diagnose(none)).toEqual([["PL303", "error"]]);
});
