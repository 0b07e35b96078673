const prefix = "b2c_1a_";

/** Key containers compare without regard to case, and the prefix may be left out (policy-language.md 16.1). */
export function containerKey(container: string): string {
  const lower = container.toLowerCase();
  return lower.startsWith(prefix) ? lower : prefix + lower;
}
