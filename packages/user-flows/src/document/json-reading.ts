import type { Diagnostic, SourcePosition } from "@vestibule/policy";
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

/** The diagnostic codes that a family of documents uses for what can be wrong with any JSON document. */
export interface ReadingCodes {
  readonly unknownMember: string;
  readonly wrongType: string;
  readonly syntax: string;
  readonly outOfRange: string;
}

/** Path inside the document → where it was written. */
export type Positions = ReadonlyMap<string, SourcePosition>;

/** The position of `path`, or of the nearest thing around it that was written. */
export function positionOf(positions: Positions, path: string): SourcePosition | undefined {
  for (let place = path; ; ) {
    const found = positions.get(place);
    if (found || place === "") return found;
    place = place.slice(0, Math.max(0, Math.max(place.lastIndexOf("."), place.lastIndexOf("["))));
  }
}

/** One JSON text that is being read: it knows where everything stands and collects what is wrong. */
export class JsonReading {
  readonly file: string;
  readonly codes: ReadingCodes;
  readonly diagnostics: Diagnostic[] = [];
  readonly positions = new Map<string, SourcePosition>();
  readonly #lineStarts: readonly number[];
  readonly #text: string;

  constructor(text: string, file: string, codes: ReadingCodes) {
    this.file = file;
    this.codes = codes;
    this.#text = text;
    const starts = [0];
    for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
    this.#lineStarts = starts;
  }

  /** The root of the document; undefined where the text is no JSON (which is then reported). Comments are refused. */
  root(): Node | undefined {
    const errors: ParseError[] = [];
    // A byte order mark is no part of the document (RFC 8259 section 8.1 lets a reader ignore it).
    const body = this.#text.startsWith("\uFEFF") ? ` ${this.#text.slice(1)}` : this.#text;
    const root = parseTree(body, errors, { disallowComments: true, allowTrailingComma: false });
    for (const { error, offset } of errors) {
      const code = printParseErrorCode(error);
      const isComment = code === "InvalidCommentToken";
      this.report(
        this.codes.syntax,
        "error",
        "",
        `This is no JSON: ${isComment ? "a comment" : inWords(code)}.`,
        {
          at: this.at(offset),
          ...(isComment && { hint: "Comments are not allowed here." }),
        },
      );
    }
    if (errors.length > 0) return undefined;
    if (!root) this.report(this.codes.syntax, "error", "", "The file is empty.", { at: this.at(0) });
    return root;
  }

  /** The text of a place as it is written. */
  source({ offset, length }: Pick<Node, "offset" | "length">): string {
    return this.#text.slice(offset, offset + length);
  }

  at(offset: number): SourcePosition {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.file, line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }

  report(
    code: string,
    severity: Diagnostic["severity"],
    path: string,
    message: string,
    more: { readonly hint?: string; readonly at?: SourcePosition } = {},
  ): void {
    const at = more.at ?? positionOf(this.positions, path);
    this.diagnostics.push({
      code,
      severity,
      message,
      ...(path !== "" && { path }),
      ...(more.hint !== undefined && { hint: more.hint }),
      ...(at && { at }),
    });
  }
}

/** `InvalidEscapeCharacter` → "unreadable escape character", `CommaExpected` → "comma expected". */
function inWords(code: string): string {
  return code
    .replace(/^Invalid/, "Unreadable")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
}
