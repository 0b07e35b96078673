import { readFile } from "node:fs/promises";
import { StartError } from "../composition/start-error.ts";
import { TenantErrors } from "../composition/tenant-errors.ts";
import { ListenError } from "../hosting/listeners.ts";
import { readInvocation, UsageError } from "./options.ts";
import { countDiagnostics, printDiagnostics } from "./report.ts";
import { processTerminal, type Terminal } from "./terminal.ts";
import { usage } from "./usage.ts";

/**
 * The command line `vestibule`. Resolves when the command is done, for a server when it was told to stop.
 * Exit codes: 0 done, 1 it could not start, 2 the command line makes no sense.
 */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal): Promise<number> {
  try {
    const invocation = readInvocation(argv, process.env);
    if (invocation === "help") {
      terminal.out(usage.trimEnd());
      return 0;
    }
    if (invocation === "version") {
      terminal.out(await version());
      return 0;
    }
    // Loaded when it is needed: a question about the options should not wait for the whole server.
    switch (invocation.command) {
      case "dev":
        return await (await import("./dev.ts")).dev(invocation, terminal);
      case "serve":
        return await (await import("./serve.ts")).serve(invocation, terminal);
      case "check":
        return await (await import("./check.ts")).check(invocation, terminal);
      case "eject":
        return await (await import("./eject.ts")).eject(invocation, terminal);
      case "keys":
        return await (await import("./keys.ts")).keys(invocation, terminal);
      case "connector":
        return await (await import("./connector.ts")).connector(invocation, terminal);
      case "calls":
        return await (await import("./calls.ts")).calls(invocation, terminal);
      case "notifications":
        return await (await import("./notifications.ts")).notifications(invocation, terminal);
      case "trust":
        return await (await import("./trust.ts")).trust(terminal);
    }
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.err(error.message);
      return 2;
    }
    if (error instanceof ListenError) {
      const other = error.busy
        ? " Stop that program, or choose another port with --http-port or --https-port."
        : "";
      terminal.err(`${error.message}${other}`);
      return 1;
    }
    if (error instanceof TenantErrors) {
      printDiagnostics(error.diagnostics, terminal);
      terminal.err(`${countDiagnostics(error.diagnostics)}: nothing is served until the errors are mended.`);
      return 1;
    }
    if (error instanceof StartError) {
      for (const line of error.lines) terminal.err(line);
      return 1;
    }
    throw error;
  }
}

async function version(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  const described: unknown = JSON.parse(text);
  const found =
    typeof described === "object" && described !== null && "version" in described ? described.version : "";
  return `vestibule ${found}`;
}
