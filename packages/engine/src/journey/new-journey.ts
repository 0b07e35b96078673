import type { Program } from "../program/program.ts";
import type { Culture, RelyingPartyRequest } from "./request.ts";
import type { JourneyState } from "./state.ts";

export interface NewJourney {
  /** GUID: transaction id and correlation id. */
  readonly id: string;
  readonly tenantId: string;
  readonly request: RelyingPartyRequest;
  readonly culture: Culture;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Absent = `authorize`. */
  readonly entry?: JourneyState["entry"];
  readonly grant?: JourneyState["grant"];
}

/**
 * The state of a journey that has not begun, as plain JSON; `advance` with `started` begins it. `init.now` is in
 * milliseconds since 1970. A policy without the journey that `init.entry` names gives a state without frames, which
 * `advance` ends with an error.
 */
export function newJourney(program: Program, init: NewJourney): JourneyState {
  const entry = init.entry ?? "authorize";
  const journeyId = program.entry[entry];
  return {
    format: 1,
    id: init.id,
    tenantId: init.tenantId,
    policyId: program.policy.policyId,
    policyVersion: program.version,
    entry,
    request: init.request,
    culture: init.culture,
    created: init.now,
    status: "created",
    frames: journeyId === undefined ? [] : [{ journeyId, kind: "journey", index: 0 }],
    bag: {},
    sessionWrites: { providers: {}, identityProviders: [], fresh: false },
    proofs: {},
    keepMeSignedIn: false,
    pageCount: 0,
    ...(init.grant && { grant: init.grant }),
  };
}
