import type { MergeBehavior } from "../document/document.ts";

/** The merge kinds of policy-language.md 13.2. In all of them a side that says nothing costs nothing. */

/**
 * K: the child's entries, then the parent's whose key the child does not have. `item` merges entries of equal key;
 * without it the parent's entry disappears. Keys compare without regard to case.
 */
export function keyed<T>(
  child: readonly T[] | undefined,
  parent: readonly T[] | undefined,
  key: (entry: T) => string,
  item?: (child: T, parent: T) => T,
): readonly T[] | undefined {
  if (!child || child.length === 0) return parent;
  if (!parent || parent.length === 0) return child;
  const keyOf = (entry: T) => key(entry).toLowerCase();
  const own = new Set(child.map(keyOf));
  const remaining = parent.filter((entry) => !own.has(keyOf(entry)));
  if (!item) return [...child, ...remaining];
  const inherited = new Map<string, T>();
  for (const entry of parent) if (!inherited.has(keyOf(entry))) inherited.set(keyOf(entry), entry);
  const merged = child.map((entry) => {
    const below = inherited.get(keyOf(entry));
    return below === undefined ? entry : item(entry, below);
  });
  return [...merged, ...remaining];
}

/** C: the child's entries, then the parent's; duplicates stay. */
export function concatenated<T>(
  child: readonly T[] | undefined,
  parent: readonly T[] | undefined,
): readonly T[] | undefined {
  if (!child || child.length === 0) return parent;
  return !parent || parent.length === 0 ? child : [...child, ...parent];
}

/** M: by the child's MergeBehavior. */
export function byBehavior<T>(
  behavior: MergeBehavior,
  child: readonly T[],
  parent: readonly T[],
): readonly T[] {
  switch (behavior) {
    case "ReplaceAll":
      return child;
    case "Prepend":
      return [...child, ...parent];
    case "Append":
      return [...parent, ...child];
  }
}

/** The first entry of each key stays. */
export function distinct<T>(entries: readonly T[], key: (entry: T) => string): readonly T[] {
  const seen = new Set<string>();
  return entries.filter((entry) => {
    const each = key(entry).toLowerCase();
    return !seen.has(each) && seen.add(each);
  });
}
