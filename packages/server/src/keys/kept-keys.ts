import type { PolicyKeyStore, StoredPolicyKey } from "../store/store.ts";

/** Milliseconds that keys of the database are kept in memory: a call with credentials and a signature asks for several. */
const freshness = 5_000;
const mostContainers = 1000;

/** A container's keys as they were when somebody asked for them. */
export class KeptKeys {
  readonly keys: Promise<readonly StoredPolicyKey[]>;
  // The machine's own time: a clock that is set back must not keep a key alive.
  readonly #at = performance.now();
  #forgotten = false;

  constructor(keys: Promise<readonly StoredPolicyKey[]>) {
    this.keys = keys;
    keys.catch(() => this.forget());
  }

  /** Whether they may still be used. */
  get fresh(): boolean {
    return !this.#forgotten && performance.now() - this.#at < freshness;
  }

  forget(): void {
    this.#forgotten = true;
  }
}

/** Where there is no database, somebody may stand in for it who has no keys. */
export type KeyReader = Pick<PolicyKeyStore, "list">;

const kept = new WeakMap<KeyReader, Map<string, KeptKeys>>();

/** The container's keys as they were at most five seconds ago; what this thread itself changes counts at once. */
export function keysOf(store: KeyReader, tenantId: string, container: string): KeptKeys {
  let containers = kept.get(store);
  if (!containers) {
    containers = new Map();
    kept.set(store, containers);
  }
  const name = `${tenantId}\n${container}`;
  const known = containers.get(name);
  if (known?.fresh) return known;
  const entry = new KeptKeys(store.list(tenantId, container));
  if (containers.size >= mostContainers) {
    // Whoever holds one of them would not hear that it changed.
    for (const each of containers.values()) each.forget();
    containers.clear();
  }
  containers.set(name, entry);
  return entry;
}

/** Somebody changed the container. */
export function forgetKeys(store: KeyReader, tenantId: string, container: string): void {
  kept.get(store)?.get(`${tenantId}\n${container}`)?.forget();
}
