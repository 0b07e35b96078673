/** A content definition's page and layout version. Source: policy-language.md 5.4, pages.md 3.9. */
export interface DataUri {
  readonly page: string;
  readonly version: readonly [number, number, number];
  /** The form that may carry JavaScript. */
  readonly contract: boolean;
}

/** Highest known version of each page; every version of its lines up to there exists. */
const pages: Readonly<Record<string, readonly [number, number, number]>> = {
  selfasserted: [2, 1, 29],
  unifiedssp: [2, 1, 17],
  unifiedssd: [2, 1, 4],
  multifactor: [1, 2, 15],
  globalexception: [1, 2, 5],
  providerselection: [1, 2, 4],
  idpselection: [1, 2, 4],
  claimsconsent: [1, 2, 4],
};

export const knownPages: readonly string[] = Object.keys(pages);

export type DataUriReading =
  | { readonly kind: "known"; readonly uri: DataUri }
  /** A higher patch of a known line: the newest known layout serves it. */
  | { readonly kind: "newer"; readonly uri: DataUri; readonly newest: string }
  | {
      readonly kind: "unknownVersion";
      readonly page: string;
      readonly version: string;
      readonly lines: string;
    }
  | { readonly kind: "unknownPage"; readonly page: string }
  | { readonly kind: "malformed" };

export function readDataUri(text: string): DataUriReading {
  const match = /^urn:com:microsoft:aad:b2c:elements:(contract:)?([^:]+)(?::(\d+)\.(\d+)\.(\d+))?$/i.exec(
    text.trim(),
  );
  if (!match) {
    const bad = /^urn:com:microsoft:aad:b2c:elements:(?:contract:)?([^:]+):(.*)$/i.exec(text.trim());
    const page = bad?.[1]?.toLowerCase() ?? "";
    return bad && Object.hasOwn(pages, page)
      ? { kind: "unknownVersion", page, version: bad[2] ?? "", lines: linesOf(page) }
      : { kind: "malformed" };
  }
  const page = (match[2] ?? "").toLowerCase();
  const highest = pages[page];
  if (!highest || !Object.hasOwn(pages, page)) return { kind: "unknownPage", page };
  const version = [Number(match[3] ?? 1), Number(match[4] ?? 0), Number(match[5] ?? 0)] as const;
  const uri = { page, version, contract: match[1] !== undefined };
  const [major, minor, patch] = version;
  const top = linePatch(highest, major, minor);
  if (top === undefined)
    return { kind: "unknownVersion", page, version: version.join("."), lines: linesOf(page) };
  return patch <= top ? { kind: "known", uri } : { kind: "newer", uri, newest: `${major}.${minor}.${top}` };
}

/** The highest patch of a line `major.minor`, undefined where there is no such line. */
function linePatch(
  highest: readonly [number, number, number],
  major: number,
  minor: number,
): number | undefined {
  if (major === highest[0] && minor === highest[1]) return highest[2];
  const lines: Readonly<Record<string, number>> = { "1.0": 0, "1.1": 0, "1.2": 5, "2.0": 0 };
  return major < highest[0] || (major === highest[0] && minor < highest[1])
    ? lines[`${major}.${minor}`]
    : undefined;
}

function linesOf(page: string): string {
  const highest = pages[page] ?? [1, 0, 0];
  const older = highest[0] === 2 ? ["1.0.0", "1.1.0", "1.2.0 to 1.2.5", "2.0.0"] : ["1.0.0", "1.1.0"];
  return [...older, `${highest[0]}.${highest[1]}.0 to ${highest.join(".")}`].join(", ");
}

/** Whether `version` is at least `minimum`. */
export function atLeast(version: DataUri["version"], minimum: DataUri["version"]): boolean {
  for (let index = 0; index < 3; index++) {
    const difference = (version[index] ?? 0) - (minimum[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
