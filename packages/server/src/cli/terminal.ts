/** Where a command writes. Tests hand in their own. */
export interface Terminal {
  /** For what was asked for. */
  out(line: string): void;
  /** For what went wrong. */
  err(line: string): void;
}

export const processTerminal: Terminal = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
};

/** Rows of two columns with the second aligned. */
export function aligned(rows: readonly (readonly [name: string, value: string])[]): readonly string[] {
  const width = Math.max(...rows.map(([name]) => name.length)) + 3;
  return rows.map(([name, value]) => `${name.padEnd(width)}${value}`);
}
