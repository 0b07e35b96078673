import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { CallRecord } from "@vestibule/engine";
import { memoryPorts } from "@vestibule/engine/testing";
import { warningSentence } from "../calls/call-warnings.ts";
import { type CallSource, readCall, readCalls, type TenantCall } from "../calls/calls.ts";
import { attemptText, decisionSentence, verdictText } from "../calls/describe.ts";
import { replay } from "../calls/replay.ts";
import { loadMasterKey } from "../keys/master-key.ts";
import { openStore } from "../store/open-store.ts";
import { readTenant } from "../tenant/read-tenant.ts";
import { type Invocation, UsageError } from "./options.ts";
import { startOptions } from "./start-options.ts";
import type { Terminal } from "./terminal.ts";

const form =
  "vestibule calls DIR [WORD...] or vestibule calls DIR ID: vestibule calls ./tenant before-creating fail";

/**
 * `vestibule calls DIR`: what REST APIs were asked, what they answered and what became of it. It reads the database of a
 * server that may be running. Exit code 1 where no call is shown.
 */
export async function calls(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [directory, ...words] = invocation.directories;
  if (directory === undefined) throw new UsageError(form);
  const { tenant } = await readTenant(resolve(directory), { mode: "development" });
  if (!tenant) throw new UsageError(`${directory} holds no tenant that can be read: ${form}`);
  const { dataDir, database } = startOptions(invocation, "silent");
  const store = await openStore({
    ...(database === undefined
      ? { file: resolve(dataDir, "vestibule.sqlite") }
      : /^postgres(ql)?:/i.test(database)
        ? { url: database }
        : { file: database }),
    masterKey: await loadMasterKey(dataDir),
    clock: { now: Date.now },
  });
  try {
    const source: CallSource = { tenants: { all: () => [tenant] }, store };
    const own = (name: string) => invocation.own?.get(name)?.at(-1);
    const [only, ...others] = words;
    const found = only !== undefined && others.length === 0 ? await readCall(source, only) : undefined;
    const answer = own("answer");
    if (answer !== undefined) {
      if (!found)
        throw new UsageError("--answer needs the id of a call: vestibule calls DIR ID --answer FILE");
      return await tryAnswer(found, answer, own("status"), store, terminal);
    }
    if (found) return show(callText(found.call), terminal);
    const list = (await readCalls(source, words.join(" "))).slice(0, limitOf(own("limit")));
    if (list.length === 0) {
      terminal.err(words.length === 0 ? "No API was called." : `No call fits ${words.join(" ")}.`);
      return 1;
    }
    return show(list.map(callLine), terminal);
  } finally {
    await store.close();
  }
}

async function tryAnswer(
  found: TenantCall,
  file: string,
  status: string | undefined,
  store: Awaited<ReturnType<typeof openStore>>,
  terminal: Terminal,
): Promise<number> {
  if (status !== undefined && !/^[1-5]\d\d$/.test(status))
    throw new UsageError("--status takes three digits.");
  const body = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read: ${error.code ?? "unknown"}.`);
  });
  // Nothing is sent and nothing is written: the directory is only asked for its names.
  const ports = (tenant: TenantCall["tenant"]) => ({ ...memoryPorts(), directory: store.directory(tenant) });
  const result = await replay({ ports, now: Date.now }, found, {
    body: found.call.request.body ?? "",
    answer: { status: Number(status ?? 200), body },
    origin: "http://localhost",
  });
  if ("problem" in result) {
    terminal.err(result.problem);
    return 1;
  }
  return show(["With this answer:", ...outcomeLines(result)], terminal);
}

function show(lines: readonly string[], terminal: Terminal): number {
  for (const line of lines) terminal.out(line);
  return 0;
}

function limitOf(written: string | undefined): number {
  if (written === undefined) return 20;
  if (!/^[1-9]\d{0,2}$/.test(written)) throw new UsageError("--limit takes a number from 1 to 999.");
  return Number(written);
}

function callLine({ call }: TenantCall): string {
  const { id, at, connectorId, technicalProfile, response, failure, decision, duration, policyId } = call;
  const came = response ? `HTTP ${response.status}` : (failure?.kind ?? "not sent");
  const when = new Date(at).toISOString().slice(0, 19).replace("T", " ");
  const time = `${Math.round(duration)} ms`;
  return [
    when,
    (connectorId ?? technicalProfile).padEnd(24),
    came.padEnd(12),
    decision.padEnd(9),
    time.padStart(8),
    policyId,
    id,
  ].join("  ");
}

function callText(call: CallRecord): readonly string[] {
  const { request, response, attempts } = call;
  return [
    `${call.connectorId ?? call.technicalProfile}, ${call.policyId}, step ${call.step}${call.connectorStep === undefined ? "" : ` ${call.connectorStep}`}`,
    `journey ${call.correlationId}, ${new Date(call.at).toISOString()}, ${Math.round(call.duration)} ms`,
    "",
    `${request.method} ${request.url}`,
    ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
    ...(request.body === undefined ? [] : ["", request.body]),
    "",
    ...attempts.map((attempt, index) => `try ${index + 1}: ${attemptText(attempt)}`),
    ...(response ? ["", `HTTP ${response.status}`, ...(response.body === "" ? [] : [response.body])] : []),
    "",
    ...outcomeLines(call),
  ];
}

function outcomeLines(call: CallRecord): readonly string[] {
  return [
    `${call.decision}: ${decisionSentence(call)}`,
    ...(call.failure ? [call.failure.detail] : []),
    ...call.verdicts.map((verdict) => `  ${verdictText(verdict)}`),
    ...call.warnings.flatMap((warning) => {
      const sentence = warningSentence(warning);
      return sentence === undefined ? [] : [`  warning: ${sentence}`];
    }),
  ];
}
