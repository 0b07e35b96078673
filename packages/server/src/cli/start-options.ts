import { join, resolve } from "node:path";
import { readNetwork } from "../outbound/address-guard.ts";
import { readProxy } from "../outbound/proxied-connector.ts";
import type { AllowedNetwork, ServerOptions } from "../server.ts";
import { type Invocation, type LogLevel, UsageError } from "./options.ts";

const defaultHttpPort = 4480;
export const defaultHttpsPort = 4443;

/** What `dev` and `serve` have in common, from the command line to the server. */
export function startOptions(
  invocation: Invocation,
  defaultLogLevel: LogLevel,
): Omit<ServerOptions, "mode"> & { readonly dataDir: string } {
  const dataDir = resolve(invocation.dataDir ?? ".vestibule");
  return {
    directories: invocation.directories.map((directory) => resolve(directory)),
    dataDir,
    httpPort: invocation.httpPort ?? defaultHttpPort,
    publicHosts: invocation.publicHosts,
    trustedProxies: invocation.trustedProxies,
    privateHosts: invocation.privateHosts,
    allowedNetworks: invocation.allowedNetworks.map(readAllowedNetwork),
    ...(invocation.proxy !== undefined && { proxy: proxyOf(invocation.proxy) }),
    logLevel: invocation.logLevel ?? defaultLogLevel,
    ...(invocation.visitorLimits !== undefined && { visitorLimits: invocation.visitorLimits }),
    ...(invocation.host !== undefined && { host: invocation.host }),
    ...(invocation.keepCalls !== undefined && { keepCalls: invocation.keepCalls }),
    ...(invocation.metricsPort !== undefined && {
      metrics: {
        port: invocation.metricsPort,
        ...(invocation.metricsHost !== undefined && { host: invocation.metricsHost }),
      },
    }),
    ...(invocation.database !== undefined && { database: invocation.database }),
    ...(invocation.smtp !== undefined && {
      smtp: { url: invocation.smtp, ...(invocation.mailFrom !== undefined && { from: invocation.mailFrom }) },
    }),
    phone: {
      ...(invocation.phoneWebhook !== undefined && { webhook: invocation.phoneWebhook }),
      ...(invocation.phoneWebhookSecret !== undefined && { secret: invocation.phoneWebhookSecret }),
    },
  };
}

/** `10.1.0.0/16` for every tenant, `contoso.onmicrosoft.com=10.1.0.0/16` for one. Throws `UsageError`. */
function readAllowedNetwork(text: string): AllowedNetwork {
  const [first, second] = text.split("=", 2);
  const [tenant, range] = second === undefined ? [undefined, first] : [first, second];
  const network = readNetwork(range ?? "");
  if (!network || tenant === "") {
    throw new UsageError(
      `--allow-network takes a network such as 10.1.0.0/16, or contoso.onmicrosoft.com=10.1.0.0/16, not '${text}'.`,
    );
  }
  return { ...(tenant !== undefined && { tenant }), network };
}

/** The text may hold a password, and is never repeated. */
function proxyOf(text: string): URL {
  const proxy = readProxy(text);
  if (!proxy) throw new UsageError("--proxy takes an address such as http://proxy.contoso.example:3128.");
  return proxy;
}

/** Where the accounts lie, for the person: without user name and password. */
export function describeDatabase(database: string | undefined, dataDir: string): string {
  if (database === undefined) return join(dataDir, "vestibule.sqlite");
  if (!/^postgres(ql)?:/i.test(database)) return database;
  try {
    const url = new URL(database);
    return `PostgreSQL at ${url.host || "the local socket"}, database ${url.pathname.slice(1)}`;
  } catch {
    return "PostgreSQL";
  }
}
