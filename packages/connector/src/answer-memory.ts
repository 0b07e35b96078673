import type { HttpAnswer } from "./connector.ts";

/**
 * Remembers answers by their idempotency key. Where several processes serve one API, keep them in the database that
 * they share instead, in the same transaction as your work.
 */
export interface AnswerMemory {
  /** Runs `respond` for the first delivery of a key; repeated ones get its answer, also while it is still at work. */
  once(key: string, body: string, respond: () => Promise<HttpAnswer>): Promise<HttpAnswer>;
}

export interface MemoryOptions {
  /** Milliseconds for which a key is remembered. Default: ten minutes, longer than any series of tries. */
  readonly keepFor?: number;
  /** Keys remembered at most; the oldest are forgotten first. Default 10,000. */
  readonly most?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

interface Entry {
  readonly at: number;
  readonly body: string;
  readonly answer: Promise<HttpAnswer>;
}

/**
 * A memory in this process. One key with another body is answered 422; answers of 500 and above are forgotten, so that
 * the next try may do better.
 */
export function memoryOfAnswers(options: MemoryOptions = {}): AnswerMemory {
  const { keepFor = 600_000, most = 10_000, now = Date.now } = options;
  const entries = new Map<string, Entry>();
  const forgetOld = () => {
    for (const [key, { at }] of entries) {
      if (entries.size <= most && now() - at <= keepFor) break;
      entries.delete(key);
    }
  };
  return {
    async once(key, body, respond) {
      forgetOld();
      const known = entries.get(key);
      if (known) return known.body === body ? known.answer : { status: 422, headers: {}, body: "" };
      const entry: Entry = { at: now(), body, answer: respond() };
      entries.set(key, entry);
      const forget = () => {
        if (entries.get(key) === entry) entries.delete(key);
      };
      try {
        const answer = await entry.answer;
        if (answer.status >= 500) forget();
        return answer;
      } catch (error) {
        forget();
        throw error;
      }
    },
  };
}
