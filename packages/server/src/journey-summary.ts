import type { JourneyState, TraceEntry } from "@vestibule/engine";
import type { JourneySummary } from "./store/store.ts";

/** What the list of journeys says of one, after `last`, its newest trace entry; `now` in milliseconds since 1970. */
export function journeySummary(state: JourneyState, last: TraceEntry, now: number): JourneySummary {
  return {
    id: state.id,
    policyId: state.policyId,
    clientId: state.request.clientId,
    startedAt: state.created,
    updatedAt: now,
    status: state.status,
    step: last.step,
    lastText: last.text,
  };
}
