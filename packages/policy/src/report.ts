import { type Diagnostic, nearestName } from "./diagnostic.ts";
import type { SourcePosition } from "./model.ts";

/**
 * More of one severity from one file helps nobody, and a hostile file must not fill the memory. Counted apart: warnings
 * never crowd out an error.
 */
const maximumOfASeverity = 200;

/** A hint, or how to work it out: only findings that are kept pay for looking up near names. */
export type Hint = string | undefined | (() => string | undefined);

/** Collects diagnostics; the same finding at the same place is kept once. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];
  readonly #seen = new Set<string>();
  #errors = 0;
  #warnings = 0;

  /** Whether further errors would be dropped. */
  get full(): boolean {
    return this.#errors >= maximumOfASeverity;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  error(code: string, at: SourcePosition | undefined, message: string, hint?: Hint): void {
    if (this.#errors < maximumOfASeverity && this.#add("error", code, at, message, hint)) this.#errors++;
  }

  warning(code: string, at: SourcePosition | undefined, message: string, hint?: Hint): void {
    if (this.#warnings < maximumOfASeverity && this.#add("warning", code, at, message, hint))
      this.#warnings++;
  }

  #add(
    severity: Diagnostic["severity"],
    code: string,
    at: SourcePosition | undefined,
    message: string,
    hint: Hint,
  ): boolean {
    const key = `${code} ${at?.file}:${at?.line}:${at?.column} ${message}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    const words = typeof hint === "function" ? hint() : hint;
    this.diagnostics.push({
      code,
      severity,
      message,
      ...(words !== undefined && { hint: words }),
      ...(at !== undefined && { at }),
    });
    return true;
  }
}

/** Comparing with more names than this would cost more than the hint is worth. */
const maximumCandidates = 2000;

/** `Did you mean 'email'?`, or undefined where no candidate is near; worked out when the finding is kept. */
export function didYouMean(typed: string, candidates: Iterable<string>): () => string | undefined {
  return () => {
    const near = nearestName(shortened(typed, 100), firstOf(candidates));
    return near === undefined ? undefined : `Did you mean '${near}'?`;
  };
}

function* firstOf(candidates: Iterable<string>): Iterable<string> {
  let count = 0;
  for (const candidate of candidates) {
    if (count++ >= maximumCandidates) return;
    yield candidate;
  }
}

/** A value as a message shows it: one line, not endless. */
export function shortened(value: string, length = 60): string {
  const line = value.slice(0, length * 4).replace(/\s+/g, " ");
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
