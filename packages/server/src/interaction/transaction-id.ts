/** The transaction as it stands in URLs and pages: `StateProperties=<base64url of {"TID":"<guid>"}>` (pages.md 1.4). */

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const longestReference = 16_384;

export type TransactionReference =
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable" }
  /** Lower case. */
  | { readonly kind: "named"; readonly tid: string };

export function transIdOf(tid: string): string {
  return `StateProperties=${Buffer.from(JSON.stringify({ TID: tid })).toString("base64url")}`;
}

export function isTransactionId(text: unknown): text is string {
  return typeof text === "string" && guid.test(text);
}

/** Reads `tx` as leniently as pages.md 1.5 R1 to R3 ask; `text` is percent-decoded already. */
export function readTransactionReference(text: string | undefined): TransactionReference {
  if (text === undefined || text.trim() === "") return { kind: "absent" };
  if (text.length > longestReference) return { kind: "unreadable" };
  // R1: doubled prefix; R2: `=` may have been encoded twice.
  const value = text.replaceAll(/%3d/gi, "=").replace(/^[\s"]*(?:StateProperties=)*/i, "");
  // What an identity provider is sent has a random part after a dot (pages.md 1.14).
  const decoded = decodeJson(value.split(".", 1)[0] ?? "");
  const tid = decoded === undefined ? undefined : transactionOf(decoded);
  return tid === undefined ? { kind: "unreadable" } : { kind: "named", tid };
}

/** JSON inside base64 or base64url, padded or not; a `+` may have become a blank on its way through a query. */
export function decodeJson(value: string): Readonly<Record<string, unknown>> | undefined {
  const base64 = withoutPadding(value.replaceAll(" ", "+").replaceAll("-", "+").replaceAll("_", "/"));
  if (!/^[A-Za-z0-9+/]+$/.test(base64)) return undefined;
  try {
    const decoded: unknown = JSON.parse(Buffer.from(base64, "base64").toString("utf8"));
    return isRecord(decoded) ? decoded : undefined;
  } catch {
    return undefined;
  }
}

/** By hand: an expression for the end of a text begins anew at every `=` of a hostile one, which takes seconds. */
function withoutPadding(value: string): string {
  let end = value.length;
  while (end > 0 && /[="\s]/.test(value.charAt(end - 1))) end -= 1;
  return value.slice(0, end);
}

/** R3: a client may send the trans cookie's value as `tx`. */
function transactionOf(decoded: Readonly<Record<string, unknown>>): string | undefined {
  const entries = Array.isArray(decoded.T_DIC) ? decoded.T_DIC : [];
  const last: unknown = entries.at(-1);
  for (const candidate of [decoded.TID, decoded.C_ID, isRecord(last) ? last.I : undefined])
    if (isTransactionId(candidate)) return candidate.toLowerCase();
  return undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `{id}` of `x-ms-cpim-cache|{id}_0`: lower-cased base64url of the GUID's bytes in .NET's little-endian order. */
export function cacheCookieId(tid: string): string {
  const bytes = Buffer.from(tid.replaceAll("-", ""), "hex");
  const littleEndian = Buffer.concat([
    bytes.subarray(0, 4).reverse(),
    bytes.subarray(4, 6).reverse(),
    bytes.subarray(6, 8).reverse(),
    bytes.subarray(8),
  ]);
  return littleEndian.toString("base64url").toLowerCase();
}
