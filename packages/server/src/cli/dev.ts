import { relative } from "node:path";
import { type Diagnostic, formatDiagnostic } from "@vestibule/policy";
import { authorityFolder } from "../development/authority-files.ts";
import { type LocalCertificate, localCertificate } from "../development/certificate-authority.ts";
import { type RunningServer, startServer } from "../server.ts";
import type { Invocation } from "./options.ts";
import { countDiagnostics, printDiagnostics } from "./report.ts";
import { defaultHttpsPort, describeDatabase, startOptions } from "./start-options.ts";
import { stopRequested } from "./stopping.ts";
import { aligned, type Terminal } from "./terminal.ts";

const day = 24 * 60 * 60 * 1000;

/**
 * `vestibule dev DIR`: serves the tenant while it is worked on, on http and https. A saved file is read at once; what is
 * wrong with it is printed, and the last good version goes on serving.
 */
export async function dev(invocation: Invocation, terminal: Terminal): Promise<number> {
  const stopped = stopRequested();
  // What was said already is not said again at every save.
  let known: readonly Diagnostic[] = [];
  const certificate = await certificateOrReason();
  if (typeof certificate === "string") terminal.err(`No https: ${certificate}`);
  const options = startOptions(invocation, "warn");
  const server = await startServer({
    ...options,
    mode: "development",
    ...(typeof certificate !== "string" && {
      httpsPort: invocation.httpsPort ?? defaultHttpsPort,
      tls: certificate.tls,
      authority: certificate.authority,
    }),
    onTenantsChange: (diagnostics, milliseconds) => {
      const before = new Set(known.map(formatDiagnostic));
      known = diagnostics;
      printDiagnostics(
        diagnostics.filter((one) => !before.has(formatDiagnostic(one))),
        terminal,
      );
      terminal.out(`Read again in ${Math.round(milliseconds)} ms: ${verdict(diagnostics)}`);
    },
  });
  const renewal = renewDaily(server);
  try {
    known = server.diagnostics;
    printDiagnostics(known, terminal);
    for (const line of summary(server, invocation, options.dataDir, certificate)) terminal.out(line);
    await stopped;
    return 0;
  } finally {
    clearInterval(renewal);
    await server.close();
  }
}

function verdict(diagnostics: readonly Diagnostic[]): string {
  const count = countDiagnostics(diagnostics);
  if (count === "") return "nothing to remark.";
  const broken = diagnostics.some(({ severity }) => severity === "error");
  return broken ? `${count}. What was good before goes on serving.` : `${count}.`;
}

async function certificateOrReason(): Promise<LocalCertificate | string> {
  try {
    return await localCertificate(authorityFolder(), Date.now());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function renewDaily(server: RunningServer): NodeJS.Timeout {
  const timer = setInterval(async () => {
    const certificate = await certificateOrReason();
    if (typeof certificate !== "string") server.replaceCertificate(certificate.tls);
  }, day);
  return timer.unref();
}

function summary(
  server: RunningServer,
  invocation: Invocation,
  dataDir: string,
  certificate: LocalCertificate | string,
): readonly string[] {
  const tenants = server.context.tenants.all().map((tenant): readonly [string, string] => {
    const count = tenant.policies.size;
    return ["tenant", `${tenant.defaultDomain}, ${count} ${count === 1 ? "policy" : "policies"}`];
  });
  const { url, httpsUrl } = server;
  return aligned([
    ...tenants,
    ["database", relativeIfShorter(describeDatabase(invocation.database, dataDir))],
    ...(invocation.smtp === undefined ? [] : [["mails", "by the SMTP server, and in the outbox"] as const]),
    ["http", url],
    ...(httpsUrl === undefined ? [] : [["https", `${httpsUrl}   (MSAL needs this one)`] as const]),
    ["outbox", `${url}/dev/outbox`],
    ...(typeof certificate === "string"
      ? []
      : [
          [
            "trust",
            `${certificate.isNew ? "the certificate authority is new; " : ""}npx vestibule trust tells how to trust https`,
          ] as const,
          ["for Node", `NODE_EXTRA_CA_CERTS=${certificate.authorityFile}`] as const,
        ]),
    ...(server.samplePath === undefined ? [] : [["sample app", `${url}${server.samplePath}`] as const]),
    ["open", `${url}/dev`],
  ]);
}

function relativeIfShorter(path: string): string {
  const short = relative(process.cwd(), path);
  return short !== "" && short.length < path.length ? short : path;
}
