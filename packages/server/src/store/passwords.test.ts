import { describe, expect, test } from "vitest";
import { createPasswordHasher, HashingOverload } from "./passwords.ts";
import { cheapHashing } from "./suite-fixtures.ts";

describe("the password hasher", () => {
  test("makes argon2id hashes with OWASP's parameters by default", async () => {
    const hasher = createPasswordHasher();
    const hash = await hasher.hash("Passw0rd!");
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.verify(hash, "Passw0rd!")).toBe(true);
    expect(await hasher.verify(hash, "Passw0rd")).toBe(false);
    expect(await hasher.verify(undefined, "Passw0rd!")).toBe(false);
    expect(hasher.isOutdated(hash)).toBe(false);
    expect(createPasswordHasher(cheapHashing).isOutdated(hash)).toBe(true);
  });

  test("lets a bounded number wait and turns the rest away at once", async () => {
    const hasher = createPasswordHasher({ ...cheapHashing, concurrency: 2, queueLimit: 3 });
    const results = await Promise.allSettled(Array.from({ length: 9 }, () => hasher.hash("x")));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toBeInstanceOf(HashingOverload);
    }
    expect(await hasher.hash("x")).toContain("$argon2id$");
  });
});
