import { type Diagnostic, nearestName, type TechnicalProfile } from "@vestibule/policy";

export type Reading<T> = { readonly value: T } | { readonly problem: Diagnostic };

/** Items of our own: B2C ignores them, so that one policy serves both. */
export const ownPrefix = "vestibule.";

/** Metadata keys compare without regard to case, their texts are trimmed (technical-profiles.md 1.3). */
export function metadataReader(profile: TechnicalProfile) {
  const items = new Map(
    Object.entries(profile.metadata).map(([key, value]) => [key.toLowerCase(), value.trim()]),
  );
  const text = (key: string): string | undefined => items.get(key.toLowerCase()) || undefined;
  const problem = (code: string, message: string, hint?: string): Diagnostic => ({
    code,
    severity: "error",
    message: `Technical profile '${profile.id}': ${message}`,
    ...(hint && { hint }),
    ...(profile.at && { at: profile.at }),
  });
  const unfit = (key: string, expected: string, hint?: string) =>
    problem(
      "PL302",
      `metadata item '${key}' has the value '${text(key) ?? ""}'; expected ${expected}.`,
      hint,
    );
  return {
    text,
    problem,
    unfit,
    /** Names of our own items, as written. */
    ownItems: () => Object.keys(profile.metadata).filter((key) => key.toLowerCase().startsWith(ownPrefix)),
    invalid(key: string, expected: readonly string[], code?: string): Diagnostic {
      const near = nearestName(text(key) ?? "", expected);
      const list = `one of ${expected.join(", ")}${code ? ` (${code})` : ""}`;
      return unfit(key, list, near && `Did you mean '${near}'?`);
    },
    boolean(key: string, otherwise: boolean): Reading<boolean> {
      const value = text(key);
      if (value === undefined) return { value: otherwise };
      if (/^(true|1)$/i.test(value)) return { value: true };
      if (/^(false|0)$/i.test(value)) return { value: false };
      return { problem: unfit(key, "'true' or 'false' (AADB2C90030)") };
    },
    integer(key: string, least: number, most: number): Reading<number | undefined> {
      const value = text(key);
      if (value === undefined) return { value: undefined };
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      if (number >= least && number <= most) return { value: number };
      return { problem: unfit(key, `a whole number from ${least} to ${most}`) };
    },
  };
}

export type MetadataReader = ReturnType<typeof metadataReader>;

export function oneOf<T extends string>(
  item: MetadataReader,
  key: string,
  known: readonly T[],
  otherwise: T,
  code?: string,
): Reading<T> {
  const value = item.text(key);
  if (value === undefined) return { value: otherwise };
  const found = known.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
  return found ? { value: found } : { problem: item.invalid(key, known, code) };
}
