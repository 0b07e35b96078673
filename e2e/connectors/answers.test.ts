import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bound, collected, connector, flow, long } from "./documents.ts";
import {
  auditOf,
  callsOf,
  claimsOfSignIn,
  type Fields,
  type Outcome,
  resultOf,
  signIn,
  signUp,
  signUpFederated,
} from "./outcome.ts";
import { fieldValue, type ShownPage } from "./person.ts";
import { type Answer, type Behaviour, block, goOn, reset, silence, validationError } from "./test-api.ts";
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

const unusable = (profile: string) =>
  `The claims exchange specified in technical profile '${profile}' did not complete as expected. You might want to try starting your session over from the beginning.`;
const httpError = (profile: string, code: string, reason: string) =>
  new RegExp(
    `The claims exchange '${profile}' specified in step '\\d+' returned HTTP error response with Code '${code}' and Reason '${reason}'\\.`,
  );

interface CreationRow {
  readonly id: string;
  readonly title: string;
  readonly answers: readonly Behaviour[];
  /** Absent = the flow with connectors at all steps. */
  readonly policy?: string;
  readonly fields?: Fields;
  /** `token`, or what the page says. */
  readonly result: string | RegExp;
  /** Attributes of the account; null = absent. Undefined = no account at all. */
  readonly stored?: Readonly<Record<string, unknown>>;
  /** Claims of the id token; undefined = absent. */
  readonly token?: Readonly<Record<string, unknown>>;
  /** Claims of the next sign-in. */
  readonly nextToken?: Readonly<Record<string, unknown>>;
  readonly attempts?: number;
  readonly warnings?: readonly string[];
  readonly verdicts?: Readonly<Record<string, "used" | "ignored">>;
  readonly audit?: Readonly<Record<string, unknown>>;
}

const answered = (body: unknown, status = 200): Answer => ({ status, body });

/** Before creating the user: one row of the table each. */
const creation: readonly CreationRow[] = [
  {
    id: "UF-11",
    title: "a value that continues wins over what was typed, and is stored",
    answers: [goOn({ city: "Malmö" })],
    fields: { city: "malmö" },
    result: "token",
    stored: { city: "Malmö" },
    token: { city: "Malmö" },
    nextToken: { city: "Malmö" },
    verdicts: { city: "used" },
  },
  {
    id: "UF-12",
    title: "a custom attribute under its full name is stored with its type",
    answers: [goOn({ [long("Tier")]: 2 })],
    result: "token",
    stored: { [long("Tier")]: 2 },
    token: { extension_Tier: 2 },
    verdicts: { [long("Tier")]: "used" },
  },
  {
    id: "UF-13",
    title: "the id in the name is optional, and a text becomes a number",
    answers: [goOn({ extension_Tier: "2" })],
    result: "token",
    stored: { [long("Tier")]: 2 },
    token: { extension_Tier: 2 },
  },
  {
    id: "UF-14",
    title: "the bare name of a custom attribute is ignored",
    answers: [goOn({ Tier: 2 })],
    result: "token",
    stored: { [long("Tier")]: null },
    token: { extension_Tier: undefined },
    verdicts: { Tier: "ignored" },
  },
  {
    id: "UF-15",
    title: "an attribute of another extensions application is ignored",
    answers: [goOn({ extension_00000000000040008000000000000009_Tier: 2 })],
    result: "token",
    stored: { [long("Tier")]: null },
    verdicts: { extension_00000000000040008000000000000009_Tier: "ignored" },
  },
  {
    id: "UF-16",
    title: "an attribute that is only an application claim is in the first token and nowhere else",
    policy: "B2C_1_no_city",
    answers: [goOn({ city: "Malmö" })],
    result: "token",
    stored: { city: null },
    token: { city: "Malmö" },
    nextToken: { city: undefined },
  },
  {
    id: "UF-17",
    title: "an empty text erases a value before it is stored",
    answers: [goOn({ [long("InviteCode")]: "" })],
    fields: { extension_InviteCode: "once-only" },
    result: "token",
    stored: { [long("InviteCode")]: null },
    token: { extension_InviteCode: undefined },
  },
  {
    id: "UF-18",
    title: "null leaves the person's own value",
    answers: [goOn({ jobTitle: null })],
    fields: { jobTitle: "Pilot" },
    result: "token",
    stored: { jobTitle: "Pilot" },
  },
  {
    id: "UF-19",
    title: "address, object id and unknown names are ignored",
    answers: [goOn({ email: "other@x.example", objectId: "00000000-0000-4000-8000-00000000000f", foo: 1 })],
    result: "token",
    stored: {},
    verdicts: { email: "ignored", objectId: "ignored", foo: "ignored" },
  },
  {
    id: "UF-20",
    title: "a value of the wrong type makes the whole answer unusable",
    answers: [goOn({ extension_Tier: "gold" })],
    result: `page: ${unusable("PreUserWriteRestful")}`,
    audit: { result: "failure" },
  },
  {
    id: "UF-21",
    title: "a block page ends the sign-up, whatever stands beside it",
    answers: [answered({ action: "ShowBlockPage", status: 400, userMessage: "Not today.", city: null })],
    result: /^block: .*Not today\./,
    audit: { result: "success" },
  },
  {
    id: "UF-24",
    title: "a validation error without status in the body is shown",
    answers: [answered({ version: "1", action: "ValidationError", userMessage: "Try again." }, 400)],
    result: "page: Try again.",
    warnings: ["status-missing"],
  },
  {
    id: "UF-25",
    title: "a validation error with status 200 is shown and never creates",
    answers: [answered({ version: "1", action: "ValidationError", userMessage: "Try again." })],
    result: "page: Try again.",
    warnings: ["http-status-mismatch"],
  },
  {
    id: "UF-26",
    title: "a 400 without message is the service's own sentence",
    answers: [answered({ version: "1", code: "x" }, 400)],
    result: httpError("PreUserWriteRestful", "BadRequest", "Bad Request"),
    audit: { result: "failure" },
  },
  {
    id: "UF-27",
    title: "a 409 in the form of custom policies is shown like a validation error",
    answers: [answered({ version: "1", status: 409, userMessage: "Taken." }, 409)],
    result: "page: Taken.",
  },
  {
    id: "UF-28",
    title: "refused credentials are said without them, and tried once",
    answers: [{ status: 401 }],
    result:
      "page: Basic credentials specified for 'PreUserWriteRestful' are invalid. Check that the credentials are correct and that access has been granted by the resource.",
    attempts: 1,
    audit: { result: "failure", details: { httpStatus: 401, numberOfAttempts: 1 } },
  },
  {
    id: "UF-29",
    title: "a 500 is not tried again",
    answers: [{ status: 500, text: "<h1>NullReferenceException at Secret.cs:12</h1>" }],
    result: httpError("PreUserWriteRestful", "InternalServerError", "Internal Server Error"),
    attempts: 1,
    audit: { result: "failure", details: { httpStatus: 500 } },
  },
  {
    id: "UF-30",
    title: "an answer that is no JSON is unusable",
    answers: [{ text: "not json" }],
    result: `page: ${unusable("PreUserWriteRestful")}`,
  },
  {
    id: "UF-31",
    title: "an empty answer is unusable",
    answers: [{}],
    result: `page: ${unusable("PreUserWriteRestful")}`,
  },
  {
    id: "UF-32",
    title: "Allow, as old samples say it, continues",
    answers: [answered({ version: "1.0.0.0", action: "Allow" })],
    result: "token",
    stored: {},
    warnings: ["legacy-action:Allow"],
  },
  {
    id: "UF-32",
    title: "Allow is refused where answers are strict",
    policy: "B2C_1_strict",
    answers: [answered({ version: "1.0.0.0", action: "Allow" })],
    result: `page: ${unusable("PreUserWriteRestful")}`,
  },
  {
    id: "UF-33",
    title: "an answer without action continues",
    answers: [answered({ decision: "CONTINUE" })],
    result: "token",
    stored: {},
    warnings: ["action-missing", "version-missing", "unknown-claim:decision"],
  },
  {
    id: "UF-33",
    title: "an answer without action is refused where answers are strict",
    policy: "B2C_1_strict",
    answers: [answered({ decision: "CONTINUE" })],
    result: `page: ${unusable("PreUserWriteRestful")}`,
  },
  {
    id: "UF-34",
    title: "neither the case of the action nor the version matters",
    answers: [answered({ version: "0.0.1", action: "continue" })],
    result: "token",
    stored: {},
    warnings: [],
  },
  {
    id: "UF-35",
    title: "an action that does not exist fails closed",
    answers: [answered({ version: "1", action: "Block", userMessage: "x" })],
    result: `page: ${unusable("PreUserWriteRestful")}`,
  },
  {
    id: "UF-36",
    title: "a connection that breaks is tried again, in one row",
    answers: [reset, goOn()],
    result: "token",
    stored: {},
    attempts: 2,
    audit: { result: "success", details: { numberOfAttempts: 2 } },
  },
  {
    id: "UF-37",
    title: "an API that stays silent is tried as often as configured; the sentence holds no key",
    policy: "B2C_1_slow",
    answers: [silence],
    result:
      /^page: Failed to establish connection to restful service end point within timeout limit 0\.15 seconds\. Restful service URL: http:\/\/localhost:\d+\/two$/,
    attempts: 2,
    audit: { result: "failure", reason: "timeout", details: { numberOfAttempts: 2 } },
  },
  {
    id: "UF-46",
    title: "markup in a message is shown as text",
    answers: [block("<b>x</b> & <script>alert(1)</script>")],
    result: /^block: .*<b>x<\/b> & <script>alert\(1\)<\/script>/,
  },
];

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
