import {
  type Attributes,
  context,
  createContextKey,
  isSpanContextValid,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import type { CallRecord, CallRecorder, CallTrace } from "@vestibule/engine";

const tracer = trace.getTracer("vestibule");

/** The key of OpenTelemetry's own SDK: instrumentation of HTTP clients leaves a request alone where it is set. */
const suppressed = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/**
 * Gives one call as a client span, with an event for each try, to the OpenTelemetry SDK of this process. Names follow
 * OpenTelemetry's semantic conventions for HTTP clients; nothing of a person is among the attributes. The request itself
 * names the span to the API: one `traceparent` for all tries, and none where the process has no SDK.
 */
export function beginSpan(
  tenant: string,
  call: Parameters<NonNullable<CallRecorder["begin"]>>[0],
): CallTrace {
  const span = tracer.startSpan(`connector ${call.connectorId ?? call.technicalProfile}`, {
    kind: SpanKind.CLIENT,
    startTime: call.at,
    attributes: {
      "vestibule.tenant": tenant,
      "vestibule.policy": call.policyId,
      "vestibule.step": call.step,
      "vestibule.correlation_id": call.correlationId,
    },
  });
  const spanContext = span.spanContext();
  const isTraced = isSpanContextValid(spanContext);
  return {
    ...(isTraced && {
      traceparent: `00-${spanContext.traceId}-${spanContext.spanId}-${hex(spanContext.traceFlags & TraceFlags.SAMPLED)}`,
    }),
    // An instrumented client would add a second header and a second span of the same call.
    run: (work) =>
      isTraced
        ? context.with(trace.setSpan(context.active(), span).setValue(suppressed, true), work)
        : work(),
    end: (record) => endSpan(span, record),
  };
}

function endSpan(span: Span, call: CallRecord): void {
  // Without an SDK nobody would read what follows.
  if (!span.isRecording()) {
    span.end();
    return;
  }
  const { request, response, failure, attempts } = call;
  const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
  span.setAttributes({
    "http.request.method": request.method,
    "url.full": request.template ?? request.url,
    ...(url && { "server.address": url.hostname }),
    ...(response && { "http.response.status_code": response.status }),
    ...(attempts.length > 1 && { "http.request.resend_count": attempts.length - 1 }),
    ...(failure && { "error.type": failure.kind }),
    "vestibule.decision": call.decision,
    "vestibule.call_id": call.id,
  });
  let at = call.at;
  for (const [index, attempt] of attempts.entries()) {
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

function hex(flags: number): string {
  return flags.toString(16).padStart(2, "0");
}
