import type { SourcePosition } from "../model.ts";

/** One replacement that was made before parsing: where its value stands now, and what it stood for. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly originalStart: number;
  readonly originalEnd: number;
}

/**
 * A file's text, knowing where each of its characters stands in the file as its author sees it: the replacements of
 * settings are undone, so that a diagnostic points into the file and not into what was made of it.
 */
export class SourceText {
  readonly file: string;
  readonly text: string;
  readonly #original: string;
  readonly #passes: readonly (readonly Replacement[])[];
  #lineStarts: number[] | undefined;

  /** `passes`: replacements in the order in which they were made, each sorted by place. */
  constructor(file: string, text: string, original = text, passes: readonly (readonly Replacement[])[] = []) {
    this.file = file;
    this.text = text;
    this.#original = original;
    this.#passes = passes;
  }

  /** Line and column (from 1, in UTF-16 units) of the character at `offset` of {@link text}. */
  positionAt(offset: number): SourcePosition {
    let at = offset;
    for (let index = this.#passes.length - 1; index >= 0; index--) {
      at = undo(this.#passes[index] ?? [], at);
    }
    this.#lineStarts ??= lineStarts(this.#original);
    const starts = this.#lineStarts;
    const line = lastAtOrBefore(starts.length, (index) => (starts[index] ?? 0) <= at);
    return { file: this.file, line: line + 1, column: at - (starts[line] ?? 0) + 1 };
  }
}

function undo(replacements: readonly Replacement[], offset: number): number {
  const index = lastAtOrBefore(replacements.length, (at) => (replacements[at]?.start ?? 0) <= offset);
  const replacement = replacements[index];
  if (!replacement || replacement.start > offset) return offset;
  return offset < replacement.end
    ? replacement.originalStart
    : replacement.originalEnd + (offset - replacement.end);
}

/** The last index for which `holds`, by halving; 0 where it holds for none. */
function lastAtOrBefore(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
