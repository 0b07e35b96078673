import { expect, test } from "vitest";
import { randomToken } from "./random-token.ts";

test("tokens have the length that was asked for and never repeat, whatever the pool holds", () => {
  const lengths = [0, 1, 16, 32, 33, 1_000, 4_095, 4_096, 5_000];
  for (const bytes of lengths) expect(Buffer.from(randomToken(bytes), "base64url")).toHaveLength(bytes);
  const tokens = Array.from({ length: 5_000 }, (_, index) => randomToken(16 + (index % 33)));
  expect(new Set(tokens).size).toBe(tokens.length);
  // Not even their beginnings agree: no byte of the pool is handed out twice.
  expect(new Set(tokens.map((token) => token.slice(0, 10))).size).toBe(tokens.length);
});

test("a token is random in every byte", () => {
  const seen = Array.from({ length: 32 }, () => new Set<number>());
  for (let count = 0; count < 2_000; count += 1) {
    for (const [index, byte] of Buffer.from(randomToken(32), "base64url").entries()) seen[index]?.add(byte);
  }
  for (const [index, values] of seen.entries()) expect(values.size, `byte ${index}`).toBeGreaterThan(240);
});

test("asks for whole numbers of bytes", () => {
  expect(() => randomToken(1.5)).toThrow(RangeError);
  expect(() => randomToken(-1)).toThrow(RangeError);
});
