/** The text of a file's bytes, or the sentence that says why there is none. */
export type Decoding = { readonly text: string } | { readonly problem: string; readonly byte: number };

/**
 * Decodes a policy file: a byte-order mark decides, else the XML declaration, else UTF-8.
 * A file that declares UTF-16 but is written in single bytes is read as UTF-8: editors leave such declarations behind.
 * Source: policy-language.md 1.
 */
export function decodeXml(bytes: Uint8Array): Decoding {
  const label = markedEncoding(bytes) ?? declaredEncoding(bytes) ?? "utf-8";
  let decoder: { decode(input: Uint8Array): string };
  try {
    decoder = new TextDecoder(label, { fatal: true });
  } catch {
    return { problem: `the encoding '${label}' is not known`, byte: 0 };
  }
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return {
      problem: `a byte sequence that is not ${label.toUpperCase()}`,
      byte: firstBadByte(bytes, label),
    };
  }
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  if (a === 0x3c && b === 0 && d === 0) return "utf-16le";
  if (a === 0 && b === 0x3c && c === 0) return "utf-16be";
  return undefined;
}

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 200));
  const declared = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"']*)["']/.exec(start)?.[1]?.toLowerCase();
  return declared === undefined || /^utf-?16/.test(declared) ? undefined : declared;
}

/** The length of the longest prefix that decodes, found by halving: only a broken file pays for it. */
function firstBadByte(bytes: Uint8Array, label: string): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      new TextDecoder(label, { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return good;
}
