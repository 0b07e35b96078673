import { expect, it } from "vitest";
import { ControlBrowser, controlPolicy, emailControl } from "../../journey/controls.fixture.ts";
import type { CheckCodeResult, SendCodeResult } from "../../ports.ts";
import { compile } from "../../program/compile.ts";
import { handler, technicalProfile } from "../../testing/sample-policy.ts";

const sspr = handler("Providers.AadSsprProtocolProvider");
const claim = (claimTypeReferenceId: string, partnerClaimType: string) => ({
  claimTypeReferenceId,
  partnerClaimType,
});

/** The control's address is proved by mails that the server sends itself. */
function ssprPolicy(send: Readonly<Record<string, string>> = {}, inputs = [claim("email", "emailAddress")]) {
  return controlPolicy((parts) => {
    const run = (id: string) => ({
      id,
      technicalProfiles: [{ referenceId: `Sspr-${id}`, preconditions: [] }],
    });
    parts.displayControls[0] = { ...emailControl, actions: [run("SendCode"), run("VerifyCode")] };
    parts.technicalProfiles.push(
      technicalProfile("Sspr-SendCode", sspr, {
        metadata: { Operation: "SendCode", ...send },
        inputClaims: inputs,
      }),
      technicalProfile("Sspr-VerifyCode", sspr, {
        metadata: { Operation: "verifycode" },
        inputClaims: [claim("email", "emailAddress"), claim("code", "verificationCode")],
      }),
    );
  });
}

async function atThePage(
  answers: { send?: SendCodeResult; check?: CheckCodeResult } = {},
  policy = ssprPolicy(),
) {
  const browser = new ControlBrowser(policy);
  const { verification } = browser.ports;
  const asked: string[][] = [];
  Object.assign(browser.ports, {
    verification: {
      ...verification,
      async sendCode(...parameters: Parameters<typeof verification.sendCode>) {
        asked.push(["send", parameters[0], parameters[1]]);
        return answers.send ?? verification.sendCode(...parameters);
      },
      async checkCode(...parameters: Parameters<typeof verification.checkCode>) {
        asked.push(["check", parameters[0], parameters[1]]);
        return answers.check ?? verification.checkCode(...parameters);
      },
    },
  });
  await browser.start();
  return { browser, asked };
}

const email = "sol@example.com";

it("mails a code, checks it, and binds both to the journey and the address", async () => {
  const { browser, asked } = await atThePage();
  expect(await browser.press("SendCode", { email })).toEqual({ kind: "accepted" });
  expect(await browser.press("VerifyCode", { email, code: "123456" })).toEqual({ kind: "accepted" });
  await browser.submit({ email, displayName: "Sol" });
  expect(browser.issued().claims.email).toBe(email);
  const scope = `${browser.state.id}:aadSspr`;
  expect(asked).toEqual([
    ["send", scope, email],
    ["check", scope, email],
  ]);
});

it.each([
  [
    { send: { kind: "throttled" } as const },
    "SendCode",
    "You have sent too many requests, please try again later.",
  ],
  [
    { send: { kind: "failed" } as const },
    "SendCode",
    "The email service has encountered an internal error, please try again later.",
  ],
  [{ check: { kind: "wrong" } as const }, "VerifyCode", "The verification has failed, please try again."],
  [
    { check: { kind: "tooManyTries" } as const },
    "VerifyCode",
    "You have exceeded maximum number of verification attempts.",
  ],
  [{ check: { kind: "expired" } as const }, "VerifyCode", "The code has expired."],
])("says in B2C's words that %o", async (answers, action, message) => {
  const { browser } = await atThePage(answers);
  if (action === "VerifyCode") await browser.press("SendCode", { email });
  expect(await browser.press(action, { email, code: "1" })).toMatchObject({
    kind: "refused",
    problem: { message },
  });
});

it("says it in the policy's words where it has some", async () => {
  const { browser } = await atThePage(
    { send: { kind: "throttled" } },
    ssprPolicy({ UserMessageIfThrottled: "Slowly, please." }),
  );
  expect(await browser.press("SendCode", { email })).toMatchObject({
    problem: { message: "Slowly, please." },
  });
});

it("mails no more than fifteen codes for one journey", async () => {
  const { browser, asked } = await atThePage({ send: { kind: "sent" } });
  for (let round = 0; round < 15; round += 1)
    await browser.press("SendCode", { email: `${round}@example.com` });
  expect(await browser.press("SendCode", { email })).toMatchObject({ kind: "refused" });
  expect(asked).toHaveLength(15);
});

it.each([
  [{ Operation: "Send" }, undefined, "PL302"],
  [{}, [claim("email", "mail")], "VB116"],
])("is refused with %o %o", (metadata, inputs, code) => {
  expect(compile(ssprPolicy(metadata, inputs)).diagnostics).toContainEqual(
    expect.objectContaining({ code, severity: "error" }),
  );
});
