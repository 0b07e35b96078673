import type { Diagnostic } from "./diagnostic.ts";
import type { PolicyDocument } from "./document/document.ts";
import { readDocument } from "./document/read-document.ts";
import { validateGrammar } from "./grammar/validate.ts";
import { Report } from "./report.ts";
import { checkPlaceholders } from "./settings/placeholders.ts";
import { type PolicyEnvironment, substituteSettings } from "./settings/substitute.ts";
import { readXml } from "./xml/parse.ts";

export interface PolicyFileReading {
  /** Absent where the file is not well-formed or breaks the grammar. */
  readonly document?: PolicyDocument;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads one policy file: bytes → text (with `settings` filled in) → tree → document. `file` is its path as diagnostics
 * show it. Never throws, whatever the bytes are. Source: policy-language.md 1 to 10.
 */
export function readPolicyFile(
  bytes: Uint8Array,
  file: string,
  options: { readonly settings?: PolicyEnvironment } = {},
): PolicyFileReading {
  const { settings } = options;
  const reading = settings
    ? readXml(bytes, file, (text) => substituteSettings(text, file, settings))
    : readXml(bytes, file);
  if ("diagnostic" in reading) return { diagnostics: [reading.diagnostic] };
  const report = new Report();
  checkPlaceholders(reading.source, report);
  validateGrammar(reading.source, reading.root, report);
  return {
    ...(!report.hasErrors && { document: readDocument(reading.source, reading.root) }),
    diagnostics: report.diagnostics,
  };
}
