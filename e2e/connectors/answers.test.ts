import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answered, type CreationRow, creation, httpError } from "./creation-rows.ts";
import { bound, collected, connector, flow, long } from "./documents.ts";
import {
  auditOf,
  callsOf,
  claimsOfSignIn,
  type Outcome,
  resultOf,
  signIn,
  signUp,
  signUpFederated,
} from "./outcome.ts";
import { fieldValue, type ShownPage } from "./shown.ts";
import { type Answer, block, goOn, validationError } from "./test-api.ts";
import { startWorld, type World } from "./world.ts";

// api-connectors.md F, UF-09 to UF-46: what an answer does to the person, the directory, the token and the records.

let world: World;
beforeAll(async () => {
  const slow = { timeoutInMilliseconds: 150, tries: 2 };
  world = await startWorld(({ api }) => ({
    connectors: {
      strict: connector("strict", `${api.url}/two`, { preset: "strict", tries: 1 }),
      slow: connector("slow", `${api.url}/two?code=key-in-the-address`, slow),
    },
    flows: {
      B2C_1_strict: flow("B2C_1_strict", bound({ two: "strict" })),
      B2C_1_slow: flow("B2C_1_slow", bound({ two: "slow" })),
      B2C_1_no_city: flow("B2C_1_no_city", {
        ...bound({ two: "two", three: "three" }),
        userAttributeAssignments: collected.filter(({ id }) => id !== "city"),
      }),
    },
  }));
});
afterAll(() => world.close());
beforeEach(() => world.api.reset());

describe("an answer before creating the user", () => {
  it.each(creation)("$title ($id)", async (row) => {
    world.api.on("/two", ...row.answers);
    const policy = row.policy ?? "B2C_1_susi";
    const outcome = await signUp(world, policy, row.fields);

    if (typeof row.result === "string") expect(resultOf(outcome)).toBe(row.result);
    else expect(resultOf(outcome)).toMatch(row.result);
    expectMembers(outcome.account?.attributes, row.stored);
    expect(outcome.account === undefined).toBe(row.stored === undefined);
    expectMembers(outcome.tokens?.claims, row.token);
    await expectRecords(outcome, row);
    if (row.nextToken) expectMembers(await claimsOfSignIn(world, policy, outcome.email), row.nextToken);
    if (row.stored === undefined) expect((await signIn(world, policy, outcome.email)).tokens).toBeUndefined();
  });

  it.each([
    ["UF-22", 400],
    ["UF-23", "400"],
  ])(
    "a validation error keeps the page, and the corrected form is asked about anew (%s)",
    async (_, status) => {
      const wrong = {
        version: "1",
        status,
        action: "ValidationError",
        userMessage: "That number is not ours.",
      };
      world.api.on("/two", answered(wrong, 400), goOn({ city: "Malmö" }));
      const first = await signUp(world, "B2C_1_susi", { givenName: "Ida", jobTitle: "Pilot" });
      expect(resultOf(first)).toBe("page: That number is not ours.");
      expect(first.account).toBeUndefined();
      const { person, page, email } = first;
      if (page === undefined) throw new Error("no page");
      const again = await person.submit(page, {
        ...{ email, newPassword: "Str0ng!enough", reenterPassword: "Str0ng!enough" },
        ...{ displayName: "Ida Lund", givenName: "Ida", jobTitle: "Captain" },
      });
      const { claims } = await person.redeem(again, "B2C_1_susi");
      expect(claims).toMatchObject({ city: "Malmö", jobTitle: "Captain", newUser: true });
      expect(world.api.to("/two").map(({ body }) => body.jobTitle)).toEqual(["Pilot", "Captain"]);
      const decisions = (await callsOf(world, first.correlationId)).map(({ decision }) => decision);
      expect(decisions).toEqual(["page", "continue", "continue"]);
    },
  );

  it("shows what was typed, but no password, on the page after a validation error", async () => {
    world.api.on("/two", validationError("Not so."));
    const { person, page } = await signUp(world, "B2C_1_susi", { givenName: "Ida", city: "Lund" });
    if (page === undefined) throw new Error("no page");
    const again = (await person.act(page, "confirmed")) as ShownPage;
    expect(fieldValue(again, "givenName")).toBe("Ida");
    expect(fieldValue(again, "city")).toBe("Lund");
    expect(again.html).not.toContain("Str0ng!enough");
  });

  it.each([
    ["local", (policy: string) => signUp(world, policy)],
    ["federated", (policy: string) => signUpFederated(world, policy, {})],
  ])("a blocked %s sign-up cannot be revived by going back (U14)", async (_, run) => {
    world.api.on("/two", block("Not today."), goOn());
    const outcome = await run("B2C_1_susi");
    expect(resultOf(outcome)).toContain("Not today.");
    const { person, page } = outcome;
    if (page === undefined) throw new Error("no page");
    const again = await person.post(page, {
      email: outcome.email,
      displayName: "x",
      newPassword: "Str0ng!enough",
      reenterPassword: "Str0ng!enough",
    });
    expect(again.status).not.toBe("");
    const after = await person.act(page, "confirmed");
    expect(after.kind).not.toBe("application");
    expect((await run("B2C_1_plain")).account).toBeDefined();
    expect(world.api.to("/two")).toHaveLength(1);
  });
});

describe("an answer after federating", () => {
  it("prefills the page, and the person may edit what it gave (UF-09)", async () => {
    world.api.on("/one", goOn({ givenName: "From-API", extension_Pers: "prefilled" }));
    const { person, shown, correlationId } = await signUpFederated(world, "B2C_1_susi", undefined);
    if (shown?.kind !== "page") throw new Error("no page");
    expect(fieldValue(shown, "givenName")).toBe("From-API");
    expect(fieldValue(shown, "extension_Pers")).toBe("prefilled");
    expect(fieldValue(shown, "surname")).toBe("Berg");
    const email = fieldValue(shown, "email") ?? "";
    const end = await person.submit(shown, {
      ...{ email, displayName: "Nils Berg", givenName: "Nisse", surname: "Berg" },
      extension_Pers: "prefilled",
    });
    const { claims } = await person.redeem(end, "B2C_1_susi");
    expect(claims).toMatchObject({ given_name: "Nisse", extension_Pers: "prefilled", newUser: true });
    const [record] = await callsOf(world, correlationId);
    expect(record?.verdicts.map(({ name, verdict }) => [name, verdict])).toEqual([
      ["givenName", "used"],
      ["extension_Pers", "used"],
    ]);
  });

  it("keeps a value that is only an application claim for the first token and stores it nowhere (A4.2)", async () => {
    world.api.on("/one", goOn({ extension_Ticket: "T-1" }));
    const { tokens, account, email } = await signUpFederated(world, "B2C_1_susi", {});
    expect(tokens?.claims.extension_Ticket).toBe("T-1");
    expect(account?.attributes[long("Ticket")]).toBeUndefined();
    const next = await signUpFederated(world, "B2C_1_susi", undefined, email);
    expect(next.tokens?.claims.oid).toBe(tokens?.claims.oid);
    expect(next.tokens?.claims.extension_Ticket).toBeUndefined();
  });

  it("blocks before any page: no account, nothing to the application (UF-10)", async () => {
    world.api.on("/one", block("Members only."));
    const outcome = await signUpFederated(world, "B2C_1_susi", undefined);
    expect(resultOf(outcome)).toMatch(/^block: .*Members only\./);
    expect(outcome.account).toBeUndefined();
    expect(world.api.received.map(({ url }) => url)).toEqual(["/one"]);
  });

  it.each([
    {
      id: "UF-38",
      title: "a validation error goes to the application with the API's sentence",
      answer: validationError("No such member."),
      expected: httpError("PreSelfAssertedRestful", "BadRequest", "No such member\\."),
    },
    {
      id: "UF-39",
      title: "a 503 goes to the application with its name",
      answer: { status: 503 },
      expected: httpError("PreSelfAssertedRestful", "ServiceUnavailable", "Service Unavailable"),
    },
  ])("$title ($id)", async ({ answer, expected }) => {
    world.api.on("/one", answer);
    const outcome = await signUpFederated(world, "B2C_1_susi", undefined);
    expect(resultOf(outcome)).toMatch(/^application: server_error: AADB2C90075: /);
    expect(resultOf(outcome)).toMatch(expected);
    if (outcome.shown?.kind !== "application") throw new Error("no answer");
    expect(outcome.shown.fields.get("state")).toBe("the-state");
    expect(outcome.shown.fields.get("error_description")).toMatch(
      new RegExp(`\r\nCorrelation ID: ${outcome.correlationId}\r\nTimestamp: [-0-9]{10} [0-9:]{8}Z\r\n$`),
    );
    expect(outcome.account).toBeUndefined();
    const [audit] = await auditOf(world, outcome.correlationId);
    expect(audit).toMatchObject({ result: "failure", details: { step: "PostFederationSignup" } });
  });
});

interface TokenRow {
  readonly id: string;
  readonly title: string;
  readonly answer: Answer;
  readonly token: Readonly<Record<string, unknown>>;
  readonly warnings?: readonly string[];
}

const beforeToken: readonly TokenRow[] = [
  {
    id: "UF-40",
    title: "built-in and custom claims that the application gets come from the API",
    answer: goOn({ city: "Malmö", extension_Pers: "api", [long("Tier")]: 9 }),
    token: { city: "Malmö", extension_Pers: "api", extension_Tier: 9 },
  },
  {
    id: "UF-41",
    title: "a claim that the application does not get stays out",
    answer: goOn({ extension_Unclaimed: "x", postalCode: "111" }),
    token: { extension_Unclaimed: undefined, postalCode: undefined, city: "Lund" },
  },
  {
    id: "UF-42",
    title: "the address cannot be changed",
    answer: goOn({ email: "mallory@evil.example", emails: ["mallory@evil.example"] }),
    token: { email: undefined },
  },
  {
    id: "UF-43",
    title: "null leaves the directory's value, or none",
    answer: goOn({ extension_Roles: null, city: null }),
    token: { extension_Roles: undefined, city: "Lund" },
  },
  {
    id: "UF-44",
    title: "a block page is ignored with its claims, and the token issued",
    answer: { body: { version: "1", action: "ShowBlockPage", userMessage: "no", city: "Malmö" } },
    token: { city: "Lund" },
    warnings: ["block-ignored-at-token-step"],
  },
];

describe("an answer before the token", () => {
  it.each(beforeToken)("$title ($id)", async ({ answer, token, warnings }) => {
    const { email, account } = await signUp(world, "B2C_1_plain", { city: "Lund", extension_Tier: "1" });
    world.api.on("/three", answer);
    const outcome = await signIn(world, "B2C_1_susi", email);
    expectMembers(outcome.tokens?.claims, { emails: [email], oid: account?.objectId, ...token });
    expect(outcome.account).toEqual(account);
    const [record] = await callsOf(world, outcome.correlationId);
    if (warnings) expect(record?.warnings).toEqual(warnings);
    const [audit, ...more] = await auditOf(world, outcome.correlationId);
    expect(audit).toMatchObject({
      result: "success",
      details: { step: "PreTokenIssuance", numberOfAttempts: 1 },
    });
    expect(more).toEqual([]);
  });

  it("that is an error gives the application an error and no token (UF-45)", async () => {
    const { email } = await signUp(world, "B2C_1_plain");
    world.api.on("/three", { status: 500 });
    const outcome = await signIn(world, "B2C_1_susi", email);
    expect(resultOf(outcome)).toMatch(/^application: server_error: AADB2C90075: /);
    expect(resultOf(outcome)).toMatch(
      httpError("PreSendClaimsRestful", "InternalServerError", "Internal Server Error"),
    );
    expect(outcome.tokens).toBeUndefined();
  });

  it("blocks where the tenant wants it so (UF-44)", async () => {
    const own = await startWorld(() => ({ tenant: { settings: { enforceBlockAtTokenStep: true } } }));
    try {
      const { email } = await signUp(own, "B2C_1_plain");
      own.api.on("/three", block("Suspended."));
      const outcome = await signIn(own, "B2C_1_susi", email);
      expect(resultOf(outcome)).toMatch(/^block: .*Suspended\./);
    } finally {
      await own.close();
    }
  });
});

/** `undefined` and `null` say that the member is absent. */
function expectMembers(
  actual: Readonly<Record<string, unknown>> | undefined,
  expected: Readonly<Record<string, unknown>> | undefined,
): void {
  for (const [name, value] of Object.entries(expected ?? {})) {
    expect(actual, name).toBeDefined();
    expect(actual?.[name], name).toEqual(value ?? undefined);
  }
}

async function expectRecords(outcome: Outcome, row: CreationRow): Promise<void> {
  const step = "PostAttributeCollection";
  const records = (await callsOf(world, outcome.correlationId)).filter((call) => call.connectorStep === step);
  expect(records).toHaveLength(1);
  const [record] = records;
  if (row.warnings) expect(record?.warnings).toEqual(row.warnings);
  if (row.attempts !== undefined) {
    expect(record?.attempts).toHaveLength(row.attempts);
    expect(world.api.to("/two")).toHaveLength(row.attempts);
  }
  for (const [name, verdict] of Object.entries(row.verdicts ?? {})) {
    expect(record?.verdicts.find((each) => each.name === name)).toMatchObject({ name, verdict });
  }
  const rows = (await auditOf(world, outcome.correlationId)).filter(({ details }) => details.step === step);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    category: "Authentication",
    activity: "An API was called as part of a user flow",
    policyId: row.policy ?? "B2C_1_susi",
    ...row.audit,
    details: {
      targetHost: new URL(world.api.url).host,
      ...(row.audit?.details as Record<string, unknown> | undefined),
    },
  });
}
