import { createHash } from "node:crypto";
import type { JourneyState } from "../../journey/state.ts";
import type { CallRecord, Notification, Ports } from "../../ports.ts";
import type { Program } from "../../program/program.ts";
import { insecurityOf } from "./credentials.ts";
import type { Codec, Decision, HttpAnswer, RestfulContext } from "./exchange.ts";
import { readRestfulMetadata } from "./metadata.ts";
import type { Exchange } from "./record.ts";
import { oversizeOf, runExchange } from "./restful.ts";

/**
 * Hands a notification to the durable outbox instead of calling the API: the person goes on at once. It resolves when the
 * notification is safe. One that a repeated submission hands over again has the same id, and is kept once.
 */
export async function queueNotification(
  context: RestfulContext,
  codec: Codec,
  exchange: Exchange,
): Promise<Decision> {
  const nothing = { verdicts: [], warnings: [] };
  const refusal = insecurityOf(context);
  if (refusal) return { kind: "fail", fault: refusal, ...nothing };
  const request = await codec.encode(context);
  if ("fault" in request) return { kind: "fail", fault: request.fault, ...nothing };
  exchange.request = request;
  const { warnings, ...sent } = request;
  const oversize = oversizeOf(request);
  if (oversize) {
    return { kind: "fail", fault: { kind: "transport", failure: "tooLarge", detail: oversize }, ...nothing };
  }
  const { state, profile, metadata } = context;
  await context.ports.notifications.add({
    id: notificationId([state.id, profile.id, sent.url, JSON.stringify(sent.headers), sent.body ?? ""]),
    policyId: state.policyId,
    technicalProfile: profile.id,
    correlationId: state.id,
    step: context.step,
    origin: state.request.origin,
    created: context.ports.clock.now(),
    request: sent,
    ...(metadata.connector?.id && { connectorId: metadata.connector.id }),
  });
  return { kind: "queued", verdicts: [], warnings };
}

/** A GUID that follows from what is sent and by which journey. */
function notificationId(parts: readonly string[]): string {
  const hex = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** What came of one delivery. */
export interface Delivery {
  readonly delivered: boolean;
  /** For the operator; holds no secret. Absent where it was delivered. */
  readonly problem?: string;
  /** Nothing that time could mend: the API says that the address is gone. */
  readonly final?: true;
  /** Milliseconds that the API asks to wait; absent = it does not say. */
  readonly retryAfter?: string;
  /** How often it may be tried in all. */
  readonly tries: number;
}

/** Milliseconds that one delivery can take at most: the lease must outlive it. */
export function deliveryTime(program: Program, notification: Notification): number {
  const profile = notifyProfile(program, notification.technicalProfile);
  // A token may have to be fetched first, and once more after the API refused it.
  return "problem" in profile ? 0 : profile.metadata.call.timeout * 4;
}

/**
 * Sends a notification once, with today's address rules and credentials and its own id as `Idempotency-Key`; every 2xx
 * counts. The call is recorded as every other.
 */
export async function deliverNotification(
  program: Program,
  notification: Notification,
  ports: Ports,
): Promise<Delivery> {
  const found = notifyProfile(program, notification.technicalProfile);
  if ("problem" in found) return { delivered: false, problem: found.problem, tries: 1 };
  const { profile, metadata } = found;
  const begin = ports.calls.begin?.bind(ports.calls);
  let recorded: CallRecord | undefined;
  let answer: HttpAnswer | undefined;
  const codec: Codec = {
    encode: async () => ({ ...notification.request, warnings: [], idempotencyKey: notification.id }),
    decode: (_context, given) => {
      answer = given;
      return given.status >= 200 && given.status < 300
        ? { kind: "continue", values: {}, verdicts: [], warnings: [] }
        : { kind: "fail", fault: { kind: "status", status: given.status }, verdicts: [], warnings: [] };
    },
  };
  const observed: Ports = {
    ...ports,
    calls: {
      ...(begin && { begin }),
      async record(call) {
        recorded = call;
        await ports.calls.record(call);
      },
    },
  };
  const { call } = metadata;
  await runExchange(
    {
      profile,
      // The outbox counts the tries, and its pauses are longer.
      metadata: {
        ...metadata,
        call: { ...call, tries: 1, deadline: call.timeout },
        onFailure: { kind: "block" },
      },
      policy: program.policy,
      state: stateOf(program, notification),
      ports: observed,
      claims: {},
      secrets: {},
      caller: "step",
      step: notification.step,
      input: new Map(),
      persisted: new Map(),
      message: (key: string) => key,
      redact: (_claimTypeId, value) => value,
      trace: () => undefined,
    },
    codec,
  );
  const delivered = recorded?.decision === "continue";
  const retryAfter = answer?.headers["retry-after"];
  return {
    delivered,
    tries: metadata.deliveryTries,
    ...(!delivered && { problem: recorded?.failure?.detail ?? "The call could not be made." }),
    ...(answer?.status === 410 && { final: true as const }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

function notifyProfile(program: Program, id: string) {
  const compiled = program.profiles.get(id);
  if (compiled?.kind !== "server" || compiled.handler !== "restful") {
    return { problem: `The policy has no RESTful technical profile '${id}' any more.` };
  }
  const reading = readRestfulMetadata(compiled.profile, program.policy);
  if ("diagnostics" in reading)
    return { problem: reading.diagnostics.map(({ message }) => message).join(" ") };
  return { profile: compiled.profile, metadata: reading.metadata };
}

/** The journey is over; its id, policy and origin are all that a delivery needs of it. */
function stateOf(program: Program, notification: Notification): JourneyState {
  return {
    format: 1,
    id: notification.correlationId,
    tenantId: program.policy.tenantId,
    policyId: notification.policyId,
    policyVersion: program.version,
    entry: "authorize",
    request: {
      protocol: "openid-connect",
      clientId: "",
      clientDisplayName: "",
      redirectUri: "",
      redirectUriType: "web",
      responseType: [],
      responseMode: "query",
      scope: [],
      clientInfo: false,
      parameters: {},
      origin: notification.origin,
      tenantSegment: "",
      ipAddress: "",
    },
    culture: { tag: "en", language: "en" },
    created: notification.created,
    status: "completed",
    frames: [],
    bag: {},
    sessionWrites: { providers: {}, identityProviders: [], fresh: false },
    proofs: {},
    keepMeSignedIn: false,
    pageCount: 0,
  };
}
