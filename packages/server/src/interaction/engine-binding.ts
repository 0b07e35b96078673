import type {
  Advance,
  Culture,
  JourneyEvent,
  JourneyState,
  Ports,
  Program,
  RelyingPartyRequest,
} from "@vestibule/engine";

/** The two functions of the engine that this room calls; tests hand in a scripted one. */
export interface JourneyEngine {
  newJourney(
    program: Program,
    start: {
      readonly id: string;
      readonly tenantId: string;
      readonly request: RelyingPartyRequest;
      readonly culture: Culture;
      /** Milliseconds since 1970. */
      readonly now: number;
    },
  ): JourneyState;
  advance(program: Program, state: JourneyState, event: JourneyEvent, ports: Ports): Promise<Advance>;
}
