import type { Ports } from "../ports.ts";
import type { Program } from "../program/program.ts";
import type { JourneyEvent } from "./event.ts";
import type { Outcome } from "./outcome.ts";
import type { JourneyState } from "./state.ts";
import type { TraceEntry } from "./trace.ts";

export interface Advance {
  readonly state: JourneyState;
  readonly outcome: Outcome;
  readonly trace: readonly TraceEntry[];
}

/**
 * Takes a journey from one moment to the next: runs until the person is needed again or the journey ends. All I/O goes
 * through `ports`; the same state, event and answers of the ports give the same result.
 */
export async function advance(
  _program: Program,
  _state: JourneyState,
  _event: JourneyEvent,
  _ports: Ports,
): Promise<Advance> {
  throw new Error("under construction");
}
