import { type Attributes, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { CallRecord } from "@vestibule/engine";

const tracer = trace.getTracer("vestibule");

/**
 * Gives one call as a client span, with an event for each try, to the OpenTelemetry SDK of this process. Names follow
 * OpenTelemetry's semantic conventions for HTTP clients; nothing of a person is among the attributes.
 */
export function recordSpan(tenant: string, call: CallRecord): void {
  const { request, response, failure, attempts } = call;
  const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
  const span = tracer.startSpan(`connector ${call.connectorId ?? call.technicalProfile}`, {
    kind: SpanKind.CLIENT,
    startTime: call.at,
    attributes: {
      "http.request.method": request.method,
      "url.full": request.template ?? request.url,
      ...(url && { "server.address": url.hostname }),
      ...(response && { "http.response.status_code": response.status }),
      ...(attempts.length > 1 && { "http.request.resend_count": attempts.length - 1 }),
      ...(failure && { "error.type": failure.kind }),
      "vestibule.tenant": tenant,
      "vestibule.policy": call.policyId,
      "vestibule.step": call.step,
      "vestibule.decision": call.decision,
      "vestibule.correlation_id": call.correlationId,
      "vestibule.call_id": call.id,
    },
  });
  let at = call.at;
  // Without an SDK nobody would read the events.
  for (const [index, attempt] of span.isRecording() ? attempts.entries() : []) {
    at += (attempt.pause ?? 0) + attempt.duration;
    const timings: Attributes = Object.fromEntries(
      Object.entries(attempt.timings ?? {}).map(([phase, time]) => [`vestibule.${phase}_ms`, time]),
    );
    span.addEvent(
      `try ${index + 1}`,
      {
        ...(attempt.status !== undefined && { "http.response.status_code": attempt.status }),
        ...(attempt.failure !== undefined && { "error.type": attempt.failure }),
        ...timings,
      },
      at,
    );
  }
  if (call.decision === "fail") span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(call.at + call.duration);
}
