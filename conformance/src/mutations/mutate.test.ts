import { expect, it } from "vitest";
import { mutated, randomOf } from "./mutate.ts";

const text = '<Policy Id="a"><Step Order="1" ReferenceId="b"/><Name>c</Name></Policy>';
const make = (seed: number) => Buffer.from(mutated(text, randomOf(seed))).toString("latin1");

it("the same seed makes the same file, and nearly every seed another one", () => {
  const made = Array.from({ length: 200 }, (_, seed) => make(seed));
  expect(made.map((_, seed) => make(seed))).toEqual(made);
  expect(new Set(made).size).toBeGreaterThan(120);
  expect(made.filter((one) => one === text).length).toBeLessThan(20);
});
