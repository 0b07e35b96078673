import type { SourcePosition } from "./model.ts";

/** What is wrong with something that somebody wrote, where, and what would be right. */
export interface Diagnostic {
  /** Stable code, for example `UF121` or `PL204`. */
  readonly code: string;
  readonly severity: "error" | "warning" | "notice";
  /** One sentence: what is wrong and which rule says so. */
  readonly message: string;
  /** The nearest right value, or what to do. */
  readonly hint?: string;
  readonly at?: SourcePosition;
  /** Path inside the document, for example `userAttributeAssignments[2].userInputType`. */
  readonly path?: string;
}

/** `file:line:column severity code message (hint)`, the form that editors make clickable. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { at, severity, code, message, hint, path } = diagnostic;
  const place = at ? `${at.file}:${at.line}:${at.column} ` : "";
  return `${place}${severity} ${code} ${path ? `${path}: ` : ""}${message}${hint ? ` ${hint}` : ""}`;
}

/**
 * The entry of `candidates` that `typed` was probably meant to be, or undefined where none is near.
 * Distance is Damerau-Levenshtein without regard to case, at most a third of the word's length.
 */
export function nearestName(typed: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(typed.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforePrevious: number[] = [];
  let leastBefore = 0;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1);
      }
      current.push(cost);
      if (cost < least) least = cost;
    }
    // Every way on costs at least this much: two rows, since a swap looks two rows back.
    if (least >= limit && leastBefore >= limit) return limit;
    leastBefore = least;
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? limit;
}
