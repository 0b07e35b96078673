import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authenticatorSuite } from "./authenticators.suite.ts";
import { directorySuite } from "./directory/directory.suite.ts";
import { passwordSuite } from "./directory/password.suite.ts";
import { notificationSuite } from "./notifications.suite.ts";
import { phoneSuite } from "./phone.suite.ts";
import type { Store } from "./store.ts";
import {
  grant,
  journeyState,
  type Opener,
  session,
  suiteMasterKey,
  TestClock,
  testTenant,
} from "./suite-fixtures.ts";
import { verificationSuite } from "./verification.suite.ts";

/** What every database under the store must do; run once for each. */
export function storeSuite(open: Opener, { nodesShareJourneys }: { nodesShareJourneys: boolean }): void {
  const clock = new TestClock();
  let store: Store;
  let otherNode: Store;
  beforeAll(async () => {
    // Two nodes start together on an empty database: one of them makes the tables.
    [store, otherNode] = await Promise.all([
      open({ masterKey: suiteMasterKey, clock }),
      open({ masterKey: suiteMasterKey, clock }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([store.close(), otherNode.close()]);
  });

  directorySuite(open);
  passwordSuite(open);
  verificationSuite(open);
  notificationSuite(open);
  phoneSuite(open);
  authenticatorSuite(open);

  test("says that it is healthy while the database answers", async () => {
    expect(await store.healthy()).toBe(true);
    const closed = await open({ masterKey: suiteMasterKey, clock });
    await closed.close();
    expect(await closed.healthy()).toBe(false);
  });

  describe("journeys", () => {
    test("are found in their tenant only", async () => {
      const state = journeyState(randomUUID(), { bag: { email: "ann@example.com" } });
      await store.journeys.insert("tenant-a", { state, revision: 0 });
      expect(await store.journeys.load("tenant-a", state.id)).toEqual({ state, revision: 0 });
      expect(await store.journeys.load("tenant-b", state.id)).toBeUndefined();
      expect(await store.journeys.save("tenant-b", { state, revision: 0 })).toBe(false);
      await store.journeys.remove("tenant-b", state.id);
      expect(await otherNode.journeys.load("tenant-a", state.id)).toBeDefined();
    });

    test("a save that was overtaken is refused and changes nothing", async () => {
      const id = randomUUID();
      await store.journeys.insert("tenant-a", { state: journeyState(id), revision: 0 });
      const results = await Promise.all(
        [store, otherNode, store, otherNode].map((node, index) =>
          node.journeys.save("tenant-a", { state: journeyState(id, { pageCount: index }), revision: 0 }),
        ),
      );
      expect(results.filter(Boolean)).toHaveLength(1);
      const loaded = await store.journeys.load("tenant-a", id);
      expect(loaded?.revision).toBe(1);
      expect(loaded?.state.pageCount).toBe(results.indexOf(true));
    });

    test("one request at a time works on a journey, other journeys go on", async () => {
      const id = randomUUID();
      const events: string[] = [];
      const entered = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      const first = store.journeys.exclusively("tenant-a", id, async () => {
        entered.resolve();
        await held.promise;
        events.push("first out");
      });
      await entered.promise;
      const second = (nodesShareJourneys ? otherNode : store).journeys.exclusively(
        "tenant-a",
        id,
        async () => {
          events.push("second in");
        },
      );
      await store.journeys.exclusively("tenant-a", randomUUID(), async () => {
        events.push("other journey");
        held.resolve();
      });
      await Promise.all([first, second]);
      expect(events).toEqual(["other journey", "first out", "second in"]);
    });

    test("work that fails lets the next one in", async () => {
      const id = randomUUID();
      const failing = store.journeys.exclusively("tenant-a", id, () => Promise.reject(new Error("boom")));
      await expect(failing).rejects.toThrow("boom");
      expect(await store.journeys.exclusively("tenant-a", id, async () => 7)).toBe(7);
    });

    test.each(["", "\u0000", "half \ud800", "x".repeat(100_000), "' or 1=1 --"])(
      "nothing is found under a hostile handle, and nothing breaks",
      async (id) => {
        const directory = store.directory(testTenant());
        expect(await store.journeys.load("tenant-a", id)).toBeUndefined();
        expect(await store.journeys.exclusively("tenant-a", id, async () => 1)).toBe(1);
        expect(await store.sessions.find("tenant-a", id, 1)).toBeUndefined();
        expect((await store.grants.redeemCode("tenant-a", id, 1)).kind).toBe("unknown");
        expect((await store.grants.redeemRefreshToken("tenant-a", id, 1, true)).kind).toBe("unknown");
        for (const kind of ["objectId", "signInName", "userPrincipalName"] as const) {
          expect(await directory.find({ kind, value: id })).toBeUndefined();
        }
        expect(await directory.find({ kind: "attribute", name: "mail", value: id })).toBeUndefined();
        expect(await directory.find({ kind: "attribute", name: id, value: id })).toBeUndefined();
        expect(await directory.remove(id)).toBe(false);
        expect((await directory.change(id, {})).kind).toBe("notFound");
        expect((await directory.checkPassword(id, id)).kind).toBe("unknownAccount");
      },
    );

    test("are swept some hours after their last save", async () => {
      const id = randomUUID();
      await store.journeys.insert("tenant-a", { state: journeyState(id), revision: 0 });
      await store.sweep(clock.now() + 3_600_000);
      expect(await store.journeys.load("tenant-a", id)).toBeDefined();
      await store.sweep(clock.now() + 3 * 3_600_000);
      expect(await store.journeys.load("tenant-a", id)).toBeUndefined();
    });
  });

  describe("sessions", () => {
    test("are found by handle and tenant until they expire", async () => {
      const handle = randomUUID();
      await store.sessions.put("tenant-a", handle, session("ann", 1000));
      expect(await otherNode.sessions.find("tenant-a", handle, 999)).toEqual(session("ann", 1000));
      expect(await store.sessions.find("tenant-a", handle, 1000)).toBeUndefined();
      expect(await store.sessions.find("tenant-b", handle, 999)).toBeUndefined();
      await store.sessions.put("tenant-a", handle, session("ann", 2000));
      expect((await store.sessions.find("tenant-a", handle, 1500))?.expires).toBe(2000);
      await store.sessions.remove("tenant-a", handle);
      expect(await store.sessions.find("tenant-a", handle, 999)).toBeUndefined();
    });

    test("are swept once expired, in any number", async () => {
      const handles = Array.from({ length: 600 }, (_, index) => `swept ${index}`);
      await Promise.all(
        handles.map((handle) => store.sessions.put("tenant-a", handle, session("eve", 1000))),
      );
      await store.sessions.put("tenant-a", "kept", session("eve", 9e9));
      await store.sweep(1_000_000);
      const left = await Promise.all(handles.map((handle) => store.sessions.find("tenant-a", handle, 1)));
      expect(left.filter((found) => found !== undefined)).toEqual([]);
      expect(await store.sessions.find("tenant-a", "kept", 1)).toBeDefined();
    });

    test("of an account end together, those of the other tenant's namesake do not", async () => {
      await store.sessions.put("tenant-a", "h1", session("bob", 9e9));
      await store.sessions.put("tenant-a", "h2", {
        ...session("pairwise", 9e9),
        session: {
          ...session("pairwise", 9e9).session,
          providers: { "SM-AAD": { claims: { objectId: "bob" }, technicalProfiles: [] } },
        },
      });
      await store.sessions.put("tenant-b", "h1", session("bob", 9e9));
      await store.sessions.removeOf("tenant-a", "bob");
      expect(await store.sessions.find("tenant-a", "h1", 1)).toBeUndefined();
      expect(await store.sessions.find("tenant-a", "h2", 1)).toBeUndefined();
      expect(await store.sessions.find("tenant-b", "h1", 1)).toBeDefined();
    });
  });

  describe("authorization codes", () => {
    test("of many concurrent redemptions one wins, and the others revoke its family", async () => {
      await store.grants.putCode("tenant-a", "code-1", grant, "family-1", 10, 600);
      await store.grants.putRefreshToken("tenant-a", "token-1", grant, "family-1", 10, 9e9);
      const results = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          (index % 2 === 0 ? store : otherNode).grants.redeemCode("tenant-a", "code-1", 20),
        ),
      );
      const won = results.filter((result) => result.kind === "redeemed");
      expect(won).toEqual([{ kind: "redeemed", grant, family: "family-1", issued: 10 }]);
      expect(results.filter((result) => result.kind === "replayed")).toHaveLength(11);
      expect((await store.grants.redeemRefreshToken("tenant-a", "token-1", 30, true)).kind).toBe("revoked");
    });

    test("a token that comes after the replay was seen is revoked too", async () => {
      await store.grants.putCode("tenant-a", "code-2", grant, "family-2", 10, 600);
      await store.grants.redeemCode("tenant-a", "code-2", 20);
      expect((await store.grants.redeemCode("tenant-a", "code-2", 21)).kind).toBe("replayed");
      await store.grants.putRefreshToken("tenant-a", "late", grant, "family-2", 22, 9e9);
      expect((await store.grants.redeemRefreshToken("tenant-a", "late", 23, false)).kind).toBe("revoked");
    });

    test("expired, unknown and foreign codes are told apart, and looking uses nothing up", async () => {
      await store.grants.putCode("tenant-a", "code-3", grant, "family-3", 10, 600);
      expect(await store.grants.peekCode("tenant-a", "code-3")).toEqual(grant);
      expect(await store.grants.peekCode("tenant-b", "code-3")).toBeUndefined();
      expect((await store.grants.redeemCode("tenant-b", "code-3", 20)).kind).toBe("unknown");
      expect((await store.grants.redeemCode("tenant-a", "code-3x", 20)).kind).toBe("unknown");
      expect((await store.grants.redeemCode("tenant-a", "code-", 20)).kind).toBe("unknown");
      expect(await store.grants.redeemCode("tenant-a", "code-3", 600)).toEqual({
        kind: "expired",
        issued: 10,
        expires: 600,
      });
      expect((await store.grants.redeemCode("tenant-a", "code-3", 599)).kind).toBe("redeemed");
    });
  });

  describe("refresh tokens", () => {
    test("of concurrent rotations one wins; the others learn when it was", async () => {
      await store.grants.putRefreshToken("tenant-a", "r1", grant, "family-r1", 10, 1000);
      const results = await Promise.all(
        [store, otherNode, store].map((node) => node.grants.redeemRefreshToken("tenant-a", "r1", 50, true)),
      );
      expect(results.filter((result) => result.kind === "redeemed")).toHaveLength(1);
      const again = await store.grants.redeemRefreshToken("tenant-a", "r1", 90, true);
      expect(again).toMatchObject({ kind: "reused", rotatedAt: 50, family: "family-r1", grant });
    });

    test("without rotation a token serves until it expires", async () => {
      await store.grants.putRefreshToken("tenant-a", "r2", grant, "family-r2", 10, 1000);
      expect((await store.grants.redeemRefreshToken("tenant-a", "r2", 50, false)).kind).toBe("redeemed");
      expect((await store.grants.redeemRefreshToken("tenant-a", "r2", 999, false)).kind).toBe("redeemed");
      expect((await store.grants.redeemRefreshToken("tenant-a", "r2", 1000, false)).kind).toBe("expired");
      expect((await store.grants.redeemRefreshToken("tenant-b", "r2", 50, false)).kind).toBe("unknown");
    });

    test("a family is revoked in its own tenant", async () => {
      await store.grants.putRefreshToken("tenant-a", "r3", grant, "family-r3", 10, 1000);
      await store.grants.putRefreshToken("tenant-b", "r3", grant, "family-r3", 10, 1000);
      await store.grants.revokeFamily("tenant-a", "family-r3");
      await store.grants.revokeFamily("tenant-a", "family-r3");
      expect((await store.grants.redeemRefreshToken("tenant-a", "r3", 50, true)).kind).toBe("revoked");
      expect((await store.grants.redeemRefreshToken("tenant-b", "r3", 50, true)).kind).toBe("redeemed");
    });

    test("the sweep keeps a revocation as long as a token of the family", async () => {
      const seconds = Math.floor(clock.now() / 1000);
      await store.grants.putRefreshToken("tenant-s", "r4", grant, "family-r4", 1, seconds + 86_400);
      await store.grants.revokeFamily("tenant-s", "family-r4");
      await store.sweep(clock.now());
      expect((await store.grants.redeemRefreshToken("tenant-s", "r4", seconds, true)).kind).toBe("revoked");
      await store.sweep(clock.now() + 3 * 86_400_000);
      expect((await store.grants.redeemRefreshToken("tenant-s", "r4", seconds, true)).kind).toBe("unknown");
    });
  });

  describe("keys", () => {
    test("of nodes that make a container's first key at the same time one wins", async () => {
      const key = (kid: string) => ({ kid, privateKeyPem: `pem of ${kid}`, notBefore: 5 });
      const seen = await Promise.all(
        ["k1", "k2", "k3", "k4"].map((kid, index) =>
          (index % 2 === 0 ? store : otherNode).signingKeys.addFirst("tenant-a", "Container", key(kid)),
        ),
      );
      const first = seen[0];
      expect(first).toHaveLength(1);
      for (const keys of seen) expect(keys).toEqual(first);
      await store.signingKeys.add("tenant-a", "container", { ...key("k9"), notBefore: 9, expires: 11 });
      expect((await otherNode.signingKeys.list("tenant-a", "CONTAINER")).map(({ kid }) => kid)).toEqual([
        first?.[0]?.kid,
        "k9",
      ]);
      expect(await store.signingKeys.list("tenant-b", "container")).toEqual([]);
      expect(await store.signingKeys.containers("tenant-a")).toEqual(["container"]);
    });

    test("policy keys stay in their tenant and container, oldest first", async () => {
      const add = (tenant: string, id: string) =>
        store.policyKeys.add(tenant, "B2C_1A_Rest", {
          id,
          kind: "secret",
          value: `value ${id}`,
          uploaded: 3,
        });
      await add("tenant-a", "z");
      await add("tenant-a", "a");
      await add("tenant-b", "a");
      expect((await store.policyKeys.list("tenant-a", "b2c_1a_rest")).map(({ id }) => id)).toEqual([
        "z",
        "a",
      ]);
      expect(await store.policyKeys.remove("tenant-a", "b2c_1a_rest", "a")).toBe(1);
      expect(await store.policyKeys.remove("tenant-a", "b2c_1a_rest")).toBe(1);
      expect((await store.policyKeys.list("tenant-b", "b2c_1a_rest"))[0]?.value).toBe("value a");
    });
  });

  describe("messages and observations", () => {
    test("mails are listed newest first, of one tenant or of all", async () => {
      const tenant = testTenant().id;
      const entry = (id: string, at: number) => ({
        id,
        tenantId: tenant,
        at,
        delivery: "outbox" as const,
        to: "ann@example.com",
        subject: "s",
        text: "t",
        html: "h",
        code: "123456",
      });
      await store.outbox.add(entry("m1", 1));
      await store.outbox.add(entry("m2", 2));
      expect(await store.outbox.list(tenant, 10)).toEqual([entry("m2", 2), entry("m1", 1)]);
      expect(await store.outbox.list("tenant-x", 10)).toEqual([]);
      expect((await store.outbox.list(undefined, 1000)).map(({ id }) => id)).toContain("m1");
    });

    test("a journey's trace grows with every part, in order, and is bounded", async () => {
      const tenant = testTenant().id;
      const summary = (id: string, updatedAt: number) => ({
        id,
        policyId: "p",
        clientId: "c",
        startedAt: 0,
        updatedAt,
        status: "suspended",
        step: "1",
        lastText: "",
      });
      const entry = (text: string) => ({ at: 1, kind: "step" as const, step: "1", text });
      const at = clock.now();
      await store.observations.addTrace(tenant, summary("j1", at), [entry("a"), entry("b")]);
      await store.observations.addTrace(tenant, summary("j1", at + 1), [entry("c")]);
      await store.observations.addTrace(tenant, summary("j2", at + 2), []);
      expect((await store.observations.trace(tenant, "j1")).map(({ text }) => text)).toEqual(["a", "b", "c"]);
      expect((await store.observations.listJourneys(tenant, 10)).map(({ id }) => id)).toEqual(["j2", "j1"]);
      expect(await store.observations.trace("tenant-x", "j1")).toEqual([]);

      const small = await open({
        masterKey: suiteMasterKey,
        clock,
        retention: { tracesPerTenant: 1 },
      });
      await small.sweep(at);
      await small.close();
      expect((await store.observations.listJourneys(tenant, 10)).map(({ id }) => id)).toEqual(["j2"]);
      expect(await store.observations.trace(tenant, "j1")).toEqual([]);
    });

    test("audit entries are kept seven days", async () => {
      const tenant = testTenant().id;
      const entry = {
        id: "a1",
        at: clock.now(),
        correlationId: "c",
        category: "Authentication",
        activity: "x",
        result: "success" as const,
        details: {},
      };
      await store.observations.addAudit(tenant, entry);
      await store.sweep(clock.now() + 6 * 86_400_000);
      expect(await store.observations.listAudit(tenant, 10)).toEqual([entry]);
      await store.sweep(clock.now() + 8 * 86_400_000);
      expect(await store.observations.listAudit(tenant, 10)).toEqual([]);
    });
  });
}
