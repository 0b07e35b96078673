import type { Diagnostic } from "@vestibule/policy";
import type { FastifyBaseLogger } from "fastify";
import { openOutside } from "./composition/outside.ts";
import { mountRooms, type Rooms } from "./composition/rooms.ts";
import { seedAccounts } from "./composition/seed-accounts.ts";
import { StartError } from "./composition/start-error.ts";
import { TenantErrors } from "./composition/tenant-errors.ts";
import type { ServerContext } from "./context.ts";
import { createHttpApplication } from "./hosting/application.ts";
import { Closing } from "./hosting/closing.ts";
import { registerHealth } from "./hosting/health.ts";
import { hostRule } from "./hosting/hosts.ts";
import { type Listener, listen, type TlsMaterial } from "./hosting/listeners.ts";
import { sweepRegularly } from "./hosting/sweep.ts";
import type { WorkerPorts, WorkerRole } from "./hosting/workers.ts";
import { mailProblem, sendsMail } from "./messages/mail-problem.ts";
import { phoneProblem, reachesPhones } from "./messages/phone-problem.ts";
import type { MetricsOptions } from "./metrics/endpoint.ts";
import type { Network } from "./outbound/address-guard.ts";
import type { SocketOpener } from "./outbound/index.ts";
import type { PasswordHashing } from "./store/passwords.ts";
import type { Tenants } from "./tenant/tenant.ts";

export { StartError } from "./composition/start-error.ts";
export { TenantErrors } from "./composition/tenant-errors.ts";
export { ListenError } from "./hosting/listeners.ts";

/** A network that a tenant's APIs may be in. */
export interface AllowedNetwork {
  /** Domain or id; absent = every tenant. */
  readonly tenant?: string;
  readonly network: Network;
}

export interface ServerOptions {
  /** Folders of tenants (user-flows.md 16). */
  readonly directories: readonly string[];
  /** Development: console, outbox, sample application, inline secrets, calls to this machine; watches the folders. */
  readonly mode: "development" | "production";
  /** 0 = any free port. */
  readonly httpPort: number;
  /** Together with `tls`. */
  readonly httpsPort?: number;
  readonly tls?: TlsMaterial;
  /** PEM of the authority behind `tls` where the system does not know it; development only. */
  readonly authority?: string;
  /** Address to listen at; absent = both loopback addresses. */
  readonly host?: string;
  /** Host names to answer for beside the tenants' domains, `host` and `localhost`. */
  readonly publicHosts?: readonly string[];
  /** Proxies whose `X-Forwarded-…` headers count: addresses or CIDR ranges. */
  readonly trustedProxies?: readonly string[];
  /** `postgres://…` or a SQLite file; absent = `vestibule.sqlite` in `dataDir`. */
  readonly database?: string;
  /** Holds the embedded database and the master key. Made where it is missing. */
  readonly dataDir: string;
  /** Hosts of templates and identity providers that may have private addresses. */
  readonly privateHosts?: readonly string[];
  /**
   * How often one address may begin journeys, post forms and be refused tokens: a factor of the defaults in
   * `hosting/visitor-limits.ts`. Absent = 1 in production, off in development.
   */
  readonly visitorLimits?: number | "off";
  /** Loopback and private networks that APIs may be in; in development they may be anywhere. */
  readonly allowedNetworks?: readonly AllowedNetwork[];
  /** HTTP proxy that public addresses are reached through. */
  readonly proxy?: URL;
  readonly passwordHashing?: PasswordHashing;
  /** This thread's place among others that serve the same ports. */
  readonly worker?: WorkerRole;
  /** Where texts and calls to phones go (messages/phone-problem.ts). */
  readonly phone?: { readonly webhook?: string; readonly secret?: string };
  readonly smtp?: { readonly url: string; readonly from?: string };
  /** Milliseconds for which exchanges with REST APIs are kept; 0 = not at all. Absent = a day. */
  readonly keepCalls?: number;
  /** Prometheus metrics at a port of their own; absent = none. */
  readonly metrics?: MetricsOptions;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly log?: FastifyBaseLogger;
  /** Used where `log` is absent. */
  readonly logLevel?: string;
  /** Called in development mode whenever a folder was read again, with everything that is wrong now. */
  readonly onTenantsChange?: (diagnostics: readonly Diagnostic[], milliseconds: number) => void;
  /** False: development mode does not watch the folders; whoever changes them calls `reload`. */
  readonly watch?: boolean;
  /**
   * Opens every connection to other machines instead of the guarded client, so that test suites answer for hosts that
   * policies name. Refused outside development mode.
   */
  readonly insecureOpenSocket?: SocketOpener;
}

export interface RunningServer {
  /** `http://localhost:4480`. */
  readonly url: string;
  readonly httpsUrl?: string;
  readonly ports: WorkerPorts;
  readonly context: ServerContext;
  /** What reading the tenants brought up. */
  readonly diagnostics: readonly Diagnostic[];
  /** Path of the sample application, where it is served. */
  readonly samplePath?: string;
  replaceCertificate(tls: TlsMaterial): void;
  /** Reads the tenants' folders again; resolves with everything that is wrong in them now. */
  reload(): Promise<readonly Diagnostic[]>;
  /** Stops accepting, finishes what is under way (10 s at most), closes the store. */
  close(): Promise<void>;
}

const graceMilliseconds = 10_000;

/**
 * Starts a server and resolves when it answers. Throws `TenantErrors` in production mode where a tenant holds errors,
 * `ListenError` where a port cannot be had, `StartError` where the data folder or the database cannot be used; nothing
 * is left open then.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const closing = new Closing();
  try {
    return await start(options, closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function start(options: ServerOptions, closing: Closing): Promise<RunningServer> {
  if (options.insecureOpenSocket && options.mode !== "development") {
    throw new StartError(["insecureOpenSocket is for development mode only."]);
  }
  let rooms: Rooms | undefined;
  let context: ServerContext | undefined;
  const app = createHttpApplication({
    ...(options.log && { log: options.log }),
    logLevel: options.logLevel ?? "warn",
    trustedProxies: options.trustedProxies ?? [],
    servesHost: hostRule({
      configured: [...(options.publicHosts ?? []), ...(options.host !== undefined ? [options.host] : [])],
      ofTenants: () => context?.tenants.all().flatMap((tenant) => tenant.domains) ?? [],
    }),
    sendError: async (request, reply, error) => rooms?.sendError(request, reply, error),
  });
  closing.add(() => app.close());

  const outside = await openOutside(
    { ...options, onTenantsChange: (found, took) => void tenantsChanged(found, took) },
    app.log,
    closing,
  );
  const { store, tenants } = outside.context;
  const seeded = await seedAll(outside.context);
  const diagnostics = [...tenants.diagnostics(), ...seeded, ...messageDiagnostics(options, tenants)];
  if (options.mode === "production" && diagnostics.some((one) => one.severity === "error")) {
    throw new TenantErrors(diagnostics);
  }
  context = outside.context;
  registerHealth(app, {
    databaseAnswers: () => store.healthy(),
    hasTenants: () => tenants.all().length > 0,
    isClosing: () => closing.begun,
  });
  const host = options.host !== undefined ? { host: options.host } : {};
  rooms = await mountRooms(app, context, {
    reach: { publicHosts: options.publicHosts ?? [], ...host },
    ...outside,
    ...(options.authority !== undefined && { authority: options.authority }),
  });
  await app.ready();
  closing.add(sweepRegularly(store, context.now, context.log));

  const listeners: Listener[] = [];
  closing.add(() => Promise.all(listeners.map((one) => one.close(graceMilliseconds))));
  const { worker } = options;
  const shared = worker && { shared: { alone: worker.ports === undefined } };
  const http = await listen({
    handle: app.routing,
    port: worker?.ports?.http ?? options.httpPort,
    ...host,
    ...shared,
  });
  listeners.push(http);
  let https: Listener | undefined;
  if (options.tls && options.httpsPort !== undefined) {
    https = await listen({
      handle: app.routing,
      port: worker?.ports?.https ?? options.httpsPort,
      tls: options.tls,
      ...host,
      ...shared,
    });
    listeners.push(https);
  }

  async function tenantsChanged(found: readonly Diagnostic[], milliseconds: number): Promise<void> {
    try {
      const seeded = context ? await seedAll(context) : [];
      options.onTenantsChange?.([...found, ...seeded], milliseconds);
    } catch (error) {
      app.log.error({ err: error }, "demonstration accounts could not be made");
    }
  }

  return {
    url: http.url,
    ...(https && { httpsUrl: https.url }),
    ports: { http: http.port, ...(https && { https: https.port }) },
    context,
    diagnostics,
    ...(rooms.samplePath !== undefined && { samplePath: rooms.samplePath }),
    replaceCertificate: (tls) => https?.replaceCertificate(tls),
    reload: async () => {
      await outside.reload();
      return tenants.diagnostics();
    },
    close: () => closing.run(),
  };
}

/** A server that cannot send mail or reach phones must not begin flows that need it. */
function messageDiagnostics({ mode, smtp, phone }: ServerOptions, tenants: Tenants): readonly Diagnostic[] {
  const policies = tenants.all().flatMap((tenant) => [...tenant.policies.values()]);
  const problems = [
    policies.some(({ program }) => sendsMail(program.policy)) &&
      mailProblem({
        mode,
        ...(smtp && { smtp: smtp.url, ...(smtp.from !== undefined && { from: smtp.from }) }),
      }),
    policies.some(({ program }) => reachesPhones(program)) && phoneProblem({ mode, ...phone }),
  ];
  return problems.filter((problem) => typeof problem === "object");
}

/** Demonstration accounts have passwords that everybody can read, so production makes none of them. */
async function seedAll({ mode, tenants, store }: ServerContext): Promise<readonly Diagnostic[]> {
  if (mode === "production") return [];
  const found = await Promise.all(
    tenants.all().map((tenant) => seedAccounts(tenant, store.directory(tenant))),
  );
  return found.flat();
}
