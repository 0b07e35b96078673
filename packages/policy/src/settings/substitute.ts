import { type Replacement, SourceText } from "../xml/source-text.ts";

/** One environment of `appsettings.json`. Source: policy-language.md 15.1. */
export interface PolicyEnvironment {
  readonly name: string;
  readonly production: boolean;
  readonly tenant: string;
  /** In the order of the file: a value may hold placeholders of later keys. */
  readonly policySettings: readonly (readonly [string, string])[];
}

/**
 * Replaces `{Settings:…}` in a file's text, before it is XML: without escaping, without regard to case, in the documented
 * order, key and value literally. Unknown placeholders stay (PL021 warns). The result remembers where everything stood.
 * Source: policy-language.md 15.2.
 */
export function substituteSettings(text: string, file: string, environment: PolicyEnvironment): SourceText {
  if (!/\{settings:/i.test(text)) return new SourceText(file, text);
  const fileName = (file.split(/[/\\]/).at(-1) ?? "").replace(/\.[^.]*$/, "");
  const values: readonly (readonly [string, string])[] = [
    ["Tenant", environment.tenant],
    ["Filename", fileName],
    ["PolicyFilename", fileName.replace(/B2C_1A_/i, "")],
    ["Environment", environment.name],
    ...environment.policySettings,
  ];
  const passes: Replacement[][] = [];
  let current = text;
  for (const [key, value] of values) {
    const pass = replaceAll(current, `{settings:${key}}`.toLowerCase(), value);
    if (!pass) continue;
    if (pass.text.length > maximumLength) return new SourceText(file, pass.text);
    current = pass.text;
    passes.push(pass.replacements);
  }
  return new SourceText(file, current, text, passes);
}

/** Beyond this the file is refused anyway; a value that holds placeholders of the next one must not grow without end. */
const maximumLength = 4 * 1024 * 1024;

function replaceAll(
  text: string,
  placeholder: string,
  value: string,
): { text: string; replacements: Replacement[] } | undefined {
  // Lower-casing may change the length of exotic letters; only ASCII is folded here.
  const folded = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const replacements: Replacement[] = [];
  const parts: string[] = [];
  let length = 0;
  let from = 0;
  for (let at = folded.indexOf(placeholder); at >= 0; at = folded.indexOf(placeholder, from)) {
    parts.push(text.slice(from, at), value);
    const start = length + (at - from);
    length = start + value.length;
    from = at + placeholder.length;
    replacements.push({ start, end: length, originalStart: at, originalEnd: from });
    if (length > maximumLength) break;
  }
  if (replacements.length === 0) return undefined;
  parts.push(text.slice(from));
  return { text: parts.join(""), replacements };
}
