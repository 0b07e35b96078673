import { type Diagnostic, nearestName } from "./diagnostic.ts";
import type { SourcePosition } from "./model.ts";

/** More than this from one file helps nobody, and a hostile file must not fill the memory. */
const maximumDiagnostics = 200;

/** Collects diagnostics; the same finding at the same place is kept once. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];
  readonly #seen = new Set<string>();

  get full(): boolean {
    return this.diagnostics.length >= maximumDiagnostics;
  }

  get hasErrors(): boolean {
    return this.diagnostics.some(({ severity }) => severity === "error");
  }

  error(code: string, at: SourcePosition | undefined, message: string, hint?: string): void {
    this.#add("error", code, at, message, hint);
  }

  warning(code: string, at: SourcePosition | undefined, message: string, hint?: string): void {
    this.#add("warning", code, at, message, hint);
  }

  #add(
    severity: Diagnostic["severity"],
    code: string,
    at: SourcePosition | undefined,
    message: string,
    hint: string | undefined,
  ): void {
    if (this.full) return;
    const key = `${code} ${at?.file}:${at?.line}:${at?.column} ${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.diagnostics.push({
      code,
      severity,
      message,
      ...(hint !== undefined && { hint }),
      ...(at !== undefined && { at }),
    });
  }
}

/** `Did you mean 'email'?`, or undefined where no candidate is near. */
export function didYouMean(typed: string, candidates: Iterable<string>): string | undefined {
  const near = nearestName(shortened(typed, 100), candidates);
  return near === undefined ? undefined : `Did you mean '${near}'?`;
}

/** A value as a message shows it: one line, not endless. */
export function shortened(value: string, length = 60): string {
  const line = value.replace(/\s+/g, " ");
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
