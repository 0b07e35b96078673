import { trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import type { CallRecord } from "@vestibule/engine";
import { expect, it } from "vitest";
import { beginSpan } from "./connector-spans.ts";

const call: CallRecord = {
  id: "call-1",
  correlationId: "journey-1",
  at: 1_767_225_600_000,
  policyId: "B2C_1_signup",
  step: 4,
  technicalProfile: "PreUserWriteRestful",
  connectorId: "before-creating",
  request: { method: "POST", url: "https://api.example/sign-up", headers: {} },
  response: { status: 200, headers: {}, body: "{}" },
  attempts: [{ duration: 40, status: 200, timings: { firstByte: 40 } }],
  duration: 40,
  decision: "continue",
  verdicts: [],
  warnings: [],
};

it("reaches the SDK that operators load, and names itself to the API", () => {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  const begun = beginSpan("contoso.example", call);
  begun.end(call);
  trace.disable();
  const [span] = exporter.getFinishedSpans();
  expect(span).toMatchObject({
    name: "connector before-creating",
    attributes: { "http.response.status_code": 200, "vestibule.decision": "continue" },
    events: [{ name: "try 1" }],
    duration: [0, 40_000_000],
  });
  expect(begun.traceparent).toBe(`00-${span?.spanContext().traceId}-${span?.spanContext().spanId}-01`);
});
