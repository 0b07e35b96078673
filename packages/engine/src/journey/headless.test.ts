import { IdMap, type Policy } from "@vestibule/policy";
import { expect, it } from "vitest";
import { compile } from "../program/compile.ts";
import { JourneyBrowser } from "../testing/browser.ts";
import { memoryPorts } from "../testing/memory-ports.ts";
import { samplePolicy, step } from "../testing/sample-policy.ts";
import { advance } from "./advance.ts";

/** The sample policy with its default journey changed. */
function withJourney(change: { readonly nonInteractive?: boolean }): Policy {
  const policy = samplePolicy();
  const id = policy.relyingParty.defaultUserJourney;
  const journey = policy.userJourneys.get(id);
  if (journey) policy.userJourneys.set(id, { ...journey, ...change });
  return policy;
}

it("a journey that a policy calls non-interactive ends where it would ask the person", async () => {
  const browser = new JourneyBrowser(withJourney({ nonInteractive: true }), memoryPorts());
  expect(await browser.start()).toMatchObject({ error: "interaction_required", code: "AADB2C90077" });
  expect((await new JourneyBrowser(withJourney({}), memoryPorts()).start()).kind).toBe("page");
});

it.each(["Call", "Transfer"] as const)("nor is the page of its sub-journey (%s) shown", async (type) => {
  const policy = withJourney({ nonInteractive: true });
  const id = policy.relyingParty.defaultUserJourney;
  const journey = policy.userJourneys.get(id);
  const [first] = journey?.orchestrationSteps ?? [];
  if (!journey || !first) throw new Error("the sample has steps");
  const invoked = step(1, "InvokeSubJourney", { subJourneyReferenceId: "Sub" });
  const steps = [...journey.orchestrationSteps];
  policy.userJourneys.set(id, { ...journey, orchestrationSteps: [invoked, ...steps.slice(1)] });
  const all = { ...policy, subJourneys: IdMap.of([{ id: "Sub", type, orchestrationSteps: steps }]) };
  const browser = new JourneyBrowser(all, memoryPorts());
  expect(await browser.start()).toMatchObject({ error: "interaction_required", code: "AADB2C90077" });
});

it("a journey with pages answers no program, and is over before anything of it ran", async () => {
  const policy = samplePolicy();
  expect(compile(policy).program?.entry.password).toBeUndefined();
  for (const [entry, code] of [
    ["password", "AADB2C90224"],
    ["userInfo", "AADB2C90085"],
  ] as const) {
    const browser = new JourneyBrowser(policy, memoryPorts());
    const state = { ...browser.state, entry };
    const { outcome } = await advance(browser.program, state, { kind: "started" }, browser.ports);
    expect(outcome, entry).toMatchObject({ kind: "relyingPartyError", code });
  }
});
