import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { IncomingCall } from "./call.ts";
import { checkSignature, signature } from "./index.ts";

const key = "an old key of 16 and more";
const now = Date.parse("2026-06-01T00:00:00Z");
const seconds = now / 1000;

interface Parts {
  readonly t?: number;
  readonly method?: string;
  readonly target?: string;
  readonly idempotencyKey?: string;
  readonly body?: string;
}

/** As docs/api-connectors.md describes it, made with Node's own functions. */
function sign(parts: Parts = {}, keys: readonly string[] = [key]): string {
  const {
    t = seconds,
    method = "POST",
    target = "/sign-up?code=k%20",
    idempotencyKey = "id-1",
    body = "{}",
  } = parts;
  const digest = createHash("sha256").update(body).digest("base64url");
  const text = ["v1", t, method, target, idempotencyKey, digest].join("\n");
  return [
    `t=${t}`,
    ...keys.map((one) => `v1=${createHmac("sha256", one).update(text).digest("base64url")}`),
  ].join(",");
}

const call = (
  header: string | undefined,
  more: Partial<IncomingCall> = {},
  idempotencyKey = "id-1",
): IncomingCall => ({
  method: "POST",
  url: "https://api.example/sign-up?code=k%20",
  header: (name) => ({ "vestibule-signature": header, "idempotency-key": idempotencyKey })[name],
  body: new TextEncoder().encode("{}"),
  ...more,
});

const check = (incoming: IncomingCall, more = {}) => checkSignature(incoming, { keys: [key], now, ...more });

describe("a signed request", () => {
  it("is known by either key while one is renewed", async () => {
    const next = "the new key that will stay";
    expect(await check(call(sign()))).toBe(true);
    expect(await check(call(sign({}, [next, key])))).toBe(true);
    expect(await check(call(sign({}, [next])), { keys: [key, next] })).toBe(true);
    expect(await check(call(sign({}, [next])))).toBe(false);
  });

  it("counts for its own method, path, query, idempotency key and body, and for nothing else", async () => {
    expect(await check(call(sign({ method: "GET" })))).toBe(false);
    expect(await check(call(sign({ target: "/sign-up" })))).toBe(false);
    expect(await check(call(sign()), { target: "/other" })).toBe(false);
    expect(await check(call(sign({ target: "/api/x" })), { target: "/api/x" })).toBe(true);
    expect(await check(call(sign(), {}, "id-2"))).toBe(false);
    expect(await check(call(sign(), { body: new TextEncoder().encode("{} ") }))).toBe(false);
  });

  it("covers a path that begins with two slashes as it came", async () => {
    const doubled = { target: "//sign-up/x?code=k" };
    expect(await check(call(sign(doubled), { url: doubled.target }))).toBe(true);
    expect(await check(call(sign({ target: "/x?code=k" }), { url: doubled.target }))).toBe(false);
    expect(await check(call(sign({ target: "//" }), { url: "//" }))).toBe(true);
  });

  it("grows old, and does not come from the future", async () => {
    for (const [age, known] of [
      [-301, false],
      [-299, true],
      [299, true],
      [301, false],
    ] as const) {
      expect(await check(call(sign({ t: seconds - age }))), String(age)).toBe(known);
    }
    expect(await check(call(sign({ t: seconds - 20 })), { tolerance: 10 })).toBe(false);
  });

  it.each([
    undefined,
    "",
    "t=",
    `t=${seconds}`,
    `t=${seconds},v1=`,
    `t=${seconds},v1=${"A".repeat(43)}`,
    `t=${seconds},v2=${sign().slice(-43)}`,
    sign().replace("t=", "t=0"),
    sign().split(",").reverse().join(","),
    `t=${seconds},${"v1=A,".repeat(10_000)}`,
  ])("is refused where the header is %j", async (header) => {
    expect(await check(call(header))).toBe(false);
  });

  it("is never checked with a key that can be guessed", () => {
    expect(() => signature({ keys: [] })).toThrow(TypeError);
    expect(() => signature({ keys: [key, "short"] })).toThrow(TypeError);
  });
});
