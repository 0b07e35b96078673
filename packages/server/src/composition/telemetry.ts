import type { TelemetryEvent, TelemetryPort } from "@vestibule/engine";

type Api = typeof import("@opentelemetry/api");
let loading: Promise<Api> | undefined;

/**
 * Policies' events as OpenTelemetry spans without a length, under the name `vestibule`. Where the process was started
 * without an SDK (`node --import ./telemetry.mjs`) they end here.
 */
export const openTelemetry: TelemetryPort = {
  event(event) {
    // Only policies that send events load it.
    loading ??= import("@opentelemetry/api");
    loading.then(({ trace }) => record(trace.getTracer("vestibule"), event)).catch(() => undefined);
  },
};

function record(tracer: ReturnType<Api["trace"]["getTracer"]>, event: TelemetryEvent): void {
  const { name, at, tenantId, policyId, correlationId } = event;
  const properties = Object.entries(event.properties).map(([key, value]) => [`property.${key}`, value]);
  const attributes = {
    "vestibule.tenant_id": tenantId,
    "vestibule.policy_id": policyId,
    "vestibule.correlation_id": correlationId,
    ...Object.fromEntries(properties),
  };
  tracer.startSpan(name, { startTime: at, attributes }).end(at);
}
