import type { TraceEntry } from "@vestibule/engine";
import { describe, expect, it } from "vitest";
import { testTenant } from "../store/suite-fixtures.ts";
import { describeStep, skipReason } from "./journey-step.ts";
import { type JourneyRecordings, stepsOf } from "./journeys.ts";

const entry = (kind: TraceEntry["kind"], step: string, text: string): TraceEntry => ({
  at: 0,
  kind,
  step,
  text,
});

const trace = [
  entry("event", "1", "started"),
  entry("step", "1", "Step 1 CombinedSignInAndSignUp"),
  { ...entry("page", "1", "Local: page shown"), technicalProfile: "Local" },
  entry("event", "1", "Form posted: email, password"),
  entry("profile", "1", "login-NonInteractive: refused: Your password is incorrect."),
  entry("event", "1", "confirmed"),
  entry("stepSkipped", "2", "Step 2 skipped: ClaimsExist objectId is true"),
  entry("stepSkipped", "3", "Step 3 skipped: ClaimsExist blockMessage is false"),
  entry("step", "4", "Step 4 ClaimsExchange"),
  entry("stepSkipped", "5", "Step 5 skipped: ClaimsExist forceChange is false"),
  entry("step", "6", "Step 6 SendClaims"),
];

function described(entries: readonly TraceEntry[], status: string) {
  const summary = {
    id: "j",
    policyId: "p",
    clientId: "c",
    startedAt: 0,
    updatedAt: 0,
    status,
    step: "1",
    lastText: "",
  };
  const recordings: JourneyRecordings = {
    tenant: testTenant(),
    summary,
    entries,
    calls: [],
    mails: new Map(),
  };
  const steps = stepsOf(entries);
  return steps.map((step, index) => describeStep(step, recordings, index === steps.length - 1));
}

describe("the steps of a journey", () => {
  it("begin with what came from outside and with each orchestration step; skipped neighbours are one", () => {
    expect(described(trace, "completed").map(({ order, headline }) => `${order} ${headline}`)).toEqual([
      "→ The application asked",
      "1 CombinedSignInAndSignUp",
      "→ The form was posted",
      "→ The page was confirmed",
      "2–3 2 steps did not apply",
      "4 ClaimsExchange",
      "5 The step did not apply",
      "6 SendClaims",
    ]);
  });

  it("know the claims before and after: what was written to the journey, not what stood behind a form", () => {
    const steps = stepsOf([
      entry("step", "1", "Step 1 ClaimsExchange"),
      { ...entry("profile", "1", "Read: output claims"), claims: { a: { after: 1 } }, written: true },
      entry("event", "2", "Form posted: b"),
      { ...entry("profile", "2", "Check: done"), claims: { b: { after: "typed" } } },
      entry("event", "2", "confirmed"),
      {
        ...entry("profile", "2", "Page: output claims"),
        claims: { a: { before: 1 }, b: { after: "typed" } },
        written: true,
      },
    ]);
    expect(steps.map(({ around }) => around)).toEqual([
      { before: {}, after: { a: 1 } },
      { before: { a: 1 }, after: { a: 1 } },
      { before: { a: 1 }, after: { b: "typed" } },
    ]);
  });

  it("lose no entry", () => {
    const indices = stepsOf(trace).flatMap(({ head, rest }) => [head, ...rest].map(({ index }) => index));
    expect(indices).toEqual(trace.map((_, index) => index));
  });

  it("say who answered and how it ended", () => {
    const [, page, posted] = described(trace, "completed");
    expect(page).toMatchObject({ profile: "Local", outcome: "page shown", who: "the server" });
    expect(posted).toMatchObject({
      more: "email, password",
      outcome: "refused",
      tone: "bad",
      who: "the person",
    });
    expect(described(trace.slice(0, 3), "suspended").at(-1)?.outcome).toBe("waiting for the person");
  });

  it("were skipped for a reason", () => {
    expect(trace.slice(6, 8).map(skipReason)).toEqual([
      "ClaimsExist objectId is true",
      "ClaimsExist blockMessage is false",
    ]);
  });
});
