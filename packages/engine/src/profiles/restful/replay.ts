import type { ClaimValue } from "../../claims/value.ts";
import type { JourneyState } from "../../journey/state.ts";
import type { CallRecord, HttpPort, Ports } from "../../ports.ts";
import type { Program } from "../../program/program.ts";
import { claimsCodec } from "./claims/codec.ts";
import { connectorCodec } from "./connector/codec.ts";
import type { Codec } from "./exchange.ts";
import { type RestfulMetadata, readRestfulMetadata } from "./metadata.ts";
import { runExchange } from "./restful.ts";

export interface Replay {
  readonly technicalProfile: string;
  /** Body to send: the recorded one, or an edited one. */
  readonly body: string;
  readonly step: number;
  /**
   * Reads this in place of an answer: nothing is sent, no key is asked for and nothing is recorded. It shows what a
   * journey would do with an answer that was edited, or that no API gives yet.
   */
  readonly answer?: { readonly status: number; readonly body: string };
  /** A journey state that names the request's client and language; no journey is moved. */
  readonly state: JourneyState;
}

/**
 * Sends a recorded call again, with today's address and credentials, and reads the answer by the code that a journey
 * runs. Nothing is written to a journey or the directory. Gives the new call's record, or why there is none.
 */
export async function replayCall(
  program: Program,
  replay: Replay,
  ports: Ports,
): Promise<CallRecord | { readonly problem: string }> {
  const compiled = program.profiles.get(replay.technicalProfile);
  if (compiled?.kind !== "server" || compiled.handler !== "restful") {
    return { problem: `The policy has no RESTful technical profile '${replay.technicalProfile}' any more.` };
  }
  const reading = readRestfulMetadata(compiled.profile, program.policy);
  if ("diagnostics" in reading)
    return { problem: reading.diagnostics.map(({ message }) => message).join(" ") };
  const { answer } = replay;
  const metadata = answer ? withoutProof(reading.metadata) : reading.metadata;
  const decoder = metadata.connector ? connectorCodec(metadata.connector) : claimsCodec;
  const codec: Codec = {
    decode: (context, answer) => decoder.decode(context, answer),
    encode: async () => ({
      method: "POST",
      url: metadata.serviceUrl,
      headers: { "content-type": "application/json; charset=utf-8", accept: "application/json" },
      body: replay.body,
      warnings: [],
    }),
  };
  const begin = ports.calls.begin?.bind(ports.calls);
  let recorded: CallRecord | undefined;
  const observed: Ports = {
    ...ports,
    ...(answer && { http: playedAnswer(answer) }),
    calls: {
      ...(!answer && begin && { begin }),
      async record(call) {
        recorded = call;
        if (!answer) await ports.calls.record(call);
      },
    },
  };
  const context = {
    profile: compiled.profile,
    metadata,
    policy: program.policy,
    state: replay.state,
    ports: observed,
    claims: {},
    secrets: {},
    caller:
      metadata.connector?.step === "PostAttributeCollection" ? ("validation" as const) : ("step" as const),
    step: replay.step,
    input: new Map(),
    persisted: new Map(),
    message: (key: string) => key,
    redact: (_claimTypeId: string, value: ClaimValue) => value,
    trace: () => undefined,
  };
  await runExchange(context, codec);
  return recorded ?? { problem: "The call could not be made." };
}

/** Whoever is not called needs no proof of who calls. */
function withoutProof(metadata: RestfulMetadata): RestfulMetadata {
  return {
    ...metadata,
    authentication: { kind: "None", allowedInProduction: true },
    trust: { headers: [], correlationId: false },
  };
}

function playedAnswer({ status, body }: NonNullable<Replay["answer"]>): HttpPort {
  return {
    development: true,
    send: async () => ({
      kind: "answer",
      status,
      headers: { "content-type": "application/json" },
      body,
      attempts: [],
    }),
  };
}
