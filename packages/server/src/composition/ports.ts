import { randomInt, randomUUID } from "node:crypto";
import type { FederationPort, HintPort, HttpPort, KeyPort, Ports } from "@vestibule/engine";
import type { FastifyBaseLogger } from "fastify";
import type { TokenSigning } from "../context.ts";
import { randomToken } from "../keys/random-token.ts";
import type { Mailer } from "../messages/mailer.ts";
import type { ConnectorMetrics } from "../metrics/connector-metrics.ts";
import { beginSpan } from "../metrics/connector-spans.ts";
import { findApplication } from "../relying-party/authorize.ts";
import type { PhoneDelivery, Store } from "../store/store.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { logFailedCall } from "./call-log.ts";
import { withoutValues } from "./call-privacy.ts";
import { connectorAudit } from "./connector-audit.ts";
import { createRequestSigner } from "./request-signer.ts";
import { openTelemetry } from "./telemetry.ts";

/** What the engine's ports are made of. */
export interface Outside {
  readonly store: Store;
  readonly federation: FederationPort;
  readonly mailer: Mailer;
  phones(tenant: Tenant): PhoneDelivery;
  http(tenant: Tenant): HttpPort;
  keys(tenant: Tenant): KeyPort;
  readonly signing: TokenSigning;
  hints(tenant: Tenant): HintPort;
  /** Something was put into the outbox for APIs. */
  notified(): void;
  /** True in development mode: recorded calls hold bodies and claim values. */
  readonly recordsValues: boolean;
  /** False = calls leave nothing but their audit row. */
  readonly keepsCalls: boolean;
  /** Counts calls for the operator's monitoring. */
  readonly metrics?: Pick<ConnectorMetrics, "observe">;
  readonly log: FastifyBaseLogger;
  now(): number;
}

/** The engine's ports, bound to one tenant; made once for each version of a tenant. */
export function createPorts(outside: Outside): (tenant: Tenant) => Ports {
  const made = new WeakMap<Tenant, Ports>();
  return (tenant) => {
    const known = made.get(tenant);
    if (known) return known;
    const ports = bindPorts(outside, tenant);
    made.set(tenant, ports);
    return ports;
  };
}

function bindPorts(
  { store, http, federation, hints, mailer, phones, keys, signing, notified, log, now, ...records }: Outside,
  tenant: Tenant,
): Ports {
  return {
    organisation: tenant.displayName,
    clock: { now },
    random: {
      uuid: () => randomUUID(),
      token: randomToken,
      integer: (below) => randomInt(below),
    },
    directory: store.directory(tenant),
    http: http(tenant),
    keys: keys(tenant),
    tokens: {
      verify: (token) => signing.verify(tenant, token),
      isApplication: (clientId) => findApplication(tenant, clientId) !== undefined,
    },
    requestSigner: createRequestSigner(signing, tenant),
    verification: store.verification(tenant, (message) => mailer.deliver(tenant.id, message)),
    authenticators: store.authenticators(tenant),
    phone: store.phone(tenant, phones(tenant)),
    federation,
    hints: hints(tenant),
    telemetry: openTelemetry,
    notifications: {
      async add(notification) {
        await store.notifications.add(tenant.id, notification);
        notified();
      },
    },
    calls: {
      begin: (call) => beginSpan(tenant.defaultDomain, call),
      // The person's journey goes on although its record is lost; the operator learns of it from the log.
      record: async (call) => {
        const lost = (text: string) => (error: unknown) => {
          log.error({ err: error, correlationId: call.correlationId }, text);
        };
        const audit = connectorAudit(tenant, call);
        logFailedCall(log, tenant, call);
        records.metrics?.observe(tenant.defaultDomain, call);
        await Promise.all([
          records.keepsCalls &&
            store.observations
              .addCall(tenant.id, records.recordsValues ? call : withoutValues(call))
              .catch(lost("call record lost")),
          audit && store.observations.addAudit(tenant.id, audit).catch(lost("audit row lost")),
        ]);
      },
    },
  };
}
