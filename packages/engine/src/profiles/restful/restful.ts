import type { CallRecord, HttpAttempt, HttpResult } from "../../ports.ts";
import type { ProfileResult, ServerProfileKind } from "../profile.ts";
import { claimsCodec } from "./claims/codec.ts";
import { connectorCodec } from "./connector/codec.ts";
import { callSecrets, findCredentials } from "./credentials.ts";
import type {
  CallFailure,
  Codec,
  Credentials,
  Decision,
  EncodedRequest,
  Fault,
  RestfulContext,
} from "./exchange.ts";
import { failureResult, faultDetail } from "./failure.ts";
import { type RestfulMetadata, readRestfulMetadata } from "./metadata.ts";
import {
  isSecretClaim,
  mask,
  querySecrets,
  redactBody,
  redactHeaders,
  redactor,
  withoutSecrets,
} from "./redaction.ts";

/** Sizes that nothing published names (api-connectors.md U64), in bytes. */
const limits = { request: 256 * 1024, response: 1024 * 1024, url: 8 * 1024 } as const;

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
  return runExchange(context, codec);
}

/** Encodes, sends, decodes and records one call. */
export async function runExchange(context: RestfulContext, codec: Codec): Promise<ProfileResult> {
  const started = context.ports.clock.now();
  const exchange: Exchange = { started, attempts: [] };
  const decision = await decide(context, codec, exchange);
  await record(context, exchange, decision);
  return resultOf(context, decision);
}

/** What was learned on the way, for the record. */
interface Exchange {
  readonly started: number;
  attempts: readonly HttpAttempt[];
  request?: EncodedRequest;
  credentials?: Credentials;
  result?: HttpResult;
}

async function decide(context: RestfulContext, codec: Codec, exchange: Exchange): Promise<Decision> {
  const fail = (fault: Fault): Decision => ({
    kind: "fail",
    fault,
    verdicts: [],
    warnings: exchange.request?.warnings ?? [],
  });
  const credentials = await findCredentials(context);
  if ("fault" in credentials) return fail(credentials.fault);
  exchange.credentials = credentials;

  const request = await codec.encode(context);
  if ("fault" in request) return fail(request.fault);
  exchange.request = request;
  const oversize = oversizeOf(request);
  if (oversize) return fail({ kind: "transport", failure: "tooLarge", detail: oversize });

  const result = await context.ports.http.send({
    method: request.method,
    url: request.url,
    headers: { ...request.headers, ...credentials.headers },
    ...(request.body !== undefined && { body: request.body }),
    ...(credentials.clientCertificate && { clientCertificate: credentials.clientCertificate }),
    timeout: context.metadata.timeout,
    tries: context.metadata.tries,
    maxResponseBytes: limits.response,
  });
  exchange.attempts = result.attempts;
  exchange.result = result;
  if (result.kind === "failure")
    return fail({ kind: "transport", failure: result.failure, detail: result.detail });
  const decision = codec.decode(context, result);
  return request.warnings.length > 0
    ? { ...decision, warnings: [...request.warnings, ...decision.warnings] }
    : decision;
}

function oversizeOf(request: EncodedRequest): string | undefined {
  if (request.url.length > limits.url) return `The address is longer than ${limits.url} characters.`;
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
    case "block":
      return { kind: "values", values: { [blockMessagePartner]: decision.message } };
    case "page":
      // The API's own sentence carries no code (api-connectors.md U59).
      return { kind: "userError", message: decision.message };
    case "fail":
      return failureResult(context, decision.fault);
  }
}

async function record(context: RestfulContext, exchange: Exchange, decision: Decision): Promise<void> {
  const { metadata, ports, profile, state } = context;
  const { request, result, attempts } = exchange;
  const duration = ports.clock.now() - exchange.started;
  const redact = redactor([
    ...querySecrets(request?.url ?? metadata.serviceUrl),
    ...(exchange.credentials?.secrets ?? []),
    ...callSecrets(context),
  ]);
  const hidden = hiddenNames(context);
  const keyHeader =
    metadata.authentication.kind === "ApiKeyHeader" ? metadata.authentication.header : undefined;
  const failure = failureOf(context, decision, result);
  const warnings = exhausted(context, attempts, result)
    ? [...decision.warnings, "tries-exhausted"]
    : decision.warnings;
  const call: CallRecord = {
    id: ports.random.uuid(),
    correlationId: state.id,
    at: exchange.started,
    policyId: state.policyId,
    step: context.step,
    technicalProfile: profile.id,
    ...(metadata.connector && { connectorStep: metadata.connector.step }),
    ...(metadata.connector?.id && { connectorId: metadata.connector.id }),
    request: {
      method: request?.method ?? "POST",
      url: redact(withoutSecrets(request?.url ?? metadata.serviceUrl)),
      headers: redactHeaders({ ...request?.headers, ...exchange.credentials?.headers }, redact, keyHeader),
      ...(request?.body !== undefined && { body: redactBody(request.body, redact, hidden) }),
    },
    ...(result?.kind === "answer" && {
      response: {
        status: result.status,
        headers: redactHeaders(result.headers, redact, keyHeader),
        body: redactBody(result.body, redact, hidden),
      },
    }),
    ...(failure && { failure }),
    attempts,
    duration,
    decision: decision.kind,
    verdicts: decision.verdicts.map((verdict) =>
      verdict.verdict === "used" && isSecretClaim(context.policy, verdict.claim)
        ? { ...verdict, value: mask }
        : verdict,
    ),
    warnings,
  };
  const outcome = result?.kind === "answer" ? `HTTP ${result.status}` : (failure?.detail ?? "not sent");
  context.trace({
    kind: "call",
    text: `${profile.id}: ${call.request.method} ${call.request.url}: ${outcome}, ${decision.kind}`,
    technicalProfile: profile.id,
    detail: {
      call: call.id,
      decision: decision.kind,
      attempts: attempts.length,
      duration,
      ...(warnings.length > 0 && { warnings }),
    },
  });
  await ports.calls.record(call);
}

function failureOf(
  context: RestfulContext,
  decision: Decision,
  result: HttpResult | undefined,
): CallFailure | undefined {
  if (decision.kind !== "fail") return undefined;
  const { fault } = decision;
  const detail = faultDetail(context, fault);
  if (fault.kind === "transport" && fault.failure !== "unsent") return { kind: fault.failure, detail };
  return { kind: result ? "answer" : "credentials", detail };
}

/** AADB2C90162 is for the log only (U55). */
function exhausted(
  context: RestfulContext,
  attempts: readonly HttpAttempt[],
  result: HttpResult | undefined,
): boolean {
  return (
    result?.kind === "failure" && context.metadata.tries > 1 && attempts.length === context.metadata.tries
  );
}

/** Names, in request and answer, whose claims are secret by their type. */
function hiddenNames(context: RestfulContext): ReadonlySet<string> {
  const { profile, policy, metadata } = context;
  const bearer =
    metadata.authentication.kind === "Bearer" ? metadata.authentication.claim?.toLowerCase() : undefined;
  const names = new Set<string>();
  for (const claim of [...profile.inputClaims, ...profile.outputClaims]) {
    const id = claim.claimTypeReferenceId;
    if (isSecretClaim(policy, id) || id.toLowerCase() === bearer || Object.hasOwn(context.secrets, id)) {
      names.add(claim.partnerClaimType ?? id);
    }
  }
  return names;
}
