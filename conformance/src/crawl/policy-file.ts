import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";

/** A policy file as far as it must be known to find its base chain. Broken files have what could be read. */
export interface FoundPolicy {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly id: string;
  readonly base: string | undefined;
  readonly isRelyingParty: boolean;
}

/** All policy files in a folder and below it, in the order of their paths. Never throws for what stands in them. */
export async function findPolicies(folder: string): Promise<readonly FoundPolicy[]> {
  const found: FoundPolicy[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await findPolicies(path)));
    else if (entry.isFile() && /\.xml$/i.test(entry.name)) {
      const text = decode(await readFile(path));
      if (/<TrustFrameworkPolicy[\s>]/.test(text)) found.push(describe(path, folder, text));
    }
  }
  return found;
}

/** UTF-8, or UTF-16 by its byte order mark. */
function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return bytes.toString("utf16le").slice(1);
  if (first === 0xfe && second === 0xff)
    return Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString("utf16le")
      .slice(1);
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}

function describe(path: string, folder: string, text: string): FoundPolicy {
  const plain = text.replace(/<!--[\s\S]*?-->/g, "");
  const root = /<TrustFrameworkPolicy\b[^>]*>/.exec(plain)?.[0] ?? "";
  const id = /\bPolicyId\s*=\s*["']([^"']*)["']/.exec(root)?.[1]?.trim() ?? "";
  const base = /<BasePolicy\b[\s\S]*?<PolicyId>\s*([^<]*?)\s*<\/PolicyId>[\s\S]*?<\/BasePolicy>/.exec(
    plain,
  )?.[1];
  return {
    path,
    folder,
    text,
    id,
    base,
    isRelyingParty: /<RelyingParty[\s>]/.test(plain),
  };
}

/** A name for a file's content: the same content always has the same name. */
export function contentName(path: string, text: string): string {
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 12);
  return `${basename(path, extname(path))}.${digest}.xml`;
}
