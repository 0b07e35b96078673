import { resolve } from "node:path";
import { loadMasterKey } from "../keys/master-key.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { readTenant } from "../tenant/read-tenant.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { type Invocation, UsageError } from "./options.ts";
import { printDiagnostics } from "./report.ts";
import { aligned, type Terminal } from "./terminal.ts";

interface Work {
  readonly tenant: Tenant;
  readonly store: Store;
  readonly terminal: Terminal;
  readonly id: string | undefined;
}

interface Action {
  /** What stands after `vestibule notifications`. */
  readonly form: string;
  readonly takes: "no id" | "an id" | "an id or none";
  /** Gives the exit code. */
  run(work: Work): Promise<number>;
}

const actions: Readonly<Record<string, Action>> = {
  list: { form: "list DIR", takes: "no id", run: list },
  "send-again": { form: "send-again DIR [ID]", takes: "an id or none", run: sendAgain },
  remove: { form: "remove DIR ID", takes: "an id", run: remove },
};

/** Notifications that one command lists. */
const most = 1000;

/**
 * `vestibule notifications ACTION DIR …`: what waits for its delivery to the APIs of one tenant, and what was given up. It
 * may run beside a server, which delivers what is to be sent again within seconds.
 */
export async function notifications(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [name = "", directory, id, ...others] = invocation.directories;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  const fits = action && (id === undefined ? action.takes !== "an id" : action.takes !== "no id");
  if (!action || !fits || directory === undefined || others.length > 0) {
    const forms = Object.values(actions).map(({ form }) => `vestibule notifications ${form}`);
    throw new UsageError(action ? `vestibule notifications ${action.form}` : forms.join("\n"));
  }
  const { tenant, diagnostics } = await readTenant(resolve(directory), { mode: "production" });
  if (!tenant) {
    printDiagnostics(diagnostics, terminal);
    return 1;
  }
  const dataDir = resolve(invocation.dataDir ?? ".vestibule");
  const { database } = invocation;
  const isUrl = database !== undefined && /^postgres(ql)?:/i.test(database);
  const store = await openStore({
    ...(isUrl ? { url: database } : { file: database ?? resolve(dataDir, "vestibule.sqlite") }),
    masterKey: loadMasterKey(dataDir),
    clock: { now: Date.now },
  });
  try {
    return await action.run({ tenant, store, terminal, id });
  } finally {
    await store.close();
  }
}

const minute = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 16).replace("T", " ");

async function list({ tenant, store, terminal }: Work): Promise<number> {
  const found = await store.notifications.list(tenant.id, most);
  const rows = found.map(({ id, state, due, attempts, problem, notification }): [string, string] => [
    id,
    [
      notification.connectorId ?? notification.technicalProfile,
      `from ${minute(notification.created)}`,
      `${attempts} ${attempts === 1 ? "try" : "tries"}`,
      state === "dead" ? "given up" : `next ${minute(due)}`,
      ...(problem === "" ? [] : [problem]),
    ].join(", "),
  ]);
  for (const line of rows.length > 0 ? aligned(rows) : ["Every notification was delivered."])
    terminal.out(line);
  return 0;
}

async function sendAgain({ tenant, store, terminal, id }: Work): Promise<number> {
  const count = await store.notifications.sendAgain(tenant.id, Date.now(), id);
  if (id !== undefined && count === 0) return unknown(terminal, id);
  terminal.out(
    `${count} ${count === 1 ? "notification is" : "notifications are"} sent again by the running server.`,
  );
  return 0;
}

async function remove({ tenant, store, terminal, id = "" }: Work): Promise<number> {
  if (!(await store.notifications.remove(tenant.id, id))) return unknown(terminal, id);
  terminal.out(`The notification ${id} is removed and is not sent.`);
  return 0;
}

function unknown(terminal: Terminal, id: string): number {
  terminal.err(`This tenant has no notification ${id}: it was delivered or removed.`);
  return 1;
}
