import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { account, bound, claimed, collected, flow, long, tenantId } from "./documents.ts";
import {
  accountOf,
  claimsOfSignIn,
  countAccounts,
  resultOf,
  signIn,
  signUp,
  signUpFederated,
} from "./outcome.ts";
import { aPage, errorOf, fieldValue } from "./shown.ts";
import { block, goOn, validationError } from "./test-api.ts";
import { goodPassword, newAddress, startWorld, type World } from "./world.ts";

// user-flows.md 19, U7 to U27 and U44, U45: accounts, what makes them, and what keeps them from being made.

const verified = collected.map((each) =>
  each.id === "email" ? { ...each, requiresVerification: true } : each,
);

let world: World;
beforeAll(async () => {
  const signUpOnly = { userFlowType: "signUp", userAttributeAssignments: collected };
  world = await startWorld(() => ({
    flows: {
      B2C_1_proved: flow("B2C_1_proved", { userAttributeAssignments: verified }),
      B2C_1_signup: {
        ...flow("B2C_1_signup", signUpOnly),
        passwordComplexityConfiguration: { complexityLevel: "strong" },
      },
      B2C_1_signin: flow("B2C_1_signin", {
        userFlowType: "signIn",
        userAttributeAssignments: [],
        applicationClaims: claimed.filter((id) => id !== "newUser"),
        ...bound({ three: "three" }),
      }),
      B2C_1_choice: flow("B2C_1_choice", {
        userAttributeAssignments: [
          ...collected.slice(0, 2),
          {
            id: "extension_Pers",
            isOptional: true,
            userInputType: "dropdownSingleSelect",
            userAttributeValues: [
              { name: "Gold", value: "G" },
              { name: "Silver", value: "S" },
            ],
          },
        ],
      }),
    },
    tenant: {
      b2cAuthenticationMethodsPolicy: {
        isEmailPasswordAuthenticationEnabled: true,
        isUserNameAuthenticationEnabled: true,
      },
    },
    accounts: [account("disabled@people.example", goodPassword, { accountEnabled: false })],
  }));
});
afterAll(() => world.close());
beforeEach(() => world.api.reset());

describe("a local sign-up", () => {
  it("makes an account with its address; the token says newUser once (U7)", async () => {
    const { tokens, account: made, email } = await signUp(world, "B2C_1_susi", { givenName: "Ida" });
    expect(tokens?.claims).toMatchObject({
      newUser: true,
      emails: [email],
      given_name: "Ida",
      tfp: "B2C_1_susi",
    });
    expect(made?.identities.find(({ signInType }) => signInType === "emailAddress")).toEqual({
      signInType: "emailAddress",
      issuer: "contoso.onmicrosoft.com",
      issuerAssignedId: email,
    });
    const next = await claimsOfSignIn(world, "B2C_1_susi", email);
    expect(next.oid).toBe(tokens?.claims.oid);
    expect(next).not.toHaveProperty("newUser");
    expect(next).not.toHaveProperty("idp");
  });

  it("clicked twice makes one account, and both clicks end with the same code (U8)", async () => {
    const count = await countAccounts(world);
    const person = world.person();
    const page = await person.openSignUp("B2C_1_plain");
    const email = newAddress();
    const fields = { email, newPassword: goodPassword, reenterPassword: goodPassword, displayName: "D" };
    const posts = await Promise.all([1, 2, 3].map(() => person.post(page, fields)));
    expect(posts.map(({ status }) => status)).toEqual(["200", "200", "200"]);
    const ends = await Promise.all([person.act(page, "confirmed"), person.act(page, "confirmed")]);
    const codes = ends.map((end) => (end.kind === "application" ? end.fields.get("code") : end.kind));
    expect(codes[0]).toMatch(/^[\w-]{20,}$/);
    expect(codes[1]).toBe(codes[0]);
    expect(await countAccounts(world)).toBe(count + 1);
  });

  it("with the address of an account, in other letters, is refused in the page (U9)", async () => {
    const { email } = await signUp(world, "B2C_1_plain");
    const count = await countAccounts(world);
    const again = await signUp(world, "B2C_1_plain", {}, email.toUpperCase());
    expect(resultOf(again)).toBe(
      "page: A user with the specified ID already exists. Please choose a different one.",
    );
    expect(await countAccounts(world)).toBe(count);
  });

  it("needs the mailed code, whatever a forged post says (U10)", async () => {
    const email = newAddress();
    const person = world.person();
    const page = await person.openSignUp("B2C_1_proved");
    const fields = { email, newPassword: goodPassword, reenterPassword: goodPassword, displayName: "D" };
    for (const forged of [{}, { email_verified: "true", "Verified.Email": email, emailVerified: "true" }]) {
      const answer = await person.post(page, { ...fields, ...forged });
      expect(answer).toMatchObject({ status: "400", message: "Claim not verified: Email Address" });
    }
    await person.prove(page, email, world.code);
    const other = newAddress();
    expect((await person.post(page, { ...fields, email: other })).status).toBe("400");
    expect(await accountOf(world, email)).toBeUndefined();
    expect(await accountOf(world, other)).toBeUndefined();
    expect((await person.submit(page, fields)).kind).toBe("application");
    expect(await accountOf(world, email)).toBeDefined();
  });

  it("does not take a code that another browser was mailed", async () => {
    const email = newAddress();
    const [mallory, victim] = [world.person(), world.person()];
    const pages = [
      await mallory.openSignUp("B2C_1_proved"),
      await victim.openSignUp("B2C_1_proved"),
    ] as const;
    await mallory.verification(pages[0], "VERIFICATION_REQUEST", email);
    const code = await world.code(email);
    expect(await victim.verification(pages[1], "VALIDATION_REQUEST", email, code)).toContain('"result":3');
    expect(await mallory.verification(pages[0], "VALIDATION_REQUEST", email, code)).toContain('"result":0');
  });

  it("takes the right code again where the browser lost the answer to it", async () => {
    const email = newAddress();
    const person = world.person();
    const page = await person.openSignUp("B2C_1_proved");
    await person.verification(page, "VERIFICATION_REQUEST", email);
    const code = await world.code(email);
    const enter = () => person.verification(page, "VALIDATION_REQUEST", email, code);
    expect([await enter(), await enter()]).toEqual(Array(2).fill('{"status":"200","result":0}'));
  });

  it("needs no code where the flow asks for none (U11)", async () => {
    const { account: made } = await signUp(world, "B2C_1_plain");
    expect(made).toBeDefined();
  });

  it("that the API corrects keeps the page, the values and the directory as they were (U12, U13)", async () => {
    const count = await countAccounts(world);
    world.api.on("/two", validationError("Wrong town."), goOn({ city: "Lund" }));
    const first = await signUp(world, "B2C_1_susi", { city: "Atlantis", givenName: "Ida" });
    expect(resultOf(first)).toBe("page: Wrong town.");
    expect(await countAccounts(world)).toBe(count);
    const { person, page, email } = first;
    if (page === undefined) throw new Error("no page");
    const shown = aPage(await person.act(page, "confirmed"));
    expect([fieldValue(shown, "city"), fieldValue(shown, "givenName")]).toEqual(["Atlantis", "Ida"]);
    await person.submit(shown, {
      ...{ email, newPassword: goodPassword, reenterPassword: goodPassword },
      ...{ displayName: "D", city: "Lnd" },
    });
    expect(await countAccounts(world)).toBe(count + 1);
    expect((await accountOf(world, email))?.attributes.city).toBe("Lund");
    expect(world.api.to("/two")).toHaveLength(2);
  });

  it("never calls the connector after federating (U15)", async () => {
    await signUp(world, "B2C_1_susi");
    expect(world.api.received.map(({ url }) => url)).toEqual(["/two", "/three"]);
  });

  it("refuses a number that is none, and gives the token a number (U44)", async () => {
    const wrong = await signUp(world, "B2C_1_plain", { extension_Tier: "12x" });
    expect(wrong.posted?.status).toBe("400");
    expect(Object.keys(wrong.posted?.fieldErrors ?? {}).join() + wrong.posted?.message).toMatch(/Tier/);
    expect(wrong.account).toBeUndefined();
    const right = await signUp(world, "B2C_1_plain", { extension_Tier: "12" });
    expect(right.tokens?.claims.extension_Tier).toBe(12);
    expect(right.account?.attributes[long("Tier")]).toBe(12);
  });

  it("refuses a value that its list does not offer (U45)", async () => {
    const forged = await signUp(world, "B2C_1_choice", { extension_Pers: "Platinum" });
    expect(forged.posted?.status).toBe("400");
    expect(forged.account).toBeUndefined();
    const offered = await signUp(world, "B2C_1_choice", { extension_Pers: "G" });
    expect(offered.tokens?.claims.extension_Pers).toBe("G");
  });
});

describe("a federated sign-up", () => {
  it("asks the connector before the page, and later sign-ins do not (U16, U17)", async () => {
    world.api.on("/one", goOn({ givenName: "Called" }));
    const { shown, email, person } = await signUpFederated(world, "B2C_1_susi", undefined);
    if (shown?.kind !== "page") throw new Error("no page");
    expect(fieldValue(shown, "givenName")).toBe("Called");
    await person.submit(shown, { email, displayName: "N", givenName: "Called" });
    world.api.reset();
    const known = await signUpFederated(world, "B2C_1_susi", undefined, email);
    expect(known.tokens?.claims.given_name).toBe("Called");
    expect(world.api.received.map(({ url }) => url)).toEqual(["/three"]);
  });

  it("with the address of a local account is a second account with the same address (U21)", async () => {
    const local = await signUp(world, "B2C_1_plain");
    const social = await signUpFederated(world, "B2C_1_plain", {}, local.email);
    expect(social.tokens?.claims.oid).toMatch(/^[0-9a-f-]{36}$/);
    expect(social.tokens?.claims.oid).not.toBe(local.tokens?.claims.oid);
    expect(social.tokens?.claims.emails).toEqual([local.email]);
    expect(local.tokens?.claims.emails).toEqual([local.email]);
    expect(social.tokens?.claims.idp).toMatch(/^http:\/\/localhost:\d+$/);
  });

  it("signs in to the local account that was given its identity (U22)", async () => {
    const social = await signUpFederated(world, "B2C_1_susi", undefined);
    const identities = world.api.only("/one").body.identities as {
      issuer: string;
      issuerAssignedId: string;
    }[];
    const local = await signUp(world, "B2C_1_plain");
    const tenant = world.server.context.tenants.find(tenantId);
    if (tenant === undefined || local.account === undefined) throw new Error("no account");
    const [given] = identities;
    if (given === undefined) throw new Error("no identity");
    const changed = await world.server.context.store.directory(tenant).change(local.account.objectId, {
      identities: [...local.account.identities, { ...given, signInType: "federated" }],
    });
    expect(changed.kind).toBe("changed");
    const both = await signUpFederated(world, "B2C_1_plain", undefined, social.email);
    expect(both.tokens?.claims).toMatchObject({ oid: local.account.objectId, idp: given.issuer });
    expect(await claimsOfSignIn(world, "B2C_1_plain", local.email)).not.toHaveProperty("idp");
  });

  it("is not possible in a flow for signing in (U24)", async () => {
    const { shown, account: made } = await signUpFederated(world, "B2C_1_signin", undefined);
    if (shown === undefined) throw new Error("nothing shown");
    expect(errorOf(shown)).toMatch(/^server_error: AADB2C99002: /);
    expect(made).toBeUndefined();
  });

  it("is refused in a flow for signing up to whom it knows, before any page (U25)", async () => {
    const { email } = await signUpFederated(world, "B2C_1_plain", {});
    const again = await signUpFederated(world, "B2C_1_signup", undefined, email);
    if (again.shown === undefined) throw new Error("nothing shown");
    expect(errorOf(again.shown)).toMatch(/^server_error: AADB2C99001: /);
  });

  it("that the person cancels at the provider tells the application so", async () => {
    const person = world.person();
    const page = aPage(await person.open("B2C_1_plain"));
    const button = /id="([^"]*SampleSocial[^"]*)"/.exec(page.html)?.[1] ?? "";
    const leaving = await person.fetch(
      `${page.base}/api/${page.api}/unified?claimsexchange=${button}&csrf_token=${page.csrf}&tx=${page.transId}&p=${page.policy}`,
    );
    expect(errorOf(await person.atProvider(leaving, "cancel"))).toContain("AADB2C90273");
  });
});

describe("the connector before the token", () => {
  it("is called at sign-up, sign-in and single sign-on, and not on refresh (U18)", async () => {
    const { email } = await signUp(world, "B2C_1_susi");
    const calls = [world.api.to("/three").length];
    const { person, tokens } = await signIn(world, "B2C_1_susi", email);
    calls.push(world.api.to("/three").length);
    const again = await person.open("B2C_1_susi");
    expect((await person.redeem(again, "B2C_1_susi")).claims.sub).toBe(tokens?.claims.sub);
    calls.push(world.api.to("/three").length);
    if (tokens) await person.refresh(tokens, "B2C_1_susi");
    calls.push(world.api.to("/three").length);
    expect(calls).toEqual([1, 2, 3, 3]);
  });

  it("is called in a flow for signing in too", async () => {
    const { email } = await signUp(world, "B2C_1_plain");
    world.api.on("/three", goOn({ extension_Roles: "reader" }));
    expect(await claimsOfSignIn(world, "B2C_1_signin", email)).toMatchObject({ extension_Roles: "reader" });
  });

  it("adds nothing that the application does not get, and stores nothing (U19)", async () => {
    const { email, account: made } = await signUp(world, "B2C_1_plain");
    world.api.on("/three", goOn({ extension_Unclaimed: "x", extension_Ticket: "T" }));
    const claims = await claimsOfSignIn(world, "B2C_1_susi", email);
    expect(claims.extension_Ticket).toBe("T");
    expect(claims).not.toHaveProperty("extension_Unclaimed");
    expect(await accountOf(world, email)).toEqual(made);
  });
});

it("a blocked sign-up leaves neither account nor session (U14)", async () => {
  world.api.on("/two", block("No."));
  const { person, account: made } = await signUp(world, "B2C_1_susi");
  expect(made).toBeUndefined();
  expect((await person.open("B2C_1_plain")).kind).toBe("page");
  expect((await person.open("B2C_1_plain", { prompt: "none" })).kind).toBe("application");
});

it("cancelling the sign-up page tells the application (user-flows.md 4.13)", async () => {
  const person = world.person();
  const page = await person.openSignUp("B2C_1_plain");
  expect(errorOf(await person.act(page, "cancelled"))).toMatch(/^access_denied: AADB2C90091: /);
});

it("a disabled account is told so and gets no token", async () => {
  const outcome = await signIn(world, "B2C_1_plain", "disabled@people.example");
  expect(resultOf(outcome)).toBe(
    "page: Your account has been locked. Contact your support person to unlock it, then try again.",
  );
});
