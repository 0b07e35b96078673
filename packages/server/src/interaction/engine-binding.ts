import type { advance, newJourney } from "@vestibule/engine";

/** The two functions of the engine that this room calls; tests hand in a scripted one. */
export interface JourneyEngine {
  readonly newJourney: typeof newJourney;
  readonly advance: typeof advance;
}
