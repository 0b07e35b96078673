import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generatedChain } from "./generated-chain.ts";

/** A relying-party policy and its bases as texts, the base first. */
export interface PolicyChain {
  readonly name: string;
  readonly files: readonly PolicyText[];
}

export interface PolicyText {
  readonly file: string;
  readonly policyId: string;
  readonly text: string;
}

interface Found extends PolicyText {
  readonly base: string | undefined;
  readonly isRelyingParty: boolean;
}

/** Where Microsoft's starter pack may lie: beside the repository, never in it. */
const starterPack = fileURLToPath(new URL("../../../../shared/corpus/starterpack", import.meta.url));

/** The chain with the most bytes of the starter pack where it is present, else a generated one of the same size. */
export function largestChain(): PolicyChain {
  if (!existsSync(starterPack)) return generatedChain();
  const folders = new Set(
    readdirSync(starterPack, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".xml"))
      .map((entry) => entry.parentPath),
  );
  const chains = [...folders].flatMap(chainsOf);
  const [largest] = chains.sort((one, other) => size(other) - size(one));
  return largest ?? generatedChain();
}

export function size({ files }: PolicyChain): number {
  return files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
}

function chainsOf(folder: string): PolicyChain[] {
  const found = readdirSync(folder)
    .filter((file) => file.endsWith(".xml"))
    .map((file) => read(folder, file));
  return found
    .filter(({ isRelyingParty }) => isRelyingParty)
    .flatMap((leaf) => {
      const files: Found[] = [leaf];
      for (let { base } = leaf; base !== undefined; base = files[0]?.base) {
        const next = found.find(({ policyId }) => policyId === base);
        if (!next) return [];
        files.unshift(next);
      }
      return [{ name: `${folder.slice(starterPack.length + 1)}/${leaf.file}`, files }];
    });
}

function read(folder: string, file: string): Found {
  const text = readFileSync(join(folder, file), "utf8");
  const base = /<BasePolicy>.*?<PolicyId>\s*([^<\s]+)/s.exec(text)?.[1];
  return {
    file,
    text,
    base,
    policyId: /\sPolicyId="([^"]*)"/.exec(text)?.[1] ?? "",
    isRelyingParty: text.includes("<RelyingParty>"),
  };
}
