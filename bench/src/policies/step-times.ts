import { advance, newJourney, type Program } from "@vestibule/engine";
import { memoryPorts } from "@vestibule/engine/testing";
import { median } from "../statistics.ts";

const warmUp = 300;
const journeys = 1500;

/**
 * Median milliseconds of one orchestration step without any input or output, for each set of loaded policies: a journey
 * runs from its start until it first needs the person, each time by another one of the policies. The sets take turns.
 */
export async function stepTimes(sets: readonly (readonly Program[])[]): Promise<number[]> {
  const ports = memoryPorts();
  const times = sets.map((): number[] => []);
  for (let turn = 0; turn < warmUp + journeys; turn++) {
    for (const [index, programs] of sets.entries()) {
      const program = programs[(turn * 7) % programs.length];
      if (!program) continue;
      const state = newJourney(program, {
        id: `journey-${turn}`,
        tenantId: "aaaaaaaa-0000-4000-8000-000000000001",
        request: {
          protocol: "openid-connect",
          clientId: "bbbbbbbb-0000-4000-8000-000000000001",
          clientDisplayName: "Benchmark",
          redirectUri: "http://localhost:9/cb",
          redirectUriType: "web",
          responseType: ["code"],
          responseMode: "query",
          scope: ["openid"],
          clientInfo: false,
          parameters: {},
          origin: "https://login.example",
          tenantSegment: "contoso.onmicrosoft.com",
          ipAddress: "203.0.113.7",
        },
        culture: { tag: "en-US", language: "en" },
        now: ports.time,
      });
      const started = performance.now();
      const { trace } = await advance(program, state, { kind: "started" }, ports);
      const took = performance.now() - started;
      const steps = trace.filter(({ kind }) => kind === "step" || kind === "stepSkipped").length;
      if (turn >= warmUp && steps > 0) times[index]?.push(took / steps);
    }
  }
  return times.map(median);
}
