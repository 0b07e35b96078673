import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { HttpPort } from "@vestibule/engine";
import type { FastifyBaseLogger } from "fastify";
import type { ServerContext } from "../context.ts";
import type { Closing } from "../hosting/closing.ts";
import {
  createLimitMemory,
  unlimited,
  type VisitorLimits,
  visitorLimits,
} from "../hosting/visitor-limits.ts";
import { loadMasterKey } from "../keys/master-key.ts";
import { createKeyPort } from "../keys/policy-keys.ts";
import { createTokenSigning } from "../keys/signing-keys.ts";
import { createPhoneMessenger } from "../messages/phone-messenger.ts";
import type { Metrics } from "../metrics/endpoint.ts";
import { type Delivering, deliverNotifications } from "../notifications/delivery.ts";
import type { OutboundHttp, OutboundOptions } from "../outbound/index.ts";
import { createTemplateSource, type TemplateSource } from "../pages/template-source.ts";
import { findApplication } from "../relying-party/authorize.ts";
import { ownDocument } from "../relying-party/own-document.ts";
import type { AllowedNetwork, ServerOptions } from "../server.ts";
import { openStore } from "../store/open-store.ts";
import { openTenants } from "../tenant/open-tenants.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { deferredFederation, deferredHttp, deferredMailer } from "./deferred.ts";
import { createPorts } from "./ports.ts";
import { StartError } from "./start-error.ts";

/** Everything outside the rooms: tenants, store, keys, mail, and the ways out to other machines. */
export interface OpenedOutside {
  readonly context: ServerContext;
  readonly templates: TemplateSource;
  readonly interactionSecret: Uint8Array;
  /** Reads the tenants' folders again. */
  reload(): Promise<void>;
}

/** Opens it all; each part goes to `closing` as soon as it is open. */
export async function openOutside(
  options: ServerOptions,
  log: FastifyBaseLogger,
  closing: Closing,
): Promise<OpenedOutside> {
  const { mode } = options;
  const now = options.now ?? Date.now;
  const development = mode === "development";
  const privateHosts = options.privateHosts ?? [];
  const opener = {
    ...(options.insecureOpenSocket && { openSocket: options.insecureOpenSocket }),
    ...(options.proxy && { proxy: options.proxy }),
  };
  const masterKey = await attempt(`${options.dataDir} cannot be used`, async () => {
    await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
    return loadMasterKey(options.dataDir);
  });

  const store = await attempt("The database cannot be opened", () =>
    openStore({
      ...databaseOf(options),
      masterKey,
      clock: { now },
      ...(options.passwordHashing && { passwordHashing: options.passwordHashing }),
      ...(options.keepCalls !== undefined && { retention: { calls: options.keepCalls } }),
      ...(options.worker && {
        locks: options.worker.locks,
        // The threads share what one process may open; each needs a few for itself.
        connections: Math.max(4, Math.floor(20 / options.worker.count)),
      }),
    }),
  );
  closing.add(() => store.close());
  const metrics = options.metrics && (await openMetrics(options));
  if (metrics) closing.add(() => metrics.close());

  const mailer = deferredMailer({
    mode,
    outbox: store.outbox,
    log,
    now,
    ...(options.smtp && { smtp: options.smtp.url }),
    ...(options.smtp?.from !== undefined && { from: options.smtp.from }),
  });
  closing.add(() => mailer.close());

  // The operator names this address and not a tenant: it may be this machine or a private one.
  const webhookClient = deferredHttp({
    development,
    addresses: { private: true, loopback: true },
    ...opener,
  });
  closing.add(() => webhookClient.close());
  const phones = createPhoneMessenger({
    mode,
    outbox: store.outbox,
    http: webhookClient,
    log,
    now,
    ...options.phone,
  });

  const { federation, hints } = deferredFederation({ development, privateHosts, now, ...opener }, closing);

  const tenants = await openTenants(options.directories, {
    mode,
    watch: options.watch ?? development,
    ...(options.onTenantsChange && { onChange: options.onTenantsChange }),
  });
  closing.add(() => tenants.close());

  const signing = createTokenSigning(store.signingKeys, now, store.policyKeys);
  let delivering: Delivering | undefined;
  const ports = createPorts({
    recordsValues: development,
    keepsCalls: options.keepCalls !== 0,
    ...(metrics && { metrics }),
    store,
    federation,
    mailer,
    phones,
    log,
    now,
    http: httpOfTenants({ development, ...opener }, options.allowedNetworks ?? [], closing, {
      metrics,
      threads: options.worker?.count ?? 1,
    }),
    signing,
    notified: () => delivering?.wake(),
    keys: (tenant) => createKeyPort({ keys: store.policyKeys, mode, now }, tenant),
    hints: (tenant) =>
      hints({
        isAudience: (audience) => audience === tenant.id || findApplication(tenant, audience) !== undefined,
        ownDocument: (address, origin) => ownDocument(signing, tenant, address, origin),
      }),
  });
  delivering = deliverNotifications({ store, tenants, ports, now }, log);
  closing.add(delivering.stop);
  return {
    context: {
      mode,
      tenants,
      store,
      ports,
      signing,
      log,
      now,
      limits: limitsOf(options, now),
      trustedProxies: options.trustedProxies ?? [],
    },
    templates: openTemplates({ development, ...opener }, privateHosts, now, closing),
    interactionSecret: Buffer.from(masterKey.digest("interaction"), "base64url"),
    reload: () => tenants.reload(),
  };
}

/** Development has none: one machine plays all visitors there. */
function limitsOf({ mode, visitorLimits: factor, worker }: ServerOptions, now: () => number): VisitorLimits {
  if (factor === "off" || (factor === undefined && mode === "development")) return unlimited;
  return visitorLimits(worker?.limits ?? createLimitMemory(), factor ?? 1, now);
}

/** Loaded only where the operator asks for it: it costs memory. */
async function openMetrics({ metrics, worker }: ServerOptions): Promise<Metrics | undefined> {
  if (!metrics) return undefined;
  const endpoint = await import("../metrics/endpoint.ts");
  return endpoint.openMetrics(metrics, worker && { alone: worker.ports === undefined });
}

/** Runs what the person who starts the server can mend when it fails. */
async function attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new StartError([`${what}: ${reasonOf(error)}`], error);
  }
}

/** Node gives an error with an empty message where all addresses of a name were tried. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

function databaseOf({
  database,
  dataDir,
}: ServerOptions): { readonly url: string } | { readonly file: string } {
  if (database === undefined) return { file: join(dataDir, "vestibule.sqlite") };
  return /^postgres(ql)?:/i.test(database) ? { url: database } : { file: database };
}

/** One client for each tenant: connections and circuits are never shared between tenants. */
function httpOfTenants(
  options: OutboundOptions,
  allowed: readonly AllowedNetwork[],
  closing: Closing,
  { metrics, threads }: { readonly metrics: Metrics | undefined; readonly threads: number },
): (tenant: Tenant) => HttpPort {
  const clients = new Map<string, OutboundHttp>();
  closing.add(() => Promise.all([...clients.values()].map((client) => client.close())));
  return (tenant) => {
    const known = clients.get(tenant.id);
    if (known) return known;
    const names = new Set([tenant.id, ...tenant.domains]);
    const networks = allowed
      .filter(({ tenant: name }) => name === undefined || names.has(name.toLowerCase()))
      .map(({ network }) => network);
    const client = deferredHttp({
      ...options,
      addresses: { networks },
      ...(threads > 1 && { sharedCircuits: tenant.id }),
    });
    clients.set(tenant.id, client);
    metrics?.watch(tenant.defaultDomain, client);
    return client;
  };
}

/** Templates come from public addresses and from the hosts that the operator listed: pages.md 4.8. */
function openTemplates(
  options: OutboundOptions & { readonly development: boolean },
  privateHosts: readonly string[],
  now: () => number,
  closing: Closing,
): TemplateSource {
  const clientFor = (privateAddresses: boolean) =>
    deferredHttp({ ...options, addresses: { private: privateAddresses }, breaker: false });
  const clients = { public: clientFor(false), listed: clientFor(true) };
  closing.add(() => Promise.all([clients.public.close(), clients.listed.close()]));
  const listed = new Set(privateHosts.map((name) => name.toLowerCase()));
  return createTemplateSource({
    now,
    insecureAllowHttp: options.development,
    fetchText: (url, limits) => {
      const client = listed.has(new URL(url).hostname) ? clients.listed : clients.public;
      return client.send({ method: "GET", url, tries: 1, ...limits });
    },
  });
}
