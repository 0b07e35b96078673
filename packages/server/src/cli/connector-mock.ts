import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { Diagnostic } from "@vestibule/policy";
import { JsonReading } from "@vestibule/user-flows";
import { startMock } from "../connector-mock/mock.ts";
import { checkRules, type MockRules, mockShape } from "../connector-mock/rules.ts";
import { tenantCodes } from "../tenant/documents.ts";
import { type Invocation, UsageError } from "./options.ts";
import { printDiagnostics } from "./report.ts";
import { stopRequested } from "./stopping.ts";
import type { Terminal } from "./terminal.ts";

const defaultPort = 4490;

/** `vestibule connector mock FILE`: plays an API until it is stopped. A saved file counts from the next request. */
export async function connectorMock(
  file: string,
  invocation: Invocation,
  terminal: Terminal,
  stopped: Promise<unknown> = stopRequested(),
): Promise<number> {
  const path = resolve(file);
  const first = await readRules(path);
  if (!("rules" in first)) {
    printDiagnostics(first.diagnostics, terminal);
    return 1;
  }
  let rules = first.rules;
  const mock = await startMock({
    port: invocation.httpPort ?? defaultPort,
    rules: () => rules,
    onRequest: (line) => terminal.out(line),
  });
  const watcher = watch(dirname(path), (_event, name) => {
    if (name !== null && name !== basename(path)) return;
    void readRules(path).then(
      (again) => {
        if ("rules" in again) rules = again.rules;
        else printDiagnostics(again.diagnostics, terminal);
      },
      () => undefined,
    );
  });
  terminal.out(`The mock listens at ${mock.url}, at every path. Point a connector's targetUrl at it.`);
  await stopped;
  watcher.close();
  await mock.close();
  return 0;
}

async function readRules(
  path: string,
): Promise<{ readonly rules: MockRules } | { readonly diagnostics: readonly Diagnostic[] }> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown"}.`);
  }
  const reading = new JsonReading(text, path, tenantCodes);
  const root = reading.root();
  const rules = root && mockShape.read(root, "", reading);
  if (rules) checkRules(rules, reading);
  return rules && reading.diagnostics.length === 0 ? { rules } : { diagnostics: reading.diagnostics };
}
