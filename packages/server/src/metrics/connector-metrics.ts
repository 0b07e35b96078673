import type { CallRecord } from "@vestibule/engine";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { CircuitReport, OutboundHttp } from "../outbound/index.ts";

/** A tenant's name in labels. */
type TenantName = string;

export interface ConnectorMetrics {
  observe(tenant: TenantName, call: CallRecord): void;
  /** Shows the circuits of this client from now on. */
  watch(tenant: TenantName, client: Pick<OutboundHttp, "circuits">): void;
}

/** Seconds: a call within one machine, and one that uses up the longest preset. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90];

const stateNumbers: Readonly<Record<CircuitReport["state"], number>> = { closed: 0, halfOpen: 1, open: 2 };

/** Everything that is counted of calls to REST APIs, by tenant and connector (or technical profile). */
export function createConnectorMetrics(registry: Registry): ConnectorMetrics {
  const registers = [registry];
  const calls = new Counter({
    name: "vestibule_connector_calls_total",
    help: "Calls of REST APIs, by what the journey made of them: continue, page, block, fail.",
    labelNames: ["tenant", "connector", "step", "decision"] as const,
    registers,
  });
  const failures = new Counter({
    name: "vestibule_connector_failures_total",
    help: "Failed calls by their kind: timeout, dns, connect, tls, reset, answer and others.",
    labelNames: ["tenant", "connector", "kind"] as const,
    registers,
  });
  const tries = new Counter({
    name: "vestibule_connector_tries_total",
    help: "Requests that went out, the repeated ones included.",
    labelNames: ["tenant", "connector"] as const,
    registers,
  });
  const duration = new Histogram({
    name: "vestibule_connector_duration_seconds",
    help: "Time of a call with all its tries.",
    labelNames: ["tenant", "connector"] as const,
    buckets,
    registers,
  });
  const clients = new Map<TenantName, Pick<OutboundHttp, "circuits">>();
  new Gauge({
    name: "vestibule_connector_circuit_state",
    help: "Circuit of an address: 0 closed, 1 half open, 2 open.",
    labelNames: ["tenant", "endpoint"] as const,
    registers,
    aggregator: "max",
    async collect() {
      this.reset();
      for (const [tenant, client] of clients) {
        for (const { endpoint, state } of await client.circuits()) {
          this.set({ tenant, endpoint }, stateNumbers[state]);
        }
      }
    },
  });
  return {
    observe(tenant, call) {
      const connector = call.connectorId ?? call.technicalProfile;
      calls.inc({ tenant, connector, step: call.connectorStep ?? "", decision: call.decision });
      if (call.failure) failures.inc({ tenant, connector, kind: call.failure.kind });
      if (call.attempts.length > 0) tries.inc({ tenant, connector }, call.attempts.length);
      duration.observe({ tenant, connector }, call.duration / 1000);
    },
    watch: (tenant, client) => void clients.set(tenant, client),
  };
}
