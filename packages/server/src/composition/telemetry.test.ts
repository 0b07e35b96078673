import { type TracerProvider, trace } from "@opentelemetry/api";
import { afterEach, expect, it, vi } from "vitest";
import { openTelemetry } from "./telemetry.ts";

afterEach(() => trace.disable());

it("gives a policy's event to whatever OpenTelemetry the process was started with", async () => {
  const spans: unknown[] = [];
  const tracer = {
    startSpan: (name: string, options: unknown) => ({
      end: (at: number) => spans.push({ name, options, at }),
    }),
  };
  trace.setGlobalTracerProvider({ getTracer: () => tracer } as unknown as TracerProvider);
  const event = {
    name: "SignIn",
    properties: { Application: "app" },
    at: 1000,
    tenantId: "t",
    policyId: "B2C_1A_x",
    correlationId: "c",
  };
  openTelemetry.event(event);
  await vi.waitFor(() => expect(spans).toHaveLength(1));
  expect(spans).toEqual([
    {
      name: "SignIn",
      at: 1000,
      options: {
        startTime: 1000,
        attributes: {
          "vestibule.tenant_id": "t",
          "vestibule.policy_id": "B2C_1A_x",
          "vestibule.correlation_id": "c",
          "property.Application": "app",
        },
      },
    },
  ]);
});
