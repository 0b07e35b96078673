import { randomInt } from "node:crypto";

/** What visitors do that costs the server something, each counted for itself. */
export type LimitedWork =
  /** A journey begins. */
  | "authorize"
  /** A form of a page is posted: a password is checked, a mail is sent. */
  | "post"
  /** The token endpoint refused a request; what it grants costs nothing, since servers ask for many people. */
  | "refusedToken";

/** How often one address may do it in five minutes. B2C counts 6,000 requests of every kind (service-limits). */
export const workPerWindow: Readonly<Record<LimitedWork, number>> = {
  authorize: 3000,
  post: 1500,
  refusedToken: 600,
};

export interface VisitorLimits {
  /** Counts one piece of work. Gives the seconds after which it may be done; 0 = now. */
  take(work: LimitedWork, address: string): number;
  /** The same without counting it. */
  ask(work: LimitedWork, address: string): number;
}

/** For development and for measurements. */
export const unlimited: VisitorLimits = { take: () => 0, ask: () => 0 };

const windowLength = 300_000;
/** As many addresses are remembered at once; where more come, the quietest ones are forgotten. */
const places = 2 ** 16;
const neighbours = 8;
/** Two numbers of 32 bits for the hashes, before the table. */
const header = 2;

/** Memory for the counters, 1 MiB, to be handed to every thread: they count together. */
export function createLimitMemory(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(8 * header + places * (8 + 4));
  const seeds = new Uint32Array(memory, 0, 2);
  // Nobody outside can choose addresses that share a place.
  for (const index of [0, 1]) seeds[index] = randomInt(2 ** 32);
  return memory;
}

/**
 * Limits by the address of the visitor. Each address has a time at which what it did is worked off; work that would move
 * it further than the window into the future is refused (the generic cell rate algorithm). Threads write without locks:
 * a lost count is a request too many, nothing worse.
 *
 * @param factor Multiplies every limit.
 * @param now Milliseconds since 1970.
 */
export function visitorLimits(memory: SharedArrayBuffer, factor: number, now: () => number): VisitorLimits {
  const [first = 0, second = 0] = new Uint32Array(memory, 0, 2);
  const workedOff = new Float64Array(memory, 8 * header, places);
  const names = new Uint32Array(memory, 8 * header + 8 * places, places);

  /** Where an address is remembered, or will be: the place of the quietest of its neighbours. */
  function placeOf(key: string): { readonly place: number; readonly name: number; readonly known: boolean } {
    const name = hash(key, second) || 1;
    const start = hash(key, first);
    let quietest = start % places;
    for (let offset = 0; offset < neighbours; offset += 1) {
      const place = (start + offset) % places;
      if (names[place] === name) return { place, name, known: true };
      if ((workedOff[place] ?? 0) < (workedOff[quietest] ?? 0)) quietest = place;
    }
    return { place: quietest, name, known: false };
  }

  function reckon(work: LimitedWork, address: string, counts: boolean): number {
    const at = now();
    const { place, name, known } = placeOf(`${work} ${networkOf(address)}`);
    const busyUntil = known ? (workedOff[place] ?? 0) : 0;
    // Nothing lies further ahead than the window, unless the clock was set back.
    const before = busyUntil > at + windowLength ? at : Math.max(at, busyUntil);
    const after = before + windowLength / (workPerWindow[work] * factor);
    if (after - at > windowLength) return Math.max(1, Math.ceil((after - at - windowLength) / 1000));
    if (counts) {
      names[place] = name;
      workedOff[place] = after;
    }
    return 0;
  }

  return {
    take: (work, address) => reckon(work, address, true),
    ask: (work, address) => reckon(work, address, false),
  };
}

/** IPv4 addresses as they are; of IPv6 the /64 network, all of which one visitor has. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.replace(/%.*$/, "").toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const behind = tail === "" ? 0 : tail.split(":").length;
    while (groups.length + behind < 8) groups.push("0");
  }
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}

/** FNV-1a with a secret beginning, stirred at the end. */
function hash(text: string, seed: number): number {
  let value = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index += 1)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
