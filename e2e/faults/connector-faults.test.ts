import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestAuthority } from "../../packages/server/src/outbound/fault-server.fixture.ts";
import { bound, connector, connectorPassword, flow } from "../connectors/documents.ts";
import { auditOf, callsOf, resultOf, signIn, signUp, signUpFederated } from "../connectors/outcome.ts";
import { type Behaviour, goOn, reset, silence, TestApi } from "../connectors/test-api.ts";
import { freePort, startWorld, type World } from "../connectors/world.ts";

// Faults of an API: security-and-fault-tests.md 6.4 (9) to (13), api-connectors.md A3.1, A7, U64.

const bomb = gzipSync(Buffer.alloc(20_000_000, " "));
const key = "key-in-the-address-90ab";

let world: World;
let strangeApi: TestApi;
beforeAll(async () => {
  strangeApi = await TestApi.start(createTestAuthority().issue({ names: ["localhost"] }));
  const closedPort = await freePort();
  const limits = { timeoutInMilliseconds: 5000, tries: 1 };
  world = await startWorld(({ api }) => ({
    connectors: {
      fault: connector("fault", `${api.url}/fault?code=${key}`, limits),
      slow: connector("slow", `${api.url}/fault?code=${key}`, { timeoutInMilliseconds: 200, tries: 1 }),
      refused: connector("refused", `http://localhost:${closedPort}/fault?code=${key}`, limits),
      strange: connector("strange", `${strangeApi.url}/fault?code=${key}`, limits),
      breaking: connector("breaking", `${api.url}/breaking?code=${key}`, limits),
    },
    flows: {
      ...Object.fromEntries(
        ["fault", "slow", "refused", "strange", "breaking"].map((id) => [
          `B2C_1_${id}`,
          flow(`B2C_1_${id}`, bound({ two: id })),
        ]),
      ),
      B2C_1_all: flow("B2C_1_all", bound({ one: "fault", three: "fault" })),
    },
  }));
});
afterAll(async () => {
  await Promise.all([world.close(), strangeApi.close()]);
});
beforeEach(() => world.api.reset());

const connection =
  /^page: Failed to establish connection to restful service end point\. Restful service URL: https?:\/\/localhost:\d+\/fault$/;
const timeout =
  /^page: Failed to establish connection to restful service end point within timeout limit 0\.2 seconds\. Restful service URL: http:\/\/localhost:\d+\/fault$/;
const unusable =
  /^page: The claims exchange specified in technical profile 'PreUserWriteRestful' did not complete as expected\. You might want to try starting your session over from the beginning\.$/;
const status = (code: string) =>
  new RegExp(
    `^page: The claims exchange 'PreUserWriteRestful' specified in step '\\d+' returned HTTP error response with Code '${code}' and Reason '[^']+'\\.$`,
  );

const raw =
  (answer: (socket: NodeJS.WritableStream & { destroy(): void }) => void): Behaviour =>
  (_request, response) => {
    if (response.socket) answer(response.socket);
    return "handled";
  };
const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

interface Fault {
  readonly title: string;
  readonly behaviour: Behaviour;
  readonly sentence: RegExp;
  /** Kind of failure in the call record. */
  readonly cause: string;
}

const faults: readonly Fault[] = [
  { title: "breaks the connection", behaviour: reset, sentence: connection, cause: "reset" },
  {
    title: "closes the connection without a word",
    behaviour: raw((socket) => socket.destroy()),
    sentence: connection,
    cause: "reset",
  },
  { title: "never answers", behaviour: silence, sentence: timeout, cause: "timeout" },
  {
    title: "sends only an interim answer",
    behaviour: raw((socket) => socket.write("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n")),
    sentence: timeout,
    cause: "timeout",
  },
  {
    title: "never ends its headers",
    behaviour: raw((socket) => socket.write(head)),
    sentence: timeout,
    cause: "timeout",
  },
  {
    title: "never ends its body",
    behaviour: raw((socket) => socket.write(`${head}content-length: 100\r\n\r\n{"version":`)),
    sentence: timeout,
    cause: "timeout",
  },
  {
    title: "is cut off in the middle of its body",
    behaviour: raw((socket) => {
      socket.write(`${head}content-length: 100\r\n\r\n{"version":"1","action":"Continue"`, () =>
        socket.destroy(),
      );
    }),
    sentence: connection,
    cause: "reset",
  },
  {
    title: "answers without end",
    behaviour: (_request, response) => {
      const chunk = Buffer.alloc(65_536, " ");
      const more = () => {
        if (response.destroyed) return;
        response.write(chunk, () => setImmediate(more));
      };
      more();
      return "handled";
    },
    sentence: connection,
    cause: "tooLarge",
  },
  {
    title: "answers a small body that unpacks to a huge one",
    behaviour: (_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb);
      return "handled";
    },
    sentence: connection,
    cause: "tooLarge",
  },
  ...(
    [
      ["JSON that is cut off", '{"version":"1","action":"Continue"'],
      ["HTML", "<html>Sign in to the proxy</html>"],
      ["null", "null"],
      ["a list", '[{"action":"Continue"}]'],
      ["a text", '"Continue"'],
      ["a number", "200"],
      ["true", "true"],
      ["an action that is an object", '{"version":"1","action":{"x":1}}'],
      ["an action that does not exist", '{"version":"1","action":"Maybe"}'],
      ["a claim that is an object", '{"version":"1","action":"Continue","city":{"a":1}}'],
      ["a claim that is a list", '{"version":"1","action":"Continue","city":["Lund"]}'],
      ["a number that is too big", '{"version":"1","action":"Continue","extension_Tier":1e400}'],
      ["a value that is too long", `{"version":"1","action":"Continue","city":"${"x".repeat(129)}"}`],
      ["markup in a name", '{"version":"1","action":"Continue","displayName":"<b>x</b>"}'],
      [
        "too deep a nesting",
        `{"version":"1","action":"Continue","city":${"[".repeat(5000)}${"]".repeat(5000)}}`,
      ],
      ["nothing", ""],
      ["spaces", "   "],
      ["bytes that are no text", "\u0000\u0001\ufffd"],
    ] as const
  ).map(
    ([what, text]): Fault => ({
      title: `answers ${what}`,
      behaviour: { text },
      sentence: unusable,
      cause: "answer",
    }),
  ),
  {
    title: "answers 204",
    behaviour: (_request, response) => {
      response.writeHead(204).end();
      return "handled";
    },
    sentence: unusable,
    cause: "answer",
  },
  ...(
    [
      [301, "MovedPermanently|Moved"],
      [302, "Found|Redirect"],
      [307, "TemporaryRedirect|RedirectKeepVerb"],
      [304, "NotModified"],
      [400, "BadRequest"],
      [404, "NotFound"],
      [418, "418"],
      [429, "TooManyRequests"],
      [500, "InternalServerError"],
      [502, "BadGateway"],
      [503, "ServiceUnavailable"],
      [504, "GatewayTimeout"],
      [599, "599"],
    ] as const
  ).map(
    ([code, name]): Fault => ({
      title: `answers ${code}`,
      behaviour: {
        status: code,
        ...(code === 304 ? {} : { text: `Exception at C:\\api\\Secret.cs:line 12 ${key}` }),
        headers: { location: `/elsewhere?${key}` },
      },
      sentence: status(`(?:${name})`),
      cause: "answer",
    }),
  ),
];

describe("an API that", () => {
  it.each(faults)("$title keeps the person on the page with a clear sentence", async (fault) => {
    world.api.on("/fault", fault.behaviour);
    const id = fault.cause === "timeout" ? "slow" : "fault";
    const outcome = await signUp(world, `B2C_1_${id}`);
    expect(resultOf(outcome)).toMatch(fault.sentence);
    expect(outcome.account).toBeUndefined();
    expect(world.api.received.map(({ url }) => url)).toEqual([`/fault?code=${key}`]);
    const [record, ...more] = await callsOf(world, outcome.correlationId);
    expect(more).toEqual([]);
    expect(record).toMatchObject({ decision: "fail", failure: { kind: fault.cause } });
    expect(record?.failure?.detail.length).toBeGreaterThan(10);
    const [audit] = await auditOf(world, outcome.correlationId);
    expect(audit).toMatchObject({ result: "failure", details: { connectorId: id, numberOfAttempts: 1 } });
    const everything = outcome.person.heard.join() + JSON.stringify([record, audit]);
    for (const secret of [key, connectorPassword]) expect(everything).not.toContain(secret);
    expect(outcome.person.heard.join()).not.toMatch(/ECONN|UND_ERR|Exception|node_modules|\n\s+at /);

    world.api.on("/fault", goOn());
    expect(resultOf(await signUp(world, "B2C_1_fault", {}, outcome.email))).toBe("token");
  });

  it.each([
    ["does not listen", "refused", "connect"],
    ["shows a certificate of nobody's authority", "strange", "tls"],
  ])("%s keeps the person on the page with a clear sentence", async (_, id, cause) => {
    const outcome = await signUp(world, `B2C_1_${id}`);
    expect(resultOf(outcome)).toMatch(connection);
    expect(outcome.account).toBeUndefined();
    const [record] = await callsOf(world, outcome.correlationId);
    expect(record?.failure?.kind).toBe(cause);
    expect(outcome.person.heard.join() + JSON.stringify(record)).not.toContain(key);
    expect(strangeApi.received).toEqual([]);
  });

  it("sends early hints before its answer is understood", async () => {
    world.api.on("/fault", (_request, response) => {
      response.writeEarlyHints({ link: "</x>; rel=preload" });
      response
        .writeHead(200, { "content-type": "application/json" })
        .end('{"version":"1","action":"Continue"}');
      return "handled";
    });
    expect(resultOf(await signUp(world, "B2C_1_fault"))).toBe("token");
  });

  it("redirects is not followed", async () => {
    world.api.on("/fault", { status: 302, headers: { location: `${world.api.url}/elsewhere` } });
    await signUp(world, "B2C_1_fault");
    expect(world.api.to("/elsewhere")).toEqual([]);
  });
});

describe("at a step without a page", () => {
  it.each([
    ["after federating", (policy: string) => signUpFederated(world, policy, undefined)],
    [
      "before the token",
      async (policy: string) => {
        const { email } = await signUp(world, "B2C_1_plain");
        return signIn(world, policy, email);
      },
    ],
  ])("%s every fault ends at the application, with state and without a code", async (_, run) => {
    for (const behaviour of [reset, { text: "null" }, { status: 500 }] as const) {
      world.api.on("/fault", behaviour);
      const outcome = await run("B2C_1_all");
      expect(resultOf(outcome)).toMatch(/^application: server_error: AADB2C90(075|255): /);
      if (outcome.shown?.kind !== "application") throw new Error("no answer");
      expect(outcome.shown.fields.get("state")).toBe("the-state");
      expect(outcome.shown.fields.has("code")).toBe(false);
      expect(outcome.shown.location).not.toContain(key);
      const records = await callsOf(world, outcome.correlationId);
      expect(records.at(-1)?.decision).toBe("fail");
    }
  });
});

it("after ten failures in a row an API is left alone for a while, others are not, and then it is tried again", async () => {
  world.api.on("/breaking", reset);
  for (let n = 0; n < 10; n += 1) await signUp(world, "B2C_1_breaking");
  expect(world.api.to("/breaking")).toHaveLength(10);
  const spared = await signUp(world, "B2C_1_breaking");
  expect(resultOf(spared)).toMatch(
    /^page: The circuit is open after repeated failures and is not allowing calls\. Restful Service URL: http:\/\/localhost:\d+\/breaking$/,
  );
  expect(spared.account).toBeUndefined();
  expect(world.api.to("/breaking")).toHaveLength(10);
  expect((await callsOf(world, spared.correlationId))[0]?.failure?.kind).toBe("circuitOpen");
  expect(resultOf(await signUp(world, "B2C_1_fault"))).toBe("token");
});
