/** One line of the result: what was measured, ours, the other's, ours in proportion, and what is aimed at. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: number | undefined;
  readonly other: number | undefined;
  /** `more` = higher is better and the ratio is ours / other's; `less` likewise for lower. */
  readonly better: "more" | "less";
  /** The ratio that the project asks of itself. */
  readonly goal?: number;
  /** The most that the project allows itself, in the row's unit. */
  readonly most?: number | undefined;
}

export function ratio({ ours, other }: Row): number | undefined {
  return ours === undefined || other === undefined ? undefined : ours / other;
}

/** The rows as an aligned table for a terminal of 100 columns. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [
    ["", "", "ours", "other", "ratio", "goal"],
    ...rows.map((row) => [
      row.what,
      row.unit,
      number(row.ours),
      number(row.other),
      number(ratio(row), 2),
      aim(row),
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((line) => (line[column] ?? "").length)),
  );
  return cells
    .map((line) =>
      line
        .map((cell, column) =>
          column < 2 || column === 5 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function aim(row: Row): string {
  if (row.most !== undefined)
    return `≤ ${row.most} ${row.unit} ${(row.ours ?? Number.NaN) <= row.most ? "reached" : "missed"}`;
  const value = ratio(row);
  if (row.goal === undefined || value === undefined) return "";
  const reached = row.better === "more" ? value >= row.goal : value <= row.goal;
  return `${row.better === "more" ? "≥" : "≤"} ${row.goal} ${reached ? "reached" : "missed"}`;
}

function number(value: number | undefined, digits = value !== undefined && value < 100 ? 2 : 0): string {
  return value === undefined ? "-" : value.toFixed(digits);
}
