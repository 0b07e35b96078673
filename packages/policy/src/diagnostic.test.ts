import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestName } from "./diagnostic.ts";

test("the nearest name is found across a swap, a missing letter and a difference of case", () => {
  const names = ["ServiceUrl", "AuthenticationType", "SendClaimsIn", "AllowInsecureAuthInProduction"];
  expect(nearestName("SendCliamsIn", names)).toBe("SendClaimsIn");
  expect(nearestName("serviceurl", names)).toBe("ServiceUrl");
  expect(nearestName("AuthenticatonType", names)).toBe("AuthenticationType");
  expect(nearestName("DebugMode", names)).toBeUndefined();
});

test("no name is nearer than the one that is found", () => {
  const word = fc.string({ unit: fc.constantFrom(..."abcde\u0061\u00e1\u0141"), maxLength: 9 });
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 12 }), (typed, names) => {
      const found = nearestName(typed, names);
      const limit = Math.max(1, Math.floor(typed.length / 3));
      const least = Math.min(...names.map((name) => plainDistance(typed.toLowerCase(), name.toLowerCase())));
      if (found === undefined) expect(least).toBeGreaterThan(limit);
      else expect(plainDistance(typed.toLowerCase(), found.toLowerCase())).toBe(least);
    }),
    { numRuns: 500 },
  );
});

/** Optimal string alignment by its definition, without any short cut. */
function plainDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const row = rows[i];
      if (!row) continue;
      row[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
  return at(a.length, b.length);
}
