import type { Report } from "../report.ts";
import type { SourceText } from "../xml/source-text.ts";

/** Forms that somebody was meant to fill in. Source: policy-language.md 15.3, PL021. */
const placeholder = /\{Settings:[^{}"<>\n]*\}|\{\{\s*[A-Za-z][\w:.-]*\s*\}\}|yourtenant|__TENANT__/gi;

/** Warns of each placeholder that was left in the text, once, at its first place outside comments (PL021). */
export function checkPlaceholders(source: SourceText, report: Report): void {
  const { text } = source;
  const seen = new Set<string>();
  for (const match of text.matchAll(placeholder)) {
    const [found] = match;
    const key = found.toLowerCase();
    if (seen.has(key) || inComment(text, match.index)) continue;
    seen.add(key);
    const message = `The placeholder '${found}' was not filled in.`;
    const hint = key.startsWith("{settings:")
      ? "Add it to PolicySettings of the environment in appsettings.json."
      : "Replace it by the tenant's value.";
    report.warning("PL021", source.positionAt(match.index), message, hint);
  }
}

function inComment(text: string, offset: number): boolean {
  return text.lastIndexOf("<!--", offset) > text.lastIndexOf("-->", offset);
}
