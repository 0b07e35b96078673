const attributeEscapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes a text for element content and for attributes in either kind of quotes. */
export function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (sign) => attributeEscapes[sign] ?? sign) : text;
}

/**
 * The encoding of the texts inside `CONTENT` and `SA_FIELDS`: HTML-escaped, non-ASCII as decimal entities
 * (`g&#252;ltige`). pages.md 2.3.
 */
export function encodeContent(text: string): string {
  return escapeHtml(text).replace(/[\u0080-\u{10ffff}]/gu, (sign) => `&#${sign.codePointAt(0)};`);
}

/** A text inside an HTML comment: what could end the comment is taken out. */
export function commentText(text: string): string {
  return text.replace(/[^\w .:+-]/g, "").replace(/-{2,}/g, "-");
}

/** `name="value"` pairs of an element; names come from our own code or from a parsed document. */
export function attributeText(attributes: Readonly<Record<string, string>>): string {
  let text = "";
  for (const [name, value] of Object.entries(attributes)) {
    if (/^[^\s"'<>/=\p{Cc}]+$/u.test(name)) text += ` ${name}="${escapeHtml(value)}"`;
  }
  return text;
}
