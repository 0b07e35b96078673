import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { StartError } from "../composition/start-error.ts";
import type { TlsMaterial } from "../hosting/listeners.ts";
import {
  canSharePorts,
  reportReady,
  superviseWorkers,
  toldToStop,
  type WorkerRole,
  workerRole,
} from "../hosting/workers.ts";
import type { Invocation } from "./options.ts";
import { UsageError } from "./options.ts";
import { printDiagnostics } from "./report.ts";
import { defaultHttpsPort, startOptions } from "./start-options.ts";
import { stopRequested } from "./stopping.ts";
import type { Terminal } from "./terminal.ts";

/**
 * `vestibule serve DIR`: production. Refuses to start on a tenant that holds errors; no console, no sample application;
 * logs JSON lines on standard output. https ends at a proxy, or here with `--tls-certificate` and `--tls-key`.
 * As many threads as `--workers` says share the ports: one for each processor core where it says nothing.
 */
export async function serve(invocation: Invocation, terminal: Terminal): Promise<number> {
  const role = workerRole();
  const cores = availableParallelism();
  const workers = invocation.workers ?? (canSharePorts ? cores : 1);
  if (role !== undefined) {
    const hashes = Math.max(1, Math.floor(cores / workers));
    return await serveHere(invocation, terminal, { stopped: toldToStop(), hashes, role, workers });
  }
  const stopped = stopRequested();
  if (invocation.metricsPort === 0 && workers > 1) {
    throw new UsageError("--metrics-port 0: threads that share a port need its number.");
  }
  if (workers === 1) return await serveHere(invocation, terminal, { stopped, hashes: cores });
  if (!canSharePorts) {
    throw new UsageError(
      `--workers ${workers}: on this system only one can listen at a port; leave it away.`,
    );
  }
  const { ended } = superviseWorkers({
    program: process.argv[1] ?? "",
    argv: process.argv.slice(2),
    count: workers,
    stopped,
    onLoss: (reason) => terminal.err(`A worker ended: ${reason}. Another one takes its place.`),
  });
  return await ended;
}

/** Serves in this thread. `hashes`: passwords that it may hash at the same time. */
async function serveHere(
  invocation: Invocation,
  terminal: Terminal,
  {
    stopped,
    hashes,
    role,
    workers = 1,
  }: {
    readonly stopped: Promise<unknown>;
    readonly hashes: number;
    readonly role?: WorkerRole;
    readonly workers?: number;
  },
): Promise<number> {
  const tls = await readTls(invocation);
  // Loaded by those who serve: whoever only watches over them needs none of it.
  const { startServer } = await import("../server.ts");
  const options = startOptions(invocation, "info");
  const server = await startServer({
    ...options,
    ...(options.metrics && { metrics: { ...options.metrics, threads: workers } }),
    mode: "production",
    passwordHashing: { concurrency: hashes },
    ...(tls && { tls, httpsPort: invocation.httpsPort ?? defaultHttpsPort }),
    ...(role && { worker: role }),
  });
  try {
    if (role === undefined || role.first) printDiagnostics(server.diagnostics, terminal);
    reportReady(server.ports);
    server.context.log.info({ http: server.url, https: server.httpsUrl }, "ready");
    await stopped;
    server.context.log.info("stopping");
    return 0;
  } finally {
    await server.close();
  }
}

async function readTls(invocation: Invocation): Promise<TlsMaterial | undefined> {
  const { tlsCertificate, tlsKey } = invocation;
  if (tlsCertificate === undefined && tlsKey === undefined) {
    if (invocation.httpsPort === undefined) return undefined;
    throw new UsageError("--https-port in production needs --tls-certificate and --tls-key.");
  }
  if (tlsCertificate === undefined || tlsKey === undefined) {
    throw new UsageError("--tls-certificate and --tls-key go together.");
  }
  return { certificate: await readPem(tlsCertificate), privateKey: await readPem(tlsKey) };
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const why =
      error instanceof Error && "code" in error && error.code === "ENOENT"
        ? "does not exist"
        : "cannot be read";
    throw new StartError([`${path} ${why}.`]);
  }
}
