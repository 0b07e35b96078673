import { relative } from "node:path";
import { type Diagnostic, formatDiagnostic } from "@vestibule/policy";
import type { Terminal } from "./terminal.ts";

/** Diagnostics as `file:line:column severity code message`, with paths as seen from here, so that editors open them. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], terminal: Terminal): void {
  for (const diagnostic of diagnostics) terminal.err(formatDiagnostic(seenFromHere(diagnostic)));
}

/** `2 errors, 1 warning`. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return (["error", "warning", "notice"] as const)
    .map((severity) => [diagnostics.filter((one) => one.severity === severity).length, severity] as const)
    .filter(([count]) => count > 0)
    .map(([count, severity]) => `${count} ${severity}${count === 1 ? "" : "s"}`)
    .join(", ");
}

function seenFromHere(diagnostic: Diagnostic): Diagnostic {
  if (!diagnostic.at) return diagnostic;
  const short = relative(process.cwd(), diagnostic.at.file);
  return short.startsWith("..") ? diagnostic : { ...diagnostic, at: { ...diagnostic.at, file: short } };
}
