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
  const word = typed.toLowerCase();
  const letters = lettersOf(word);
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    if (Math.abs(other.length - word.length) >= bestDistance) continue;
    if (lettersMissing(letters, word, other) >= bestDistance) continue;
    const distance = editDistance(word, other, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** How often each letter stands in a word; letters share 64 places, which only lets more through. */
function lettersOf(word: string): Int16Array {
  const letters = new Int16Array(64);
  for (let index = 0; index < word.length; index++) {
    const place = word.charCodeAt(index) & 63;
    letters[place] = (letters[place] ?? 0) + 1;
  }
  return letters;
}

/** A bound from below on the distance: letters that one of the two words has more of than the other. */
function lettersMissing(letters: Int16Array, word: string, other: string): number {
  const left = letters.slice();
  let shared = 0;
  for (let index = 0; index < other.length; index++) {
    const place = other.charCodeAt(index) & 63;
    const count = left[place] ?? 0;
    if (count === 0) continue;
    left[place] = count - 1;
    shared++;
  }
  return Math.max(word.length, other.length) - shared;
}

function editDistance(a: string, b: string, limit: number): number {
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
