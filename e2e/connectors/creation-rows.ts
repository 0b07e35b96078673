import { long } from "./documents.ts";
import type { Fields } from "./outcome.ts";
import { type Answer, type Behaviour, block, goOn, reset, silence } from "./test-api.ts";

// The rows of api-connectors.md F about the step before creating the user.

const unusable = (profile: string) =>
  `The claims exchange specified in technical profile '${profile}' did not complete as expected. You might want to try starting your session over from the beginning.`;
export const httpError = (profile: string, code: string, reason: string) =>
  new RegExp(
    `The claims exchange '${profile}' specified in step '\\d+' returned HTTP error response with Code '${code}' and Reason '${reason}'\\.`,
  );

export interface CreationRow {
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

export const answered = (body: unknown, status = 200): Answer => ({ status, body });

/** Before creating the user: one row of the table each. */
export const creation: readonly CreationRow[] = [
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
