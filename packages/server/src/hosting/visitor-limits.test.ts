import { describe, expect, it } from "vitest";
import { createLimitMemory, unlimited, visitorLimits, workPerWindow } from "./visitor-limits.ts";

let time = 1_750_000_000_000;
const limits = (factor = 0.01, memory = createLimitMemory()) => visitorLimits(memory, factor, () => time);
const times = (count: number, work: () => number) => Array.from({ length: count }, work);

describe("limits by the visitor's address", () => {
  it("let an address do its share at once, and then only what time gives back", () => {
    const { take } = limits();
    // One hundredth of the default: 15 posts in five minutes.
    expect(times(15, () => take("post", "203.0.113.7")).every((wait) => wait === 0)).toBe(true);
    expect(take("post", "203.0.113.7")).toBe(20);
    time += 19_000;
    expect(take("post", "203.0.113.7")).toBe(1);
    time += 1000;
    expect(take("post", "203.0.113.7")).toBe(0);
    expect(take("post", "203.0.113.7")).toBe(20);
    time += 300_000;
    expect(times(15, () => take("post", "203.0.113.7")).every((wait) => wait === 0)).toBe(true);
  });

  it("count each kind of work, and each address, for itself", () => {
    const { take } = limits();
    times(16, () => take("post", "203.0.113.7"));
    expect([take("authorize", "203.0.113.7"), take("post", "203.0.113.8")]).toEqual([0, 0]);
  });

  it("ask without counting", () => {
    const { take, ask } = limits();
    times(100, () => ask("refusedToken", "203.0.113.7"));
    expect(times(6, () => take("refusedToken", "203.0.113.7"))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(ask("refusedToken", "203.0.113.7")).toBeGreaterThan(0);
  });

  it.each([
    ["the same /64", "2001:db8:1:2::1", "2001:0db8:1:2:ffff:1:2:3", true],
    ["another /64", "2001:db8:1:2::1", "2001:db8:1:3::1", false],
    ["IPv4 in IPv6", "::ffff:203.0.113.7", "203.0.113.7", true],
    ["a zone", "fe80::1%eth0", "fe80::2", true],
  ])("take %s for what it is", (_what, one, other, same) => {
    const { take } = limits();
    times(16, () => take("post", one));
    expect(take("post", other) > 0).toBe(same);
  });

  it("are counted together by threads that share the memory", () => {
    const memory = createLimitMemory();
    const [one, other] = [limits(0.01, memory), limits(0.01, memory)];
    times(8, () => one.take("post", "203.0.113.7"));
    times(7, () => other.take("post", "203.0.113.7"));
    expect(one.take("post", "203.0.113.7")).toBeGreaterThan(0);
  });

  it("need no more memory for a million addresses, and do not forget the one that asks most", () => {
    const memory = createLimitMemory();
    const { take } = limits(0.01, memory);
    times(16, () => take("post", "203.0.113.7"));
    for (let index = 0; index < 1_000_000; index += 1)
      take("post", `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);
    expect(memory.byteLength).toBeLessThan(2 ** 20);
    expect(take("post", "203.0.113.7")).toBeGreaterThan(0);
  });

  it("cost microseconds", () => {
    const { take } = limits(1000);
    const began = performance.now();
    times(200_000, () => take("authorize", "203.0.113.7"));
    expect((performance.now() - began) / 200_000).toBeLessThan(0.02);
  });

  it("are never below what a person needs, and can be switched off", () => {
    expect(Math.min(...Object.values(workPerWindow))).toBeGreaterThanOrEqual(600);
    expect(times(10_000, () => unlimited.take("post", "203.0.113.7")).every((wait) => wait === 0)).toBe(true);
  });
});
