import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { collected, demo, flow } from "../connectors/documents.ts";
import { accountOf, countAccounts } from "../connectors/outcome.ts";
import { type Person, redirectUri, tenantDomain } from "../connectors/person.ts";
import { actionAddress, aPage, type ShownPage } from "../connectors/shown.ts";
import { goodPassword, newAddress, startWorld, type World } from "../connectors/world.ts";

// Random requests of one browser against the whole server: no code and no token comes out unless every step that was not
// skipped was completed in this browser (security-and-fault-tests.md 6.3 rows 1, 2, 4, 15; 6.4 (1)).

const policy = "B2C_1_proved";
const resetPolicy = "B2C_1_reset";

let world: World;
beforeAll(async () => {
  world = await startWorld(() => ({
    flows: {
      [policy]: flow(policy, {
        userAttributeAssignments: collected.map((each) =>
          each.id === "email" ? { ...each, requiresVerification: true } : each,
        ),
      }),
      [resetPolicy]: flow(resetPolicy, {
        userFlowType: "passwordReset",
        userFlowIdentityProviders: [],
        userAttributeAssignments: [],
        applicationClaims: ["emails", "objectId"],
        passwordComplexityConfiguration: { complexityLevel: "strong" },
      }),
    },
  }));
});
afterAll(() => world.close());

/** One request that somebody can send who knows the address but neither password nor mailed code. */
type Move =
  | { readonly kind: "post"; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: "act"; readonly action: string; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: "verify"; readonly code: string }
  | { readonly kind: "send" }
  | { readonly kind: "open"; readonly policy: string; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: "back" }
  | { readonly kind: "provider"; readonly query: string }
  | { readonly kind: "native"; readonly action: string };

const someValue = fc.constantFrom(
  "",
  "true",
  demo.email,
  goodPassword,
  "x",
  "00000000-0000-4000-8000-000000000000",
);
const fieldName = fc.constantFrom(
  ...["email", "password", "newPassword", "reenterPassword", "displayName", "objectId", "sub"],
  ...[
    "executed-SelfAsserted-Input",
    "authenticationSource",
    "newUser",
    "userPrincipalName",
    "identityProvider",
  ],
  ...[
    "isForgotPassword",
    "Verified.Email",
    "email_verified",
    "signInName",
    "_native",
    "_action",
    "request_type",
  ],
);
const fields = fc.oneof(
  fc.constant({}),
  fc.constant({ email: demo.email, password: "" }),
  fc.constant({ email: demo.email }),
  fc.constant({ newPassword: goodPassword, reenterPassword: goodPassword }),
  fc.constant({
    ...{ email: demo.email, newPassword: goodPassword, reenterPassword: goodPassword },
    displayName: "Mallory",
  }),
  fc.dictionary(fieldName, someValue, { maxKeys: 6 }),
);
const action = fc.constantFrom("confirmed", "unified", "forgotPassword", "cancelled", "confirmed", "error");
const parameters = fc.oneof(
  fc.constant({}),
  fc.constant({ local: "signup" }),
  fc.constant({ rememberMe: "true" }),
  fc.constantFrom(
    { claimsexchange: "LocalAccountWritePasswordUsingObjectIdExchange" },
    { claimsexchange: "AAD-UserReadUsingObjectIdExchange" },
    { claimsexchange: "ForgotPasswordExchange" },
    { claimsexchange: "SignUpWithLogonEmailExchange" },
    { claimsexchange: "OIDC-V1-SampleSocialExchange" },
  ),
);
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant("post" as const), fields }),
  fc.record({ kind: fc.constant("act" as const), action, parameters }),
  fc.record({ kind: fc.constant("verify" as const), code: fc.constantFrom("", "000000", "123456", "null") }),
  fc.record({ kind: fc.constant("send" as const) }),
  fc.record({
    kind: fc.constant("open" as const),
    policy: fc.constantFrom(policy, resetPolicy, "B2C_1_plain"),
    parameters: fc.constantFrom(
      {},
      { prompt: "none" },
      { prompt: "login" },
      { login_hint: demo.email },
      { domain_hint: "social.example" },
      { response_type: "id_token", response_mode: "fragment" },
    ),
  }),
  fc.record({ kind: fc.constant("back" as const) }),
  fc.record({
    kind: fc.constant("provider" as const),
    query: fc.constantFrom("", "?code=x", "?state=x&code=x", "?error=access_denied"),
  }),
  fc.record({
    kind: fc.constant("native" as const),
    action: fc.constantFrom("", "verify:email", "send:email", "change:email"),
  }),
);

/** Plays the moves; the browser keeps every page that it saw and goes on from the newest, or after `back` an older one. */
async function play(person: Person, moves: readonly Move[], first: string): Promise<readonly string[]> {
  const pages: ShownPage[] = [];
  const locations: string[] = [];
  const see = async (response: Response) => {
    locations.push(response.headers.get("location") ?? "");
    const html = await response.clone().text();
    locations.push(/"(?:id_token|access_token|code)":"[^"]+"/.exec(html)?.[0] ?? "");
    if (response.headers.get("location")?.startsWith(redirectUri)) return;
    if (!html.includes('"transId":"')) return;
    const shown = await person.follow(
      new Response(html, { status: response.status, headers: response.headers }),
    );
    if (shown.kind === "page") pages.push(shown);
  };
  await see(await person.fetch(person.authorizeAddress(first)));
  for (const each of moves) {
    const page = pages.at(-1);
    if (each.kind === "open")
      await see(await person.fetch(person.authorizeAddress(each.policy, each.parameters)));
    else if (each.kind === "provider")
      await see(await person.fetch(`/${tenantDomain}/oauth2/authresp${each.query}`));
    else if (page === undefined) continue;
    else if (each.kind === "back") {
      const last = pages.pop();
      if (last !== undefined) pages.unshift(last);
    } else if (each.kind === "act")
      await see(await person.fetch(actionAddress(page, each.action, each.parameters)));
    else if (each.kind === "send") await person.verification(page, "VERIFICATION_REQUEST", demo.email);
    else if (each.kind === "verify")
      await person.verification(page, "VALIDATION_REQUEST", demo.email, each.code);
    else if (each.kind === "post")
      await see(await person.send(page, new URLSearchParams({ request_type: "RESPONSE", ...each.fields })));
    else
      await see(
        await person.send(
          page,
          new URLSearchParams({
            ...{ _native: "1", _action: each.action, csrf_token: page.csrf, email: demo.email },
            ...{ newPassword: goodPassword, reenterPassword: goodPassword, email_ver_input: "000000" },
          }),
        ),
      );
  }
  return locations.filter((text) =>
    /[?&#](?:code|id_token|access_token)=|"(?:id_token|access_token|code)":/.test(text),
  );
}

it("nobody who knows only an address gets a code, a token, an account or a new password", async () => {
  const count = await countAccounts(world);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(policy, resetPolicy, "B2C_1_plain"),
      fc.array(move, { minLength: 1, maxLength: 12 }),
      async (first, moves) => {
        // The plain flow asks for no proof, so that anybody may sign up there with an address of their own.
        const isOpen =
          first === "B2C_1_plain" ||
          moves.some((each) => each.kind === "open" && each.policy === "B2C_1_plain");
        const given = await play(world.person(), moves, first);
        if (!isOpen) expect(await countAccounts(world)).toBe(count);
        expect(given).toEqual([]);
      },
    ),
    { numRuns: 120, interruptAfterTimeLimit: 15_000 },
  );
  const person = world.person();
  const end = await person.signIn(aPage(await person.open("B2C_1_plain")), demo.email, demo.password);
  expect(end.kind).toBe("application");
}, 60_000);

it("the same moves with the password give a code: what looks for one finds it", async () => {
  const moves: readonly Move[] = [
    { kind: "post", fields: { email: demo.email, password: demo.password } },
    { kind: "act", action: "confirmed", parameters: {} },
  ];
  expect(await play(world.person(), moves, policy)).toHaveLength(1);
});

/** What the honest browser did, in order; a thief sees the addresses and bodies, but has no cookies of that browser. */
it("another browser gets nothing from the pages, tokens and requests of an honest one, at any moment", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("post", "confirmed", "signup", "cookies"), { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      async (attempts, hasOwnJourney) => {
        const honest = world.person();
        const thief = world.person();
        if (hasOwnJourney) await thief.open("B2C_1_plain");
        const page = aPage(await honest.open("B2C_1_plain"));
        const credentials = { email: demo.email, password: demo.password };
        const steal = async () => {
          for (const attempt of attempts) {
            if (attempt === "post") expect((await thief.post(page, credentials)).status).not.toBe("200");
            else if (attempt === "cookies") thief.cookies.clear();
            else {
              const parameters: Record<string, string> = attempt === "signup" ? { local: "signup" } : {};
              const address = actionAddress(page, attempt === "signup" ? "unified" : "confirmed", parameters);
              const response = await thief.fetch(address);
              expect(response.headers.get("location") ?? "").not.toContain("code=");
            }
          }
        };
        await steal();
        expect((await honest.post(page, credentials)).status).toBe("200");
        await steal();
        const end = await honest.act(page, "confirmed");
        expect(end.kind).toBe("application");
        await steal();
      },
    ),
    { numRuns: 25, interruptAfterTimeLimit: 10_000 },
  );
}, 60_000);

it("everything that a browser sent, sent again after the end, gives no second code and no second account", async () => {
  const requests: { address: string; init: RequestInit }[] = [];
  const person = world.person();
  const send = person.fetch.bind(person);
  person.fetch = (address, init = {}) => {
    requests.push({ address, init });
    return send(address, init);
  };
  const email = newAddress();
  const page = await person.openSignUp(policy);
  await person.prove(page, email, world.code);
  const end = await person.submit(page, {
    ...{ email, newPassword: goodPassword, reenterPassword: goodPassword },
    displayName: "Ida",
  });
  const { claims } = await person.redeem(end, policy);
  const count = await countAccounts(world);
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(requests.slice(1), { minLength: 1 }),
      fc.boolean(),
      async (again, sameBrowser) => {
        const who = world.person();
        if (sameBrowser) person.cookies.copyTo(who.cookies);
        for (const { address, init } of again) {
          const response = await who.fetch(address, init);
          expect(response.headers.get("location") ?? "").not.toContain("code=");
        }
        expect(await countAccounts(world)).toBe(count);
      },
    ),
    { numRuns: 25, interruptAfterTimeLimit: 10_000 },
  );
  expect((await accountOf(world, email))?.objectId).toBe(claims.oid);
}, 60_000);

it("a cookie or token that is cut, changed or lengthened opens nothing", async () => {
  const honest = world.person();
  const page = aPage(await honest.open("B2C_1_plain"));
  const cookies = honest.cookies.header(new URL(world.url));
  await fc.assert(
    fc.asyncProperty(
      fc.nat(cookies.length - 1),
      fc.constantFrom("cut", "change", "insert"),
      fc.constantFrom("A", "0", "x", "_"),
      async (at, how, letter) => {
        const rest = cookies.slice(at + 1);
        const forged =
          how === "cut"
            ? cookies.slice(0, at)
            : how === "change"
              ? cookies.slice(0, at) + (cookies[at] === letter ? "B" : letter) + rest
              : cookies.slice(0, at) + letter + cookies.slice(at);
        const other = world.person({ cookie: forged });
        const response = await other.fetch(
          actionAddress({ ...page, csrf: `${page.csrf.slice(0, 40)}x${page.csrf.slice(41)}` }, "confirmed"),
        );
        expect(response.status).not.toBe(500);
        expect((await response.text()).includes('"transId":"')).toBe(false);
        const login = await other.fetch(actionAddress(page, "confirmed"));
        // Whatever is left of the cookies: no code without the password.
        expect(login.headers.get("location") ?? "").not.toContain("code=");
        expect(login.status).not.toBe(500);
      },
    ),
    { numRuns: 60, interruptAfterTimeLimit: 10_000 },
  );
}, 60_000);
