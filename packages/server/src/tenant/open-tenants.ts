import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { compile as compilePolicy } from "@vestibule/engine";
import type { Diagnostic } from "@vestibule/policy";
import { type CompilePolicy, type FullTenantReading, readTenant } from "./read-tenant.ts";
import { type ReadingMemory, readingMemory } from "./reading-memory.ts";
import type { TenantMode } from "./secrets.ts";
import type { Tenant, Tenants } from "./tenant.ts";
import { watchFolder } from "./watch-folder.ts";

export interface OpenTenantsOptions {
  readonly mode: TenantMode;
  /** Reads a folder again whenever it changes; absent = in development mode. */
  readonly watch?: boolean;
  /**
   * Called after every reading but the first, with everything that is wrong now and the milliseconds since the change
   * was seen.
   */
  readonly onChange?: (diagnostics: readonly Diagnostic[], milliseconds: number) => void;
  /** Absent = the engine's. */
  readonly compile?: CompilePolicy;
}

export interface OpenedTenants extends Tenants {
  /** Reads everything again. */
  reload(): Promise<void>;
  /** Stops watching. The tenants stay as they are. */
  close(): void;
}

/** How long a folder must be quiet before it is read again: editors write a file in several steps. */
const quietMilliseconds = 25;
/** How long changes may put the reading off, in milliseconds. */
const longestWait = 300;

/**
 * Opens tenants: each folder is one, or holds some. A tenant whose folder turns bad goes on with its last good version,
 * flow by flow where only flows are bad. What is bad from the start is left out and said in the diagnostics.
 */
export async function openTenants(
  directories: readonly string[],
  options: OpenTenantsOptions,
): Promise<OpenedTenants> {
  const kept = new Map<string, FullTenantReading>();
  const memories = new Map<string, ReadingMemory>();
  let served: ReadonlyMap<string, Tenant> = new Map();
  let tenants: readonly Tenant[] = [];
  let diagnostics: readonly Diagnostic[] = [];
  const watchers: { close(): void }[] = [];
  const watchProblems: Diagnostic[] = [];

  const read = async () => {
    const found: Diagnostic[] = [...watchProblems];
    const bySegment = new Map<string, Tenant>();
    const list: Tenant[] = [];
    for (const directory of await tenantFolders(directories, found)) {
      const memory = memories.get(directory) ?? readingMemory(options.compile ?? compilePolicy);
      memories.set(directory, memory);
      const reading = await readTenant(directory, { ...options, memory });
      found.push(...reading.diagnostics);
      const best = withLastGood(reading, kept.get(directory));
      kept.set(directory, best);
      const { tenant } = best;
      if (!tenant) continue;
      const clash = [tenant.id, ...tenant.domains].find((segment) => bySegment.has(segment));
      if (clash !== undefined) {
        found.push({
          code: "TN011",
          severity: "error",
          message: `Two tenants answer to '${clash}'; this one is not served.`,
          hint: `The other one is in ${bySegment.get(clash)?.directory}.`,
          at: { file: join(directory, "tenant.json"), line: 1, column: 1 },
        });
        continue;
      }
      for (const segment of [tenant.id, ...tenant.domains]) bySegment.set(segment, tenant);
      list.push(tenant);
    }
    served = bySegment;
    tenants = list;
    diagnostics = found;
  };

  // One reading at a time; whoever asks during one gets the next.
  let running: Promise<void> = Promise.resolve();
  const reload = (since = performance.now()) => {
    running = running.then(read).then(() => options.onChange?.(diagnostics, performance.now() - since));
    return running;
  };

  if (options.watch ?? options.mode === "development") {
    let timer: NodeJS.Timeout | undefined;
    let since: number | undefined;
    const changed = () => {
      since ??= performance.now();
      // A folder that something writes to all the time is read nevertheless.
      if (performance.now() - since > longestWait) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const from = since;
        since = undefined;
        void reload(from);
      }, quietMilliseconds);
      timer.unref();
    };
    for (const directory of directories)
      watchers.push(
        watchFolder(directory, changed, (reason) => {
          watchProblems.push({
            code: "TN012",
            severity: "warning",
            message: `The folder cannot be watched (${reason}): a change needs a restart.`,
            at: { file: directory, line: 1, column: 1 },
          });
          changed();
        }),
      );
  }
  await read();

  return {
    find: (segment) => served.get(segment.toLowerCase()),
    all: () => tenants,
    diagnostics: () => diagnostics,
    reload: () => reload(),
    close: () => {
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** The folders that are tenants: a given one itself, or those directly below it. */
async function tenantFolders(directories: readonly string[], found: Diagnostic[]): Promise<string[]> {
  const folders = new Set<string>();
  for (const given of directories) {
    const directory = resolve(given);
    if (existsSync(join(directory, "tenant.json"))) {
      folders.add(directory);
      continue;
    }
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => undefined);
    const below = (entries ?? []).filter(
      (entry) => entry.isDirectory() && existsSync(join(directory, entry.name, "tenant.json")),
    );
    for (const { name } of below.sort((a, b) => a.name.localeCompare(b.name, "en")))
      folders.add(join(directory, name));
    if (below.length > 0) continue;
    found.push({
      code: "TN010",
      severity: "error",
      message: entries
        ? "The folder is no tenant and holds none: there is no tenant.json."
        : "There is no such folder.",
      hint: "A tenant's folder holds a tenant.json.",
      at: { file: directory, line: 1, column: 1 },
    });
  }
  return [...folders];
}

/** What is to be served of a reading that may be worse than the one before. */
function withLastGood(reading: FullTenantReading, last: FullTenantReading | undefined): FullTenantReading {
  if (!last?.tenant) return reading;
  // A broken document beside the flows may be needed by any of them: everything stays as it was.
  if (!reading.tenant || !reading.isWhole) return { ...last, diagnostics: reading.diagnostics };
  const policies = new Map(reading.tenant.policies);
  const policyFiles = new Map(reading.policyFiles);
  for (const [id, policy] of last.tenant.policies) {
    const file = last.policyFiles.get(id);
    if (policies.has(id) || file === undefined || !reading.brokenPolicyFiles.has(file)) continue;
    policies.set(id, policy);
    policyFiles.set(id, file);
  }
  if (policies.size === reading.tenant.policies.size) return reading;
  // The older flows may name secrets that the newer configuration does not have any more.
  const keyContainers = new Map([...last.tenant.keyContainers, ...reading.tenant.keyContainers]);
  return { ...reading, policyFiles, tenant: { ...reading.tenant, policies, keyContainers } };
}
