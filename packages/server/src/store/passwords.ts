import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { hash, parseOptions, verify } from "@node-rs/argon2";

/** Cost of a password hash. The default is OWASP's: 19 MiB, two passes, one lane. */
export interface PasswordHashing {
  /** KiB. */
  readonly memoryCost?: number;
  readonly timeCost?: number;
  readonly parallelism?: number;
  /** Hashes at the same time; default: number of processor cores. */
  readonly concurrency?: number;
  /** Hashes that may wait; whoever comes after them is turned away. Default 256. */
  readonly queueLimit?: number;
}

/** Hashes and verifies passwords with argon2id, as PHC strings. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Verifies against a dummy hash where `stored` is absent: costs the same and answers false. */
  verify(stored: string | undefined, password: string): Promise<boolean>;
  /** True where `stored` was made with other parameters than today's. */
  isOutdated(stored: string): boolean;
}

/** Too many hashes are waiting: the caller answers `throttled`. */
export class HashingOverload extends Error {
  constructor() {
    super("Too many passwords are being checked at this moment.");
    this.name = "HashingOverload";
  }
}

export function createPasswordHasher(hashing: PasswordHashing = {}): PasswordHasher {
  const cost = {
    memoryCost: hashing.memoryCost ?? 19_456,
    timeCost: hashing.timeCost ?? 2,
    parallelism: hashing.parallelism ?? 1,
  };
  const enqueue = createQueue(hashing.concurrency ?? availableParallelism(), hashing.queueLimit ?? 256);
  let dummy: Promise<string> | undefined;

  return {
    hash: (password) => enqueue(() => hash(password, cost)),
    async verify(stored, password) {
      return await enqueue(async () => {
        if (stored !== undefined) return await verify(stored, password);
        dummy ??= hash(randomBytes(24), cost);
        await verify(await dummy, password);
        return false;
      });
    },
    isOutdated(stored) {
      const made = parseOptions(stored);
      return (
        made.memoryCost !== cost.memoryCost ||
        made.timeCost !== cost.timeCost ||
        made.parallelism !== cost.parallelism
      );
    },
  };
}

/** Runs at most `concurrency` works at a time and lets at most `limit` wait; throws `HashingOverload` beyond. */
function createQueue(concurrency: number, limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= concurrency) {
      if (waiting.length >= limit) throw new HashingOverload();
      // Whoever ends hands its place over; `running` does not change.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
