/** One thing that a case demanded and what came instead. */
export interface Mismatch {
  readonly what: string;
  readonly expected: unknown;
  readonly got: unknown;
}

export type CaseResult =
  /** `how` is printed, for suites that say a line for each case. */
  | { readonly kind: "passed"; readonly how?: string }
  | { readonly kind: "failed"; readonly mismatches: readonly Mismatch[] }
  | { readonly kind: "skipped"; readonly reason: string };

/** Counts cases and prints a line for each that failed or was skipped. */
export class Report {
  passed = 0;
  failed = 0;
  skipped = 0;
  /** Failed cases whose expectation nothing public settles: a question, not a fault. */
  questions = 0;
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** Runs one case. A case that throws has failed. */
  async run(
    id: string,
    test: () => Promise<CaseResult> | CaseResult,
    about: { readonly isGuess?: boolean } = {},
  ): Promise<void> {
    const result = await settled(test);
    switch (result.kind) {
      case "passed":
        this.passed++;
        if (result.how !== undefined) this.#print(`PASSED ${id}: ${result.how}`);
        break;
      case "skipped":
        this.skipped++;
        this.#print(`SKIPPED ${id}: ${result.reason}`);
        break;
      case "failed": {
        if (about.isGuess) this.questions++;
        else this.failed++;
        const word = about.isGuess ? "QUESTION" : "FAILED";
        this.#print(`${word} ${id}: ${result.mismatches.map(sentence).join("; ")}`);
      }
    }
  }

  summary(): void {
    if (this.questions > 0) this.#print(`${this.questions} questions: their expectation is a guess`);
    if (this.skipped > 0) this.#print(`${this.skipped} skipped`);
    this.#print(`${this.passed} passed, ${this.failed} failed`);
  }
}

export function verdict(mismatches: readonly Mismatch[]): CaseResult {
  return mismatches.length === 0 ? { kind: "passed" } : { kind: "failed", mismatches };
}

export function skipped(reason: string): CaseResult {
  return { kind: "skipped", reason };
}

async function settled(test: () => Promise<CaseResult> | CaseResult): Promise<CaseResult> {
  try {
    return await test();
  } catch (error) {
    const got = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    return { kind: "failed", mismatches: [{ what: "the case", expected: "an outcome", got }] };
  }
}

function sentence({ what, expected, got }: Mismatch): string {
  return `${what}: expected ${show(expected)}, got ${show(got)}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
