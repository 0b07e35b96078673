import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, collected, flow } from "./documents.ts";
import { claimsOfSignIn, resultOf, signIn, signUp, signUpFederated } from "./outcome.ts";
import type { Person } from "./person.ts";
import { aPage, errorOf, type ShownPage, visibleText } from "./shown.ts";
import { goodPassword, newAddress, startWorld, type World } from "./world.ts";

// user-flows.md 9, 13 and 19, U26 to U36 and U49: passwords, resets, locks.

const newPassword = "Another1!password";

let world: World;
beforeAll(async () => {
  const complexity = (custom: object) => ({
    passwordComplexityConfiguration: { complexityLevel: "custom", customConfiguration: custom },
  });
  const forced = (email: string) =>
    account(email, "Old1!password", {
      passwordProfile: { password: "Old1!password", forceChangePasswordNextSignIn: true },
    });
  const byName = { authenticationMethods: "userName" };
  world = await startWorld(() => ({
    tenant: {
      b2cAuthenticationMethodsPolicy: {
        isEmailPasswordAuthenticationEnabled: true,
        isUserNameAuthenticationEnabled: true,
      },
    },
    flows: {
      B2C_1_without_reset: flow("B2C_1_without_reset", {
        passwordComplexityConfiguration: { complexityLevel: "strong" },
      }),
      B2C_1_reset_claim: flow("B2C_1_reset_claim", {
        applicationClaims: ["emails", "objectId"],
      }),
      B2C_1_forced: flow("B2C_1_forced", {
        passwordComplexityConfiguration: { complexityLevel: "strong", allowExpiredPasswordReset: true },
      }),
      B2C_1_digits: flow(
        "B2C_1_digits",
        complexity({
          minimumLength: 6,
          maximumLength: 6,
          minimumCharacterClassesRequired: 0,
          restrictToNumbersOnly: true,
        }),
      ),
      B2C_1_reset: flow("B2C_1_reset", {
        userFlowType: "passwordReset",
        userFlowIdentityProviders: [],
        userAttributeAssignments: [],
        applicationClaims: ["emails", "objectId"],
        passwordComplexityConfiguration: { complexityLevel: "strong" },
      }),
      B2C_1_names: flow("B2C_1_names", {
        ...byName,
        userAttributeAssignments: collected.map((each) =>
          each.id === "email" ? { ...each, requiresVerification: true } : each,
        ),
      }),
      B2C_1_reset_names: flow("B2C_1_reset_names", {
        ...byName,
        userFlowType: "passwordReset",
        userFlowIdentityProviders: [],
        userAttributeAssignments: [],
        applicationClaims: ["objectId"],
        passwordComplexityConfiguration: { complexityLevel: "strong" },
      }),
    },
    accounts: [
      account("imported@people.example", "1234", {
        passwordPolicies: "DisablePasswordExpiration, DisableStrongPassword",
      }),
      forced("forced-on@people.example"),
      forced("forced-off@people.example"),
    ],
  }));
});
afterAll(() => world.close());

describe("resetting a password", () => {
  it("that the flow does not do itself is told to the application (U29)", async () => {
    const person = world.person();
    const page = aPage(await person.open("B2C_1_without_reset"));
    expect(errorOf(await person.act(page, "forgotPassword"))).toBe(
      "access_denied: AADB2C90118: The user has forgotten their password.",
    );
  });

  it("inside a sign-in gives a token that says so; the old password is void (U30)", async () => {
    const { email } = await signUp(world, "B2C_1_plain");
    const person = world.person();
    const page = aPage(await person.open("B2C_1_reset_claim"));
    const end = await reset(person, aPage(await person.act(page, "forgotPassword")), email);
    const { claims } = await person.redeem(end, "B2C_1_reset_claim");
    expect(claims).toMatchObject({ emails: [email], isForgotPassword: true });
    const old = await signIn(world, "B2C_1_reset_claim", email);
    expect(old.tokens).toBeUndefined();
    const next = await claimsOfSignIn(world, "B2C_1_reset_claim", email, newPassword);
    expect(next.oid).toBe(claims.oid);
    expect(next).not.toHaveProperty("isForgotPassword");
  });

  it("in a flow of its own ends with a token, and voids refresh tokens", async () => {
    const { email, tokens, person: before } = await signUp(world, "B2C_1_plain");
    const person = world.person();
    // Refresh tolerates 300 s between two clocks (user-flows.md 4.12).
    world.clock.advance(400_000);
    const end = await reset(person, aPage(await person.open("B2C_1_reset")), email);
    expect((await person.redeem(end, "B2C_1_reset")).claims.oid).toBe(tokens?.claims.oid);
    expect((await signIn(world, "B2C_1_plain", email, newPassword)).tokens).toBeDefined();
    if (tokens === undefined) throw new Error("no tokens");
    expect((await before.refresh(tokens, "B2C_1_plain")).body.error).toBe("invalid_grant");
  });

  it("cannot skip the page that proves the address", async () => {
    const { email } = await signUp(world, "B2C_1_plain");
    const person = world.person();
    const page = aPage(await person.open("B2C_1_reset"));
    for (const fields of [
      { email, newPassword, reenterPassword: newPassword },
      { email, objectId: "x" },
      { newPassword, reenterPassword: newPassword },
      {},
    ]) {
      expect((await person.post(page, fields)).status).not.toBe("200");
    }
    expect((await person.act(page, "confirmed")).kind).toBe("page");
    expect((await signIn(world, "B2C_1_plain", email)).tokens).toBeDefined();
  });

  it("is refused where the e-mail is not the one of the user name (U27), and works with it (U26)", async () => {
    const recovery = newAddress();
    const name = `name${process.pid}`;
    const person = world.person();
    const page = await person.openSignUp("B2C_1_names");
    await person.prove(page, recovery, world.code);
    const passwords = { newPassword: goodPassword, reenterPassword: goodPassword };
    const end = await person.submit(page, {
      signInName: name,
      email: recovery,
      displayName: "N",
      ...passwords,
    });
    const { claims } = await person.redeem(end, "B2C_1_names");
    expect((await signIn(world, "B2C_1_names", recovery)).tokens).toBeUndefined();

    const wrong = world.person();
    const start = aPage(await wrong.open("B2C_1_reset_names"));
    const other = newAddress();
    await wrong.prove(start, other, world.code);
    expect((await wrong.post(start, { signInName: name, email: other })).status).toBe("400");

    const right = world.person();
    const again = aPage(await right.open("B2C_1_reset_names"));
    await right.prove(again, recovery, world.code);
    const second = aPage(await right.submit(again, { signInName: name, email: recovery }));
    const done = await right.submit(second, { newPassword, reenterPassword: newPassword });
    expect((await right.redeem(done, "B2C_1_reset_names")).claims.oid).toBe(claims.oid);
  });

  it("does not find an account that only a provider knows (U49)", async () => {
    const { email } = await signUpFederated(world, "B2C_1_plain", {});
    const person = world.person();
    const page = aPage(await person.open("B2C_1_reset"));
    await person.prove(page, email, world.code);
    const answer = await person.post(page, { email });
    expect(answer).toMatchObject({
      status: "400",
      message: "An account could not be found for the provided user ID.",
    });
  });
});

describe("a password that must be changed", () => {
  it("is changed on its own page, which refuses the same one; the flag is gone afterwards (U31)", async () => {
    const email = "forced-on@people.example";
    const first = await signIn(world, "B2C_1_forced", email, "Old1!password");
    const page = aPage(first.shown ?? (await first.person.open("B2C_1_forced")));
    expect(visibleText(page)).toContain("expired");
    const fields = (next: string) => ({
      password: "Old1!password",
      newPassword: next,
      reenterPassword: next,
    });
    expect((await first.person.post(page, fields("Old1!password"))).status).toBe("400");
    const end = await first.person.submit(page, fields(newPassword));
    expect((await first.person.redeem(end, "B2C_1_forced")).claims.emails).toEqual([email]);
    expect((await signIn(world, "B2C_1_forced", email, newPassword)).tokens).toBeDefined();
  });

  it("keeps its owner out where the flow has no such page (U32)", async () => {
    const outcome = await signIn(world, "B2C_1_without_reset", "forced-off@people.example", "Old1!password");
    expect(resultOf(outcome)).toBe("page: Your password has expired.");
  });
});

describe("what a password must be", () => {
  it.each([
    ["123456", true],
    ["12345", false],
    ["12345a", false],
  ])("six digits: %s is accepted: %s (U33)", async (password, accepted) => {
    const outcome = await signUp(world, "B2C_1_digits", {
      newPassword: password,
      reenterPassword: password,
    });
    expect(outcome.account !== undefined).toBe(accepted);
  });

  it("is not asked of passwords that exist already (U34)", async () => {
    expect((await signIn(world, "B2C_1_plain", "imported@people.example", "1234")).tokens).toBeDefined();
  });

  it("has to be typed the same twice", async () => {
    const outcome = await signUp(world, "B2C_1_plain", { reenterPassword: "Str0ng!enougH" });
    expect(outcome.posted?.status).toBe("400");
    expect(outcome.account).toBeUndefined();
  });

  it("is compared exactly: long ones, spaces, other scripts", async () => {
    const password = ` Zwölf Boxkämpfer jagen \u{1f98a} 1! `;
    const { email } = await signUp(world, "B2C_1_plain", {
      newPassword: password,
      reenterPassword: password,
    });
    expect((await signIn(world, "B2C_1_plain", email, password)).tokens).toBeDefined();
    expect((await signIn(world, "B2C_1_plain", email, password.trim())).tokens).toBeUndefined();
  });
});

describe("smart lockout", () => {
  const locked = "page: Your account is temporarily locked to prevent unauthorized use. Try again later.";

  it("locks after ten different wrong passwords, for a minute, then counts from zero (U35)", async () => {
    const { email } = await signUp(world, "B2C_1_plain");
    for (let n = 0; n < 10; n += 1) {
      expect(
        (await signIn(world, "B2C_1_plain", email, `Wrong!${n}${n}${n}-${n * 7919}`)).tokens,
      ).toBeUndefined();
    }
    expect(resultOf(await signIn(world, "B2C_1_plain", email))).toBe(locked);
    world.clock.advance(59_000);
    expect(resultOf(await signIn(world, "B2C_1_plain", email))).toBe(locked);
    world.clock.advance(2_000);
    expect(resultOf(await signIn(world, "B2C_1_plain", email))).toBe("token");
    expect(resultOf(await signIn(world, "B2C_1_plain", email, "Wrong!once"))).toBe(
      "page: Your password is incorrect.",
    );
    expect(resultOf(await signIn(world, "B2C_1_plain", email))).toBe("token");
  });

  it("counts the same wrong password once (U36)", async () => {
    const { email } = await signUp(world, "B2C_1_plain");
    for (let n = 0; n < 12; n += 1) await signIn(world, "B2C_1_plain", email, "Wrong!the-same");
    expect(resultOf(await signIn(world, "B2C_1_plain", email))).toBe("token");
  });

  it("is lifted by a reset", async () => {
    const { email } = await signUp(world, "B2C_1_plain");
    for (let n = 0; n < 10; n += 1) await signIn(world, "B2C_1_plain", email, `Wrong!${n}-${n * 104729}`);
    expect(resultOf(await signIn(world, "B2C_1_plain", email))).toBe(locked);
    const person = world.person();
    await reset(person, aPage(await person.open("B2C_1_reset")), email);
    expect(resultOf(await signIn(world, "B2C_1_plain", email, newPassword))).toBe("token");
  });
});

async function reset(person: Person, page: ShownPage, email: string) {
  await person.prove(page, email, world.code);
  const second = aPage(await person.submit(page, { email }));
  return person.submit(second, { newPassword, reenterPassword: newPassword });
}
