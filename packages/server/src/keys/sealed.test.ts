import { createCipheriv, createHmac } from "node:crypto";
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

  test("of the format before the salt still opens, and only in its own context", () => {
    const data = Buffer.from(JSON.stringify([context.tenantId, context.kind, context.name]));
    const master = masterKeyFrom([key(1)]).keys[0];
    if (master === undefined) throw new Error("no key");
    const nonce = Buffer.alloc(12, 5);
    const old = createHmac("sha256", master.secret).update(data).digest();
    const cipher = createCipheriv("aes-256-gcm", old, nonce).setAAD(data);
    const body = Buffer.concat([cipher.update("secret", "utf8"), cipher.final()]);
    const sealed = Buffer.concat([Uint8Array.of(1), master.id, nonce, body, cipher.getAuthTag()]);
    expect(sealer.open(context, sealed)).toBe("secret");
    expect(() => sealer.open({ ...context, name: "other" }, sealed)).toThrow("does not open");
    expect(() => sealer.open(context, sealed.subarray(0, 20))).toThrow("does not open");
  });

  test("has a nonce of its own, and a process has keys of its own", () => {
    const nonceOf = (sealed: Uint8Array) => Buffer.from(sealed.subarray(21, 33)).toString("hex");
    const saltOf = (sealed: Uint8Array) => Buffer.from(sealed.subarray(5, 21)).toString("hex");
    const values = Array.from({ length: 2_000 }, () => sealer.seal(context, "secret"));
    expect(new Set(values.map(nonceOf)).size).toBe(2_000);
    const otherProcess = createSealer(masterKeyFrom([key(1)])).seal(context, "secret");
    const otherTenant = sealer.seal({ ...context, tenantId: "tenant-b" }, "secret");
    expect(new Set([values[0], otherProcess, otherTenant].map((one) => one && saltOf(one))).size).toBe(3);
    expect(sealer.open(context, otherProcess)).toBe("secret");
  });
});
