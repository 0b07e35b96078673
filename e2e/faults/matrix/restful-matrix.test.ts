import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestAuthority } from "../../../packages/server/src/outbound/fault-server.fixture.ts";
import {
  customPolicyWith,
  type ProfileOptions,
  type ProfilePlace,
  stepOf,
  submitForm,
  walkToProfile,
} from "./custom-policy.ts";
import { expectSecrecy, expectTries } from "./expectations.ts";
import { passTime, stopTime } from "./fake-clock.ts";
import { type AnyFault, type FaultyApi, faults, startFaultyApi, useStranger } from "./faulty-api.ts";
import { type ProfileSetting, profileSettings } from "./profile-settings.ts";
import { Scene, type Seen, secrets } from "./scene.ts";
import { type AnswerFault, type Fault, replies } from "./wire-faults.ts";

// The same faults, met by a RESTful technical profile of a custom policy: behind a form, in a step before the account is
// written, in a step before the token (api-connectors.md B5 to B10). What the person and the application are told differs
// from a connector's; the transport does not.

const authority = createTestAuthority();
useStranger(createTestAuthority());
const places: readonly ProfilePlace[] = ["form", "beforeWriting", "beforeToken"];

beforeAll(stopTime);
afterAll(() => {
  vi.useRealTimers();
});

/** Every setting in its turn. */
function settingAt(turn: number): ProfileSetting {
  const setting = profileSettings[turn % profileSettings.length];
  if (!setting) throw new Error("no settings");
  return setting;
}

const isTaken = (fault: Fault) => "taken" in fault && fault.taken === true;

interface Met {
  readonly api: FaultyApi;
  readonly scene: Scene;
  readonly seen: Seen;
}

/** A sign-up that meets a fault, and everything that is told of it. */
async function meet(
  fault: AnyFault,
  place: ProfilePlace,
  setting: ProfileSetting,
  options: ProfileOptions,
  then: (met: Met) => void | Promise<void>,
): Promise<void> {
  const api = await startFaultyApi(fault, authority);
  const withCertificate = api.client.certificate !== undefined;
  const policy = customPolicyWith(place, setting, api.url, withCertificate, options);
  const scene = new Scene({ policy, authority, ...api.client });
  try {
    const seen = await passTime(scene.signUp(walkToProfile(place)));
    expectSecrecy(seen, setting, api.url);
    await then({ api, scene, seen });
  } finally {
    await scene.close();
    await api.close();
  }
}

const cases = faults.flatMap((fault, index) =>
  places.map((place, position) => {
    const setting = settingAt(index + position);
    return { title: `${fault.name}, ${place}, ${setting.name}`, fault, place, setting };
  }),
);

it("there are 400 cases at least, all different", () => {
  expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  expect(cases.length).toBeGreaterThanOrEqual(400);
});

describe("a RESTful technical profile whose API", () => {
  it.each(cases.map((each) => [each.title, each] as const))("%s", async (_, { fault, place, setting }) => {
    await meet(fault, place, setting, {}, async ({ api, scene, seen }) => {
      expectTries(seen, fault, setting, api);
      if (isTaken(fault)) {
        expect(seen.outcome.kind, seen.text).toBe("issued");
        expect(seen.hasAccount).toBe(true);
        expect(seen.calls).toMatchObject([{ decision: "continue", technicalProfile: "REST-CheckMember" }]);
        return;
      }
      expectFailure(seen, fault, place);
      expectWords(seen, fault, place, setting, api);
      await api.heal();
      const next = await passTime(scene.signUp(walkToProfile(place)));
      expect(next.outcome.kind, next.text).toBe("issued");
      expect(next.attributes).toHaveLength(1);
    });
  });
});

describe("whoever stays at the form gets through when the API answers again, after it", () => {
  const everyThird = faults.filter((fault, index) => index % 3 === 0 && !isTaken(fault));
  it.each(everyThird.map((fault) => [fault.name, fault] as const))("%s", async (_, fault) => {
    await meet(fault, "form", settingAt(0), {}, async ({ api, scene, seen }) => {
      expect(seen.outcome.kind).toBe("refused");
      await api.heal();
      const again = await passTime(scene.goOn(submitForm));
      expect(again.outcome.kind, again.text).toBe("issued");
      expect(again.attributes).toHaveLength(1);
    });
  });
});

describe("with ContinueOnError the form is accepted, and nothing is said of an API that", () => {
  const half = faults.filter((fault, index) => index % 2 === 0 && !isTaken(fault));
  it.each(half.map((fault, index) => [fault.name, fault, index] as const))("%s", async (_, fault, index) => {
    await meet(fault, "form", settingAt(index), { continueOnError: true }, ({ seen }) => {
      expect(seen.outcome.kind, seen.text).toBe("issued");
      expect(seen.attributes).toHaveLength(1);
      expect(seen.attributes[0]).not.toHaveProperty("city");
      // The operator learns of it all the same.
      expectCause(seen, fault, "fail");
    });
  });
});

describe("where the policy says so, the journey goes on past an API that", () => {
  const half = faults.filter((fault, index) => index % 2 === 1 && !isTaken(fault));
  const claims = { city: "Nowhere", extension_Tier: 7 };
  const metadata = [
    { "vestibule.onFailure": "continue" },
    { "vestibule.onFailure": "continue", "vestibule.claimsOnFailure": JSON.stringify(claims) },
  ];
  const goingOn = half.flatMap((fault, index) =>
    metadata.map((items, which) => ({ fault, index: index + which, items })),
  );
  it.each(
    goingOn.map(
      (each) =>
        [
          `${each.fault.name}, ${Object.keys(each.items).length === 2 ? "with" : "without"} claims`,
          each,
        ] as const,
    ),
  )("%s", async (_, { fault, index, items }) => {
    const place = places[index % places.length] ?? "form";
    await meet(fault, place, settingAt(index), { metadata: items }, ({ seen }) => {
      if (fault.met === "refusedAddress") {
        // An address that must not be called is the operator's to mend.
        expectFailure(seen, fault, place);
        return;
      }
      expect(seen.outcome.kind, seen.text).toBe("issued");
      expect(seen.attributes).toHaveLength(1);
      expectCause(seen, fault, "continue");
      expect(seen.calls[0]?.warnings).toContain("failure-ignored");
      const given = "vestibule.claimsOnFailure" in items;
      const token = seen.outcome.kind === "issued" ? seen.outcome.claims : {};
      expect(token.city).toBe(given ? "Nowhere" : undefined);
      // A form hands on only what is among its own output claims.
      expect(token.tier).toBe(given && place !== "form" ? 7 : undefined);
      expect(seen.attributes[0]?.city).toBe(given && place !== "beforeToken" ? "Nowhere" : undefined);
    });
  });
});

describe("an API's own word", () => {
  const word = (status: number, body: unknown, type = "application/json"): AnswerFault => ({
    name: `answers ${status}`,
    met: status,
    answer: replies(status, typeof body === "string" ? body : JSON.stringify(body), { "content-type": type }),
  });
  const protocol = (message: unknown, more: object = {}) => ({
    version: "1.0.0",
    status: 409,
    userMessage: message,
    ...more,
  });
  const words = [400, 401, 403, 404, 409, 410, 418, 422, 429, 451, 499].map((status) => ({ status }));
  const told = "Your membership has ended.";

  it.each(words.flatMap(({ status }) => places.map((place) => [status, place] as const)))(
    "with %i stops the person, %s",
    async (status, place) => {
      const setting = settingAt(status);
      await meet(word(status, protocol(told)), place, setting, {}, async ({ api, scene, seen }) => {
        expectTries(seen, word(status, ""), setting, api);
        expectWord(seen, place, told);
        await api.heal();
        const next = await passTime(scene.signUp(walkToProfile(place)));
        expect(next.outcome.kind, next.text).toBe("issued");
      });
    },
  );

  it.each(places.flatMap((place) => [400, 409].map((status) => [status, place] as const)))(
    "with %i counts where failures are passed over, %s",
    async (status, place) => {
      const metadata = { "vestibule.onFailure": "continue" };
      await meet(word(status, protocol(told)), place, settingAt(0), { metadata }, ({ seen }) =>
        expectWord(seen, place, told),
      );
    },
  );

  it("is passed over with ContinueOnError, as B2C does", async () => {
    await meet(word(409, protocol(told)), "form", settingAt(0), { continueOnError: true }, ({ seen }) => {
      expect(seen.outcome.kind).toBe("issued");
      expect(seen.calls).toMatchObject([{ decision: "page" }]);
    });
  });

  it.each<[string, unknown, string]>([
    ["in capitals", { UserMessage: told }, told],
    ["beside what only DebugMode shows", protocol(told, { code: "E1", developerMessage: "at x.js:1" }), told],
    ["repeating our credentials", protocol(`Key ${secrets.password}?`), "Key ******?"],
    ["repeating the key of the address", protocol(`No ${secrets.keyInUrl}`), "No ******"],
    ["at great length", protocol("x".repeat(5000)), "x".repeat(1000)],
  ])("%s is told as it may be", async (_, body, shown) => {
    for (const place of ["form", "beforeToken"] as const) {
      await meet(word(400, body), place, settingAt(0), {}, ({ seen }) => {
        expectWord(seen, place, shown);
        expect(seen.text).not.toContain("E1");
        expect(seen.text.length).toBeLessThanOrEqual(2000);
      });
    }
  });

  it("comes with its details where DebugMode asks for them, behind the form only", async () => {
    const body = protocol(told, {
      code: "E1",
      requestId: "r-7",
      developerMessage: "no row",
      moreInfo: "help",
    });
    const debug = settingAt(2);
    await meet(word(409, body), "form", debug, {}, ({ seen }) =>
      expect(seen.text).toBe(`${told}\nCode: E1\nRequestId: r-7\nDeveloperMessage: no row\nMoreInfo: help`),
    );
    await meet(word(409, body), "beforeToken", debug, {}, ({ seen }) =>
      expect(seen.text).not.toContain("E1"),
    );
  });

  it.each<[string, number, unknown, string?]>([
    ["is missing", 400, { version: "1" }],
    ["is empty", 400, protocol("")],
    ["is blank", 409, protocol("  ")],
    ["is a number", 400, protocol(5)],
    ["is a list", 409, protocol(["x"])],
    ["stands in a list", 400, [protocol(told)]],
    ["is cut off", 409, '{"userMessage":"Your memb'],
    ["comes with 500", 500, protocol(told)],
    ["is text", 409, told, "text/plain"],
  ])("that %s is none", async (_, status, body, type) => {
    for (const place of places) {
      const fault = word(status, body, type);
      await meet(fault, place, settingAt(0), {}, ({ api, seen }) => {
        expectFailure(seen, fault, place);
        expectWords(seen, fault, place, settingAt(0), api);
      });
    }
  });
});

/** At the form the person may try again; elsewhere the application learns of it. Nothing goes out, nothing is written. */
function expectFailure(seen: Seen, fault: Fault, place: ProfilePlace): void {
  expect(seen.outcome.kind, seen.text).toBe(place === "form" ? "refused" : "relyingPartyError");
  expect(seen.hasAccount).toBe(place === "beforeToken");
  expectCause(seen, fault, "fail");
}

/** One record, with the cause; the journey's trace leads to it. */
function expectCause(seen: Seen, fault: Fault, decision: "fail" | "continue"): void {
  const [call, ...others] = seen.calls;
  expect(others).toEqual([]);
  expect(call).toMatchObject({ decision, technicalProfile: "REST-CheckMember" });
  expect(call?.failure?.kind).toBe(typeof fault.met === "number" ? "answer" : fault.met);
  expect(call?.failure?.detail.length).toBeGreaterThan(10);
  expect(seen.trace).toContain(call?.id);
}

/** The code and the sentence, by api-connectors.md B8 and B9. */
function expectWords(
  seen: Seen,
  fault: Fault,
  place: ProfilePlace,
  setting: ProfileSetting,
  api: FaultyApi,
): void {
  const { code, page, application } = wordsOf(fault, place, setting, api);
  if (seen.outcome.kind === "refused") {
    expect(seen.outcome.problem.errorCode).toBe(code);
    expect(seen.text.slice(0, page.length)).toBe(page);
    return;
  }
  expect(seen.outcome).toMatchObject({ error: "server_error", code });
  expect(seen.text.slice(0, application.length)).toBe(application);
}

/** How the sentences begin, as far as they are the same for all faults of a kind. */
interface Words {
  readonly code: string;
  readonly page: string;
  readonly application: string;
}

function wordsOf(fault: Fault, place: ProfilePlace, setting: ProfileSetting, api: FaultyApi): Words {
  const { metadata, policy } = setting;
  const general = metadata.DefaultUserMessageIfRequestFailed;
  const exchange = `The claims exchange 'REST-CheckMember' specified in step '${stepOf[place]}' returned HTTP error response`;
  if (typeof fault.met === "number") {
    const basic = metadata.AuthenticationType === "Basic";
    const unusable = fault.met === 200;
    const [code, text] = unusable
      ? [
          "AADB2C90255",
          "The claims exchange specified in technical profile 'REST-CheckMember' did not complete",
        ]
      : basic && (fault.met === 401 || fault.met === 403)
        ? ["AADB2C90027", "Basic credentials specified for 'REST-CheckMember' are invalid."]
        : fault.met === 409
          ? ["AADB2C90261", `${exchange} that could not be parsed.`]
          : ["AADB2C90075", `${exchange} with Code '${names[fault.met] ?? ""}`];
    return { code, page: general ?? text, application: text };
  }
  const path = metadata.SendClaimsIn === "Url" ? "/{mail}" : "";
  const url = policy.showServiceUrl ? `${api.url}${path}` : "******";
  const seconds = String(Math.min(policy.timeout, policy.deadline || Number.POSITIVE_INFINITY) / 1000);
  const failed = `Failed to establish connection to restful service end point. Restful service URL: ${url}`;
  const text =
    fault.met === "timeout"
      ? (metadata.UserMessageIfRequestTimeout?.replace("{0}", seconds) ??
        general ??
        `Failed to establish connection to restful service end point within timeout limit ${seconds} seconds. Restful service URL: ${url}`)
      : fault.met === "dns"
        ? (metadata.UserMessageIfDnsResolutionFailed ??
          general ??
          `Failed to resolve the hostname of the restful service endpoint. Restful service URL: ${url}`)
        : (general ?? failed);
  return {
    code: "AADB2C90075",
    page: text,
    application: `${exchange} with Code 'Conflict' and Reason '${text}'.`,
  };
}

/** .NET's names of the statuses that APIs answer most often; where it has none, the number. */
const names: Readonly<Record<number, string>> = {
  302: "Redirect",
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  429: "TooManyRequests",
  500: "InternalServerError",
  503: "ServiceUnavailable",
  520: "520",
  999: "999",
};

function expectWord(seen: Seen, place: ProfilePlace, told: string): void {
  expect(seen.hasAccount).toBe(place === "beforeToken");
  expect(seen.calls).toHaveLength(1);
  if (place === "form") {
    expect(seen.outcome).toMatchObject({ kind: "refused", problem: { fields: {} } });
    // The API's own sentence carries no code.
    expect(seen.outcome.kind === "refused" && seen.outcome.problem.errorCode).toBeUndefined();
    expect(seen.text).toContain(told);
    expect(seen.calls).toMatchObject([{ decision: "page" }]);
    return;
  }
  expect(seen.outcome).toMatchObject({
    kind: "relyingPartyError",
    error: "server_error",
    code: "AADB2C90075",
  });
  expect(seen.text).toContain(`Reason '${told}'`);
  expect(seen.calls).toMatchObject([{ decision: "fail" }]);
}
