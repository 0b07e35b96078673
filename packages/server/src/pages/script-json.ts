// Raw HTTP clients cut values out of the data script with regular expressions (pages.md 1.3). These names may stand in
// quotes before a colon only where B2C has them; as a key elsewhere their first letter is written as an escape, which
// JSON readers cannot tell from the letter.
const reservedKeys = new Set([
  "api",
  "csrf",
  "transId",
  "pageViewId",
  "suppressElementCss",
  "tenant",
  "policy",
]);

const scriptEscapes = /[<>;\u2028\u2029]|(?<=StateProperties)=/g;

function escapeForScript(json: string): string {
  return json.replace(scriptEscapes, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * Compact JSON that is safe inside a `<script>`: `<`, `>`, `;` and the line separators are escapes, as is the `=` of a
 * `StateProperties=` inside a value, so that a client's first match is always the page's own (pages.md 1.3).
 */
export function scriptJson(value: unknown): string {
  return escapeForScript(JSON.stringify(value));
}

/** A JSON object with keys that come from a policy or a translation file. */
export function scriptRecord(record: Readonly<Record<string, string>>): string {
  const members = Object.entries(record).map(([key, value]) => {
    const name = reservedKeys.has(key)
      ? `"\\u${key.charCodeAt(0).toString(16).padStart(4, "0")}${key.slice(1)}"`
      : scriptJson(key);
    return `${name}:${scriptJson(value)}`;
  });
  return `{${members.join(",")}}`;
}
