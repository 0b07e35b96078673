/** A path below a tenant, taken apart (protocol.md 1, pages.md 1.1). */
export interface Address {
  /** `/tfp/…` and `/te/…` are aliases of every path. */
  readonly prefix: "" | "tfp" | "te";
  /** As the browser wrote it. */
  readonly tenantSegment: string;
  /** As the browser wrote it, from the path, else from the query parameter `p`. */
  readonly policySegment?: string;
  readonly policyFrom: "path" | "query" | "none";
  /** What follows, in lower case, without double, leading or trailing slashes: `oauth2/v2.0/authorize`. */
  readonly rest: string;
}

/** First words that can follow the tenant directly; anything else in their place is a policy. */
const protocolWords = new Set([
  "oauth1",
  "oauth2",
  "openid",
  "discovery",
  "v2.0",
  ".well-known",
  "samlp",
  "generic",
]);

/** protocol.md 14, S17. */
const policyId = /^B2C_1A?_[A-Za-z0-9._-]{1,128}$/i;

/**
 * Takes the path and query of a request apart.
 *
 * @param url path and query as they came over the wire, for example `request.raw.url`
 * @returns undefined where the path names no tenant or holds something that no address may hold: an encoded slash or
 *   backslash, a control character, `.` or `..`, a broken percent sign, or a policy that no policy can be called.
 */
export function parseAddress(url: string): Address | undefined {
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const segments: string[] = [];
  for (const part of path.split("/")) {
    if (part === "") continue;
    const segment = decodeSegment(part);
    if (segment === undefined) return undefined;
    segments.push(segment);
  }
  const prefix = prefixOf(segments[0]);
  if (prefix !== "") segments.shift();
  const [tenantSegment, second] = segments;
  if (tenantSegment === undefined) return undefined;

  if (second !== undefined && !protocolWords.has(second.toLowerCase())) {
    if (!policyId.test(second)) return undefined;
    return {
      prefix,
      tenantSegment,
      policySegment: second,
      policyFrom: "path",
      rest: segments.slice(2).join("/").toLowerCase(),
    };
  }
  // `p` counts only where the path names no policy. protocol.md 1
  const rest = segments.slice(1).join("/").toLowerCase();
  const fromQuery = mark < 0 ? undefined : policyOfQuery(url.slice(mark + 1));
  if (fromQuery === undefined) return { prefix, tenantSegment, policyFrom: "none", rest };
  return { prefix, tenantSegment, policySegment: fromQuery, policyFrom: "query", rest };
}

function prefixOf(segment: string | undefined): Address["prefix"] {
  const word = segment?.toLowerCase();
  return word === "tfp" || word === "te" ? word : "";
}

/** Decoded once; what would mean another path after a second decoding is refused. */
function decodeSegment(part: string): string | undefined {
  let segment: string;
  try {
    segment = decodeURIComponent(part);
  } catch {
    return undefined;
  }
  if (segment === "." || segment === "..") return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return /[/\\\u0000-\u001f\u007f%]/.test(segment) ? undefined : segment;
}

function policyOfQuery(query: string): string | undefined {
  const named = new URLSearchParams(query).getAll("p");
  // Clients of page endpoints repeat `p`; the last one counts, and one that no policy can be called counts as unknown.
  return named.at(-1);
}
