import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csrfTokens } from "./csrf.ts";
import { interactionKeys } from "./keys.ts";
import { cacheCookieId, decodeJson, readTransactionReference, transIdOf } from "./transaction-id.ts";

const tid = "a3e25dda-0b1c-4d2e-8f30-112233445566";

describe("the transaction id", () => {
  it("is written as B2C writes it, and read back", () => {
    expect(transIdOf(tid)).toMatch(/^StateProperties=[\w-]{62}$/);
    expect(readTransactionReference(transIdOf(tid))).toEqual({ kind: "named", tid });
    expect(readTransactionReference(`${transIdOf(tid)}.n0nce`)).toEqual({ kind: "named", tid });
  });

  it("names the cache cookie by its bytes in .NET's order", () => {
    // pages.md 1.4: `a3e25dda-…` → `2l3io…`
    expect(cacheCookieId(tid)).toMatch(/^2l3io[a-z0-9_-]{17}$/);
  });

  it("costs no more than its length, however hostile the text is", () => {
    const began = performance.now();
    for (const filler of ["=", '"', "\t", "%3D", "StateProperties=", "+"])
      readTransactionReference(`A${filler.repeat(16_000 / filler.length)}x`);
    decodeJson(`A${"=".repeat(30_000)}x`);
    // An expression that begins anew at every sign took four seconds for these.
    expect(performance.now() - began).toBeLessThan(400);
  });

  it("is never read out of anything that holds no GUID", () => {
    for (const inside of [
      { TID: 1 },
      { TID: "x" },
      { T_DIC: [] },
      { T_DIC: [null] },
      { C_ID: `${tid}0` },
      [tid],
      null,
      7,
    ]) {
      const text = Buffer.from(JSON.stringify(inside)).toString("base64url");
      expect(readTransactionReference(text)).toEqual({ kind: "unreadable" });
    }
    expect(readTransactionReference("")).toEqual({ kind: "absent" });
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(readTransactionReference(text).kind).not.toBe("named");
      }),
    );
  });
});

describe("a CSRF token", () => {
  const tokens = csrfTokens(interactionKeys(Buffer.alloc(32, 1)));

  it("holds for its tenant, transaction and secret only, and tells its step", () => {
    const token = tokens.issue("t", tid, 3, 0);
    expect(tokens.check("t", tid, token)).toBe(3);
    expect(tokens.check("u", tid, token)).toBeUndefined();
    expect(tokens.check("t", tid.replace("a", "b"), token)).toBeUndefined();
    expect(csrfTokens(interactionKeys(Buffer.alloc(32, 2))).check("t", tid, token)).toBeUndefined();
  });

  it("survives an unencoded query string whatever its random part is", () => {
    for (let round = 0; round < 500; round += 1)
      expect(tokens.issue("t", tid, round, round * 1e9)).toMatch(/^[A-Za-z0-9]+=*$/);
  });

  it("is spoiled by any change of any of its bytes", () => {
    const token = tokens.issue("t", tid, 1, 0).replaceAll("=", "");
    const text = Buffer.from(token, "base64").toString("latin1");
    for (let at = 0; at < text.length; at += 1) {
      const changed = `${text.slice(0, at)}${text[at] === "1" ? "2" : "1"}${text.slice(at + 1)}`;
      expect(tokens.check("t", tid, Buffer.from(changed, "latin1").toString("base64"))).toBeUndefined();
    }
    expect(tokens.check("t", tid, undefined)).toBeUndefined();
    expect(tokens.check("t", tid, token.slice(0, -4))).toBeUndefined();
    expect(tokens.check("t", tid, token.repeat(2))).toBeUndefined();
  });

  it("needs a secret of 32 bytes", () => {
    expect(() => interactionKeys(Buffer.alloc(31))).toThrow(RangeError);
  });
});
