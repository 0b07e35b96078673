import type { ProfileResult, ServerProfileKind } from "../profile.ts";
import { claimsCodec } from "./claims/codec.ts";
import { connectorCodec } from "./connector/codec.ts";
import { findCredentials } from "./credentials.ts";
import type { Codec, Decision, EncodedRequest, Fault, RestfulContext } from "./exchange.ts";
import { failureResult } from "./failure.ts";
import { type RestfulMetadata, readRestfulMetadata } from "./metadata.ts";
import { type Exchange, recordCall } from "./record.ts";

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
  await recordCall(context, exchange, decision);
  return resultOf(context, decision);
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
