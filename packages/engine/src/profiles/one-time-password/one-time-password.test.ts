import { describe, expect, it } from "vitest";
import { ControlBrowser, controlPolicy } from "../../journey/controls.fixture.ts";
import { compile } from "../../program/compile.ts";
import { charactersOf } from "./character-set.ts";

const retryAllowed = "That code is incorrect. Please try again.";
const tooManyTries = "One time password provided verification has exceeded maximum number of attempts";
const expired = "One time password verification session has expired";
const tooManyCodes = "You have exceeded the number of code generation attempts allowed.";

/** A policy whose profiles `Otp-Generate` and `Otp-Verify` have further metadata. */
function policyWith(
  generate: Readonly<Record<string, string>>,
  verify: Readonly<Record<string, string>> = {},
  page: Readonly<Record<string, string>> = {},
) {
  return controlPolicy(({ technicalProfiles }) => {
    const more: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      "Otp-Generate": generate,
      "Otp-Verify": verify,
      Prove: page,
    };
    for (const [index, profile] of technicalProfiles.entries())
      technicalProfiles[index] = { ...profile, metadata: { ...profile.metadata, ...more[profile.id] } };
  });
}

async function atThePage(...settings: Parameters<typeof policyWith>) {
  const browser = new ControlBrowser(policyWith(...settings));
  await browser.start();
  const message = async (reply: ReturnType<ControlBrowser["press"]>) => {
    const outcome = await reply;
    return outcome.kind === "refused" ? outcome.problem.message : outcome.kind;
  };
  return {
    browser,
    send: (email: string) => message(browser.press("SendCode", { email })),
    verify: (email: string, code = browser.mailedCode()) =>
      message(browser.press("VerifyCode", { email, code })),
  };
}

describe("a one-time password", () => {
  it("is six digits, and any other set and length where the policy says so", async () => {
    const plain = await atThePage({});
    await plain.send("a@example.com");
    expect(plain.browser.mailedCode()).toMatch(/^\d{6}$/);
    const other = await atThePage({ CodeLength: "12", CharacterSet: "a-fA-F0-9" });
    await other.send("a@example.com");
    expect(other.browser.mailedCode()).toMatch(/^[a-fA-F0-9]{12}$/);
  });

  it("is void after the wrong codes that it may have, and a new one starts again", async () => {
    const { send, verify, browser } = await atThePage({ NumRetryAttempts: "3" });
    await send("a@example.com");
    const code = browser.mailedCode();
    expect(await verify("a@example.com", "1")).toBe(retryAllowed);
    expect(await verify("a@example.com", "2")).toBe(retryAllowed);
    expect(await verify("a@example.com", "3")).toBe(tooManyTries);
    expect(await verify("a@example.com", code)).toBe(tooManyTries);
    expect(JSON.stringify(browser.state)).not.toContain(code);
    await send("a@example.com");
    expect(await verify("a@example.com")).toBe("accepted");
  });

  it("has five tries where the policy says nothing", async () => {
    const { send, verify } = await atThePage({ NumRetryAttempts: "" });
    await send("a@example.com");
    for (let round = 0; round < 4; round += 1) expect(await verify("a@example.com", "x")).toBe(retryAllowed);
    expect(await verify("a@example.com", "x")).toBe(tooManyTries);
  });

  it("lives as long as the policy says, from its last issue", async () => {
    const { send, verify, browser } = await atThePage({
      CodeExpirationInSeconds: "60",
      ReuseSameCode: "true",
    });
    await send("a@example.com");
    browser.ports.time += 59_000;
    await send("a@example.com");
    browser.ports.time += 59_000;
    expect(await verify("a@example.com", "wrong")).toBe(retryAllowed);
    browser.ports.time += 1_000;
    expect(await verify("a@example.com")).toBe(expired);
  });

  it("is sent again as it was, or anew, as the policy wants it", async () => {
    const same = await atThePage({ ReuseSameCode: "true" });
    await same.send("a@example.com");
    const code = same.browser.mailedCode();
    await same.send("a@example.com");
    expect(same.browser.mailedCode()).toBe(code);
    const fresh = await atThePage({ CodeLength: "20" });
    await fresh.send("a@example.com");
    const first = fresh.browser.mailedCode();
    await fresh.send("a@example.com");
    expect(fresh.browser.mailedCode()).not.toBe(first);
    expect(await fresh.verify("a@example.com", first)).toBe(retryAllowed);
  });

  it("is made so many times for one identifier, whatever others got, until its time is over", async () => {
    const { send, browser } = await atThePage({
      NumCodeGenerationAttempts: "2",
      CodeExpirationInSeconds: "60",
    });
    expect(await send("a@example.com")).toBe("accepted");
    expect(await send("A@EXAMPLE.COM")).toBe("accepted");
    expect(await send("a@example.com")).toBe(tooManyCodes);
    expect(await send("b@example.com")).toBe("accepted");
    expect(browser.ports.httpCalls).toHaveLength(3);
    browser.ports.time += 60_000;
    expect(await send("a@example.com")).toBe("accepted");
  });

  it("is made for few identifiers in one journey", async () => {
    const { send, browser } = await atThePage({ NumCodeGenerationAttempts: "2" });
    for (let round = 0; round < 15; round += 1) expect(await send(`${round}@example.com`)).toBe("accepted");
    expect(await send("stranger@example.com")).toBe(tooManyCodes);
    expect(browser.ports.httpCalls).toHaveLength(15);
  });

  it("is not made where its identifier had its share over all journeys", async () => {
    const { send, browser } = await atThePage({});
    Object.assign(browser.ports.verification, {
      allowsOwnCode: async (identifier: string) => identifier !== "a@example.com",
    });
    expect(await send("A@example.com")).toBe(tooManyCodes);
    expect(await send("b@example.com")).toBe("accepted");
  });

  it("belongs to its journey and its identifier, and is used once", async () => {
    const one = await atThePage({});
    const other = await atThePage({});
    await one.send("a@example.com");
    await other.send("a@example.com");
    const code = one.browser.mailedCode();
    if (code !== other.browser.mailedCode())
      expect(await other.verify("a@example.com", code)).toBe(retryAllowed);
    expect(await one.verify("a@example.com")).toBe("accepted");
    expect(one.browser.state.codes).toEqual({});
  });

  it.each([
    ["of its own", {}, { UserMessageIfVerificationFailedRetryAllowed: "Own." }, {}, "Own."],
    [
      "of the page first",
      {},
      { UserMessageIfVerificationFailedRetryAllowed: "Own." },
      { UserMessageIfVerificationFailedRetryAllowed: "Page." },
      "Page.",
    ],
    ["for a wrong code, where it words only that", {}, { UserMessageIfInvalidCode: "Wrong." }, {}, "Wrong."],
    [
      "that lets people try again, where it words both",
      {},
      { UserMessageIfInvalidCode: "Wrong.", UserMessageIfVerificationFailedRetryAllowed: "Again." },
      {},
      "Again.",
    ],
    ["by its earlier name", {}, { "UserMessage.InvalidCode": "Earlier." }, {}, "Earlier."],
  ])("says a message %s", async (_, generate, verify, page, expected) => {
    const visit = await atThePage(generate, verify, page);
    await visit.send("a@example.com");
    expect(await visit.verify("a@example.com", "wrong")).toBe(expected);
  });
});

describe("metadata of a one-time password profile", () => {
  it.each([
    [{ Operation: "Make" }, "PL302", "Operation"],
    [{ CodeExpirationInSeconds: "59" }, "PL302", "from 60 to 1200"],
    [{ CodeLength: "none" }, "PL302", "CodeLength"],
    [{ CharacterSet: "0-8" }, "PL302", "at least 10 characters"],
    [{ CharacterSet: "z-a" }, "PL302", "at least 10 characters"],
  ])("is refused as %o", (metadata, code, words) => {
    const { program, diagnostics } = compile(policyWith(metadata));
    expect(program).toBeUndefined();
    expect(diagnostics).toContainEqual(
      expect.objectContaining({ code, severity: "error", message: expect.stringContaining(words) }),
    );
  });

  it("is refused without the input claims that the operation needs", () => {
    const { diagnostics } = compile(
      controlPolicy(({ technicalProfiles }) => {
        const index = technicalProfiles.findIndex(({ id }) => id === "Otp-Verify");
        const profile = technicalProfiles[index];
        if (profile) technicalProfiles[index] = { ...profile, inputClaims: profile.inputClaims.slice(0, 1) };
      }),
    );
    expect(diagnostics).toContainEqual(
      expect.objectContaining({ code: "VB116", message: expect.stringContaining("otpToVerify") }),
    );
  });

  it.each([
    ["0-9", "0123456789"],
    ["a-cX", "abcX"],
    ["[a-c]", "abc"],
    ["a\\-c", "a-c"],
    ["-a", "-a"],
    ["a-", "a-"],
    ["aab", "ab"],
  ])("reads the set %s", (set, characters) => {
    expect(charactersOf(set)?.join("")).toBe(characters);
  });
});
