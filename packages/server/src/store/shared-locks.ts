/** Locks by name that the worker threads of one process share. They live in memory alone: no thread outlives it. */
export interface SharedLocks {
  /**
   * Waits until nobody else holds the name; the returned function gives it back. Whoever holds one name must not wait for
   * another: the two may share a place.
   */
  acquire(name: string): Promise<() => void>;
  /** The one lock that may be waited for by whoever holds a name: the turn to write. It shares its place with none. */
  acquireWrite(): Promise<() => void>;
}

/**
 * Names are spread over this many places. Two names that share one wait for each other, so there are many: with a
 * hundred journeys at work at once, one in ten thousand waits for a stranger.
 */
const places = 2 ** 20;
const free = 0;
/** Of the turn to write; names are spread over the others. */
const writePlace = 0;
/** Milliseconds after which a waiting thread looks for itself, in case nobody woke it. */
const longestSleep = 50;

/** Memory for the locks, to be handed to every thread. */
export function createSharedLocks(): SharedArrayBuffer {
  return new SharedArrayBuffer(places * Int32Array.BYTES_PER_ELEMENT);
}

/** The locks as the thread with this number sees them; each thread has its own. */
export function sharedLocksOf(memory: SharedArrayBuffer, thread: number): SharedLocks {
  const held = new Int32Array(memory);
  const mine = markOf(thread);
  /** Places that this thread holds, and how many of its callers wait for them or have them. */
  const local = new Map<number, Promise<void>>();

  async function take(place: number): Promise<void> {
    for (;;) {
      const holder = Atomics.compareExchange(held, place, free, mine);
      if (holder === free) return;
      const waiting = Atomics.waitAsync(held, place, holder, longestSleep);
      if (waiting.async) await waiting.value;
    }
  }

  async function acquirePlace(place: number): Promise<() => void> {
    // Callers of this thread take turns here: the mark in the memory could not tell them apart.
    const before = local.get(place);
    let release: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => {
      release = resolve;
    });
    const tail = before === undefined ? turn : before.then(() => turn);
    local.set(place, tail);
    await before;
    await take(place);
    return () => {
      if (local.get(place) === tail) local.delete(place);
      Atomics.store(held, place, free);
      Atomics.notify(held, place);
      release();
    };
  }

  return {
    acquire: (name) => acquirePlace(placeOf(name)),
    acquireWrite: () => acquirePlace(writePlace),
  };
}

/** Frees what a thread held when it died. */
export function releaseLocksOf(memory: SharedArrayBuffer, thread: number): void {
  const held = new Int32Array(memory);
  const dead = markOf(thread);
  for (let place = 0; place < places; place += 1) {
    if (Atomics.compareExchange(held, place, dead, free) === dead) Atomics.notify(held, place);
  }
}

function markOf(thread: number): number {
  return thread + 1;
}

/** FNV-1a. */
function placeOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  return 1 + ((hash >>> 0) % (places - 1));
}
