import { describe, expect, test } from "vitest";
import { masterKeyFrom } from "./master-key.ts";
import { createSealer } from "./sealed.ts";

const context = { tenantId: "tenant-a", kind: "policy key", name: "b2c_1a_rest/1" };
const key = (fill: number) => Buffer.alloc(32, fill);

describe("a sealed value", () => {
  const sealer = createSealer(masterKeyFrom([key(1)]));

  test("opens where it was sealed, and looks different every time", () => {
    const one = sealer.seal(context, "sécret");
    const two = sealer.seal(context, "sécret");
    expect(sealer.open(context, one)).toBe("sécret");
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false);
    expect(sealer.open(context, sealer.seal(context, ""))).toBe("");
  });

  test.each([
    ["tenant", { ...context, tenantId: "tenant-b" }],
    ["kind", { ...context, kind: "signing key" }],
    ["name", { ...context, name: "b2c_1a_rest/2" }],
    ["boundary between its parts", { tenantId: "tenant-", kind: "apolicy key", name: context.name }],
  ])("moved to another %s does not open", (_, moved) => {
    expect(() => sealer.open(moved, sealer.seal(context, "secret"))).toThrow("does not open");
  });

  test("flipped, cut or extended at any byte does not open", () => {
    const sealed = sealer.seal(context, "secret");
    for (let index = 0; index < sealed.length; index += 1) {
      const flipped = Uint8Array.from(sealed);
      flipped[index] = (flipped[index] ?? 0) ^ 1;
      expect(() => sealer.open(context, flipped), `flipped ${index}`).toThrow("does not open");
      expect(() => sealer.open(context, sealed.subarray(0, index)), `cut at ${index}`).toThrow(
        "does not open",
      );
    }
    expect(() => sealer.open(context, Buffer.concat([sealed, Buffer.alloc(1)]))).toThrow("does not open");
  });

  test("opens under a master key that came after it, while the old one is still known", () => {
    const sealed = sealer.seal(context, "secret");
    const renewed = createSealer(masterKeyFrom([key(2), key(1)]));
    expect(renewed.open(context, sealed)).toBe("secret");
    expect(() => sealer.open(context, renewed.seal(context, "new"))).toThrow("another master key");
  });
});
