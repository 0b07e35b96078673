/** The server cannot start for a reason that the person can mend; one sentence or diagnostic a line. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly lines: readonly string[];
  constructor(lines: readonly string[], cause?: unknown) {
    super(lines.join("\n"), { cause });
    this.lines = lines;
  }
}
