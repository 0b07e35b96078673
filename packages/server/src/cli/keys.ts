import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { KeyError } from "../keys/key-errors.ts";
import { loadMasterKey } from "../keys/master-key.ts";
import { createPolicyKeyAdministration } from "../keys/policy-keys.ts";
import { createTokenSigning } from "../keys/signing-keys.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { readTenant } from "../tenant/read-tenant.ts";
import type { KeyContainerSource, Tenant } from "../tenant/tenant.ts";
import { type Invocation, UsageError } from "./options.ts";
import { printDiagnostics } from "./report.ts";
import { aligned, type Terminal } from "./terminal.ts";

interface Work {
  readonly tenant: Tenant;
  readonly store: Store;
  readonly terminal: Terminal;
  readonly words: readonly string[];
  now(): number;
}

interface Action {
  /** What stands after `vestibule keys`. */
  readonly form: string;
  readonly words: number;
  /** Words that may follow those. */
  readonly further?: number;
  run(work: Work): Promise<void>;
}

const actions: Readonly<Record<string, Action>> = {
  list: { form: "list DIR", words: 0, run: list },
  roll: { form: "roll DIR [NAME]", words: 0, further: 1, run: roll },
  set: { form: "set DIR NAME < secret", words: 1, run: set },
  "add-certificate": { form: "add-certificate DIR NAME FILE [< password]", words: 2, run: addCertificate },
  remove: { form: "remove DIR NAME ID", words: 2, run: remove },
};

/**
 * `vestibule keys ACTION DIR …`: the policy keys and signing keys of one tenant, sealed in the database. It may run
 * beside a server, which sees a new key within a minute.
 */
export async function keys(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [name = "", directory, ...words] = invocation.directories;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  const beyond = action ? words.length - action.words : 0;
  if (!action || directory === undefined || beyond < 0 || beyond > (action.further ?? 0)) {
    const forms = Object.values(actions).map(({ form }) => `vestibule keys ${form}`);
    throw new UsageError(action ? `vestibule keys ${action.form}` : forms.join("\n"));
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
    await action.run({ tenant, store, terminal, words, now: Date.now });
    return 0;
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    terminal.err(`${error.code}: ${error.message}`);
    return 1;
  } finally {
    await store.close();
  }
}

const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");

async function list({ tenant, store, terminal, now }: Work): Promise<void> {
  const rows: [string, string][] = [];
  for (const container of await store.signingKeys.containers(tenant.id)) {
    for (const key of await store.signingKeys.list(tenant.id, container)) {
      const state = key.notBefore > now() / 1000 ? "signs from" : "signs since";
      rows.push([container, `signing key ${key.kid}, ${state} ${day(key.notBefore)}`]);
    }
  }
  const administration = createPolicyKeyAdministration({ keys: store.policyKeys, now });
  for (const container of await store.policyKeys.containers(tenant.id)) {
    for (const key of await administration.list(tenant.id, container)) {
      const validity =
        key.notBefore !== undefined && key.notAfter !== undefined
          ? `, ${key.thumbprint ?? ""}, ${day(key.notBefore)} to ${day(key.notAfter)}`
          : "";
      rows.push([container, `${key.kind} ${key.id}, stored ${day(key.uploaded)}${validity}`]);
    }
  }
  for (const [container, source] of tenant.keyContainers) {
    rows.push([container, `from the tenant's folder: ${whereOf(source)}`]);
  }
  for (const line of rows.length > 0 ? aligned(rows) : ["This tenant has no keys yet."]) terminal.out(line);
}

async function roll({ tenant, store, terminal, words: [container], now }: Work): Promise<void> {
  const signing = createTokenSigning(store.signingKeys, now, store.policyKeys);
  const { kid, notBefore, warning } = await signing.rollover(tenant, container);
  terminal.out(`The signing key ${kid} is published now and signs from ${day(notBefore)} (UTC) on.`);
  if (warning !== undefined) terminal.err(warning);
}

async function set({ tenant, store, terminal, words: [name = ""], now }: Work): Promise<void> {
  const secret = (await standardInput()).toString("utf8").replace(/\r?\n$/, "");
  if (secret === "")
    throw new UsageError("The secret is read from standard input: vestibule keys set DIR NAME < FILE");
  await createPolicyKeyAdministration({ keys: store.policyKeys, now }).setSecret(tenant.id, name, secret);
  terminal.out(`The secret ${name} is stored, sealed. It counts before one that the tenant's folder names.`);
}

async function addCertificate({
  tenant,
  store,
  terminal,
  words: [name = "", file = ""],
  now,
}: Work): Promise<void> {
  const password = process.stdin.isTTY ? "" : (await standardInput()).toString("utf8").replace(/\r?\n$/, "");
  const content = await readFile(resolve(file)).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read: ${error.code ?? error.message}`);
  });
  const administration = createPolicyKeyAdministration({ keys: store.policyKeys, now });
  for (const added of await administration.addCertificate(tenant.id, name, content, password)) {
    terminal.out(
      `The certificate ${added.thumbprint ?? ""} is stored, sealed, valid to ${day(added.notAfter ?? 0)}.`,
    );
  }
}

async function remove({ tenant, store, terminal, words: [name = "", id = ""], now }: Work): Promise<void> {
  const removed = await createPolicyKeyAdministration({ keys: store.policyKeys, now }).remove(
    tenant.id,
    name,
    id,
  );
  terminal.out(
    removed ? `The key ${id} is gone.` : `${name} has no key ${id}. vestibule keys list shows them.`,
  );
}

async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

function whereOf(source: KeyContainerSource): string {
  switch (source.kind) {
    case "environment":
      return `environment variable ${source.variable}`;
    case "file":
      return source.path;
    case "inline":
      return "written there";
    case "name":
      return `user name ${source.value}`;
  }
}
