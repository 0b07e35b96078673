import { expect } from "vitest";
import type { FaultyApi } from "./faulty-api.ts";
import { type Seen, secrets } from "./scene.ts";
import { expectedTries, type Setting } from "./settings.ts";
import type { Fault } from "./wire-faults.ts";

/** How often and when it was tried, as the record says and as the API saw it. */
export function expectTries(seen: Seen, fault: Fault, setting: Setting, api: FaultyApi): void {
  const expected = expectedTries(fault, setting.policy);
  const attempts = seen.calls[0]?.attempts ?? [];
  expect(attempts).toHaveLength(expected.starts.length);
  if (api.arrivals.length > 0) expect(api.arrivals).toHaveLength(expected.starts.length);
  if (fault.untimed) return;
  let now = 0;
  const starts = attempts.map(({ pause = 0, duration }) => {
    const start = now + pause;
    now = start + duration;
    return start;
  });
  expect(starts).toEqual(expected.starts);
  expect(now).toBe(expected.end);
  const [first = 0] = api.arrivals;
  if (api.arrivals.length > 0) expect(api.arrivals.map((at) => at - first)).toEqual(expected.starts);
}

/** Neither person nor operator was told a secret, and the person nothing of the inside. */
export function expectSecrecy(seen: Seen, setting: Setting, url: string): void {
  // All that a person or an application is told: the sentence, its code, and what stands in the page's own data.
  // A token names the person's provider, which is no API.
  const person = `${seen.text}\n${seen.outcome.kind === "issued" ? "" : JSON.stringify(seen.outcome)}`;
  const operator = JSON.stringify(seen.calls) + seen.trace;
  for (const secret of Object.values(secrets)) {
    expect(person).not.toContain(secret);
    // The user name of Basic credentials is no secret, and is in no record all the same.
    expect(operator).not.toContain(secret);
  }
  expect(person + operator).not.toContain("hunter2-in-the-page");
  expect(person).not.toMatch(/node_modules|\n\s+at |\.[jt]s:\d|ECONN|ENOTFOUND|UND_ERR|undici/);
  // B2C's own sentence names the service, without query; the presets of ours name nothing.
  const shown = person.replaceAll(setting.policy.showServiceUrl ? url : "nothing", "");
  expect(shown).not.toMatch(/https?:/);
}
