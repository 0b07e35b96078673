import { readFile } from "node:fs/promises";
import { StartError } from "../composition/start-error.ts";
import type { TlsMaterial } from "../hosting/listeners.ts";
import { startServer } from "../server.ts";
import type { Invocation } from "./options.ts";
import { UsageError } from "./options.ts";
import { printDiagnostics } from "./report.ts";
import { defaultHttpsPort, startOptions } from "./start-options.ts";
import { stopRequested } from "./stopping.ts";
import type { Terminal } from "./terminal.ts";

/**
 * `vestibule serve DIR`: production. Refuses to start on a tenant that holds errors; no console, no sample application;
 * logs JSON lines on standard output. https ends at a proxy, or here with `--tls-certificate` and `--tls-key`.
 */
export async function serve(invocation: Invocation, terminal: Terminal): Promise<number> {
  const stopped = stopRequested();
  const tls = await readTls(invocation);
  const server = await startServer({
    ...startOptions(invocation, "info"),
    mode: "production",
    ...(tls && { tls, httpsPort: invocation.httpsPort ?? defaultHttpsPort }),
  });
  try {
    printDiagnostics(server.diagnostics, terminal);
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
