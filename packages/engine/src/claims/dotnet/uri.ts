/** How .NET's `UriBuilder` and `HttpUtility` write addresses. Source: claims-transformations.md 4.10. */

const utf8 = new TextEncoder();

/** Escapes a path: kept are letters, digits, `-._~:@/;,+&=$!'()*[]` and what is escaped already. */
export function escapePath(path: string): string {
  const slashed = path.replaceAll("\\", "/");
  const rooted = slashed.startsWith("/") ? slashed : `/${slashed}`;
  return rooted.replace(/%[0-9a-f]{2}|%|[^A-Za-z0-9\-._~:@/;,+&=$!'()*[\]%]+/gi, (part) =>
    part.length === 3 && part.startsWith("%") ? part : percent(part).toUpperCase(),
  );
}

/** `HttpUtility.UrlEncode`: a space becomes `+`, other bytes lower-case hex. */
export function encodeQueryText(text: string): string {
  return text
    .split(" ")
    .map((word) => word.replace(/[^A-Za-z0-9\-_.!*()]+/g, percent))
    .join("+");
}

function percent(text: string): string {
  return Array.from(utf8.encode(text), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}
