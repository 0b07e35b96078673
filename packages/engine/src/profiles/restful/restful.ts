import type { HttpResult } from "../../ports.ts";
import type { ProfileResult, ServerProfileKind } from "../profile.ts";
import { claimsCodec } from "./claims/codec.ts";
import { connectorCodec } from "./connector/codec.ts";
import { addFurtherHeaders, findCredentials, type Proof } from "./credentials.ts";
import type { Codec, Credentials, Decision, EncodedRequest, Fault, RestfulContext } from "./exchange.ts";
import { failureResult } from "./failure.ts";
import { type RestfulMetadata, readRestfulMetadata } from "./metadata.ts";
import { queueNotification } from "./notification.ts";
import { type Exchange, endpointOf, recordCall } from "./record.ts";
import { querySecrets, redactor } from "./redaction.ts";
import { addSignature } from "./signature.ts";

/** Sizes that nothing published names (api-connectors.md U64), in bytes. */
const limits = { request: 256 * 1024, response: 1024 * 1024, url: 8 * 1024, headers: 16 * 1024 } as const;

/** The partner name under which a block page's text comes back among the values. */
export const blockMessagePartner = "vestibule.blockMessage";

/**
 * The RESTful technical profile, for custom policies and, with metadata `vestibule.connectorStep`, as a user flow's
 * API connector: one transport and one error catalogue, two ways to write the body and to read the answer
 * (api-connectors.md, "Two engines, one HTTP client"). Every run leaves exactly one call record.
 */
export const restfulProfile: ServerProfileKind<RestfulMetadata> = {
  kind: "restful",
  readMetadata: readRestfulMetadata,
  run: runRestfulProfile,
};

async function runRestfulProfile(context: RestfulContext): Promise<ProfileResult> {
  const codec = context.metadata.connector ? connectorCodec(context.metadata.connector) : claimsCodec;
  return runExchange(context, codec, context.metadata.mode === "notify" ? queueNotification : decide);
}

/** Encodes, sends, decodes and records one call. */
export async function runExchange(
  context: RestfulContext,
  codec: Codec,
  work: (context: RestfulContext, codec: Codec, exchange: Exchange) => Promise<Decision> = decide,
): Promise<ProfileResult> {
  const exchange = begin(context);
  const decided = withoutEchoes(exchange, await work(context, codec, exchange));
  const decision = afterFailure(context, exchange, decided);
  await recordCall(context, exchange, decision);
  return resultOf(context, decision);
}

function begin({ metadata, ports, profile, state, step }: RestfulContext): Exchange {
  const started = ports.clock.now();
  const trace = ports.calls.begin?.({
    at: started,
    correlationId: state.id,
    policyId: state.policyId,
    step,
    technicalProfile: profile.id,
    ...(metadata.connector && { connectorStep: metadata.connector.step }),
    ...(metadata.connector?.id && { connectorId: metadata.connector.id }),
  });
  return { started, attempts: [], ...(trace && { trace }) };
}

async function decide(context: RestfulContext, codec: Codec, exchange: Exchange): Promise<Decision> {
  const fail = (fault: Fault): Decision => ({
    kind: "fail",
    fault,
    verdicts: [],
    warnings: exchange.request?.warnings ?? [],
  });
  const request = await codec.encode(context);
  if ("fault" in request) return fail(request.fault);
  exchange.request = request;
  const oversize = oversizeOf(request);
  if (oversize) return fail({ kind: "transport", failure: "tooLarge", detail: oversize });

  const credentials = await findCredentials(context);
  if ("fault" in credentials) return fail(credentials.fault);
  exchange.credentials = credentials;

  const proof = await prove(context, request, exchange);
  if ("fault" in proof) return fail(proof.fault);
  exchange.proof = proof;

  const sending = () => send(context, exchange, request, credentials, proof.headers);
  const result = await (exchange.trace ? exchange.trace.run(sending) : sending());
  if ("fault" in result) return fail(result.fault);
  exchange.attempts = result.attempts;
  exchange.result = result;
  if (result.kind === "failure")
    return fail({ kind: "transport", failure: result.failure, detail: result.detail });
  const decision = codec.decode(context, result);
  return request.warnings.length > 0
    ? { ...decision, warnings: [...request.warnings, ...decision.warnings] }
    : decision;
}

/** Sends the request, and once more where the API refused a token that it may have revoked since it was fetched. */
async function send(
  context: RestfulContext,
  exchange: Exchange,
  request: EncodedRequest,
  credentials: Credentials,
  proof: Readonly<Record<string, string>>,
): Promise<HttpResult | { readonly fault: Fault }> {
  const { call } = context.metadata;
  const sendWith = ({ headers, clientCertificate }: Credentials) =>
    context.ports.http.send({
      method: request.method,
      url: request.url,
      ...endpointOf(context, request.url),
      headers: { ...request.headers, ...proof, ...headers },
      ...(request.body !== undefined && { body: request.body }),
      ...(clientCertificate && { clientCertificate }),
      timeout: call.timeout,
      tries: call.tries,
      rules: call,
      maxResponseBytes: limits.response,
    });
  const result = await sendWith(credentials);
  if (result.kind !== "answer" || result.status !== 401 || !credentials.renew) return result;
  const renewed = await credentials.renew();
  if ("fault" in renewed) return { fault: renewed.fault };
  exchange.credentials = { ...renewed, secrets: [...credentials.secrets, ...renewed.secrets] };
  const second = await sendWith(renewed);
  return { ...second, attempts: [...result.attempts, ...second.attempts] };
}

/** What the request carries beside its credentials: the profile's headers, its own identity, its signature. */
async function prove(
  context: RestfulContext,
  request: EncodedRequest,
  exchange: Exchange,
): Promise<Proof | { readonly fault: Fault }> {
  const { call, trust } = context.metadata;
  const proof: Proof = { headers: {}, secrets: [] };
  const { headers } = proof;
  const unusable = await addFurtherHeaders(context, proof);
  if (unusable) return unusable;
  addTraceHeader(exchange, headers, [request.headers, headers, exchange.credentials?.headers]);
  const needsKey = call.idempotencyKey || trust.signature !== undefined;
  const key = request.idempotencyKey ?? (needsKey ? context.ports.random.uuid() : undefined);
  if (key !== undefined) headers["idempotency-key"] = key;
  if (trust.correlationId) headers["x-correlation-id"] = context.state.id;
  const unsigned =
    trust.signature && key !== undefined
      ? await addSignature(context, trust.signature, request, key, proof)
      : undefined;
  return unsigned ?? proof;
}

/** Links the API's own trace with ours. A policy or connector that sends such a header itself knows better. */
function addTraceHeader(
  { trace }: Exchange,
  headers: Record<string, string>,
  others: readonly (Readonly<Record<string, string>> | undefined)[],
): void {
  if (trace?.traceparent === undefined) return;
  const isSet = others.some((set) =>
    Object.keys(set ?? {}).some((name) => name.toLowerCase() === "traceparent"),
  );
  if (!isSet) headers.traceparent = trace.traceparent;
}

/** An API's sentence may repeat what it was sent; the person must not read our credentials in it. */
function withoutEchoes({ request, credentials, proof }: Exchange, decision: Decision): Decision {
  const secrets = [
    ...(credentials?.secrets ?? []),
    ...(proof?.secrets ?? []),
    ...(request ? querySecrets(request.url) : []),
  ];
  const hide = (text: string) => redactor(secrets, [text])(text);
  switch (decision.kind) {
    case "page":
    case "block":
      return { ...decision, message: hide(decision.message) };
    case "fail": {
      const { fault } = decision;
      if (fault.kind !== "status" || fault.reason === undefined) return decision;
      return { ...decision, fault: { ...fault, reason: hide(fault.reason) } };
    }
    case "continue":
    case "queued":
      return decision;
  }
}

/**
 * Where the settings say so, the journey goes on although the API failed. What this side could not send, or must not,
 * stops it all the same: nobody gets past an API by typing what cannot be sent to it. So do a sentence that the API has
 * for the person and an action that refuses: it has decided.
 */
function afterFailure(context: RestfulContext, exchange: Exchange, decision: Decision): Decision {
  const { onFailure } = context.metadata;
  if (decision.kind !== "fail" || onFailure.kind === "block") return decision;
  const { fault, verdicts, warnings } = decision;
  const theirs =
    fault.kind === "transport"
      ? fault.failure === "token" || (exchange.result !== undefined && fault.failure !== "refusedAddress")
      : fault.kind === "status"
        ? fault.reason === undefined && !fault.refused
        : fault.kind === "answer" && !fault.refused;
  if (!theirs) return decision;
  return {
    kind: "continue",
    values: onFailure.values,
    despite: fault,
    verdicts,
    warnings: [...warnings, "failure-ignored"],
  };
}

/** Why a request must not go out for its size. */
export function oversizeOf(request: EncodedRequest): string | undefined {
  if (request.url.length > limits.url) return `The address is longer than ${limits.url} characters.`;
  // Many servers end a connection whose headers are longer, and an API must not seem dead for what one person typed.
  let headers = 0;
  for (const name in request.headers) headers += name.length + (request.headers[name]?.length ?? 0) + 4;
  if (headers > limits.headers) return `The request's headers are longer than ${limits.headers} characters.`;
  // Four bytes are the most that a UTF-16 unit pair takes: short bodies need no counting.
  const body = request.body ?? "";
  return body.length * 3 > limits.request && Buffer.byteLength(body) > limits.request
    ? `The request body is larger than ${limits.request} bytes.`
    : undefined;
}

function resultOf(context: RestfulContext, decision: Decision): ProfileResult {
  switch (decision.kind) {
    case "continue":
      return { kind: "values", values: decision.values };
    case "queued":
      return { kind: "values", values: {} };
    case "block":
      return { kind: "values", values: { [blockMessagePartner]: decision.message } };
    case "page":
      // The API's own sentence carries no code (api-connectors.md U59).
      return { kind: "userError", message: decision.message };
    case "fail":
      return failureResult(context, decision.fault);
  }
}
