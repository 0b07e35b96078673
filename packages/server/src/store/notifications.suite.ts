import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Notification } from "@vestibule/engine";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "./store.ts";
import { type Opener, suiteMasterKey, TestClock } from "./suite-fixtures.ts";

const at = 1_767_225_600_000;

const notification = (more: Partial<Notification> = {}): Notification => ({
  id: randomUUID(),
  policyId: "B2C_1_signup",
  technicalProfile: "PreUserWriteRestful",
  correlationId: randomUUID(),
  step: 3,
  origin: "https://login.example",
  created: at,
  request: {
    method: "POST",
    url: "https://api.example/told",
    headers: { accept: "x" },
    body: '{"email":"a@b.example"}',
  },
  ...more,
});

/** The durable outbox for APIs, on two nodes that share one database. */
export function notificationSuite(open: Opener): void {
  describe("notifications", () => {
    let nodes: readonly [Store, Store];
    let tenant: string;
    beforeAll(async () => {
      const opened = () => open({ masterKey: suiteMasterKey, clock: new TestClock() });
      nodes = [await opened(), await opened()];
    });
    afterAll(() => Promise.all(nodes.map((node) => node.close())));
    beforeEach(async () => {
      tenant = randomUUID();
      // What an earlier test left is nobody's any more.
      for (const {
        tenantId,
        notification: { id },
      } of await takeAll(nodes[0], "cleaner")) {
        await nodes[0].notifications.remove(tenantId, id);
      }
    });

    const takeAll = (node: Store, holder: string, more: object = {}) =>
      node.notifications.take({
        holder,
        now: at,
        lease: 60_000,
        limit: 100,
        perLane: 100,
        fullLanes: [],
        ...more,
      });

    test("come back as they were put in, once, in their tenant only", async () => {
      const one = notification();
      await nodes[0].notifications.add(tenant, one);
      await nodes[1].notifications.add(tenant, { ...one, origin: "https://changed.example" });
      const other = randomUUID();
      expect(await nodes[1].notifications.list(other, 10)).toEqual([]);
      expect(await nodes[1].notifications.list(tenant, 10)).toEqual([
        { id: one.id, state: "waiting", due: at, attempts: 0, problem: "", notification: one },
      ]);
      expect(await nodes[0].notifications.remove(other, one.id)).toBe(false);
      expect(await nodes[0].notifications.sendAgain(other, at, one.id)).toBe(0);
    });

    test("are given to one node each, whoever asks at the same moment", async () => {
      const ids = new Set<string>();
      for (let i = 0; i < 20; i++) {
        const each = notification();
        ids.add(each.id);
        await nodes[0].notifications.add(tenant, each);
      }
      const taken = await Promise.all(
        ["a", "b", "c", "d"].map((holder, index) =>
          takeAll(nodes[index % 2 ? 1 : 0] as Store, holder, { limit: 8 }),
        ),
      );
      const all = taken.flat().map(({ notification: { id } }) => id);
      expect(new Set(all).size).toBe(all.length);
      const rest = await takeAll(nodes[1], "e");
      expect(new Set([...all, ...rest.map(({ notification: { id } }) => id)])).toEqual(ids);
    });

    test("are another node's when the lease of a dead one ends, and the dead one can change nothing then", async () => {
      const one = notification();
      await nodes[0].notifications.add(tenant, one);
      expect(await takeAll(nodes[0], "dead", { lease: 60 })).toHaveLength(1);
      expect(await takeAll(nodes[1], "heir")).toEqual([]);
      await delay(120);
      expect(await takeAll(nodes[1], "heir")).toHaveLength(1);
      const { notifications } = nodes[0];
      expect(await notifications.hold(tenant, one.id, "dead", 1000)).toBe(false);
      await notifications.delivered(tenant, one.id, "dead");
      await notifications.postpone(tenant, one.id, "dead", { due: 0, attempts: 9, problem: "x" });
      await notifications.bury(tenant, one.id, "dead", { attempts: 9, problem: "x" });
      expect(await notifications.list(tenant, 10)).toMatchObject([
        { state: "waiting", attempts: 0, problem: "" },
      ]);
      await nodes[1].notifications.delivered(tenant, one.id, "heir");
      expect(await notifications.list(tenant, 10)).toEqual([]);
    });

    test("wait until they are due, and are given up only for as long as nobody sends them again", async () => {
      const one = notification();
      const { notifications } = nodes[0];
      await notifications.add(tenant, one);
      await takeAll(nodes[0], "a");
      await notifications.postpone(tenant, one.id, "a", { due: at + 5000, attempts: 1, problem: "HTTP 503" });
      expect(await takeAll(nodes[1], "b", { now: at + 4999 })).toEqual([]);
      const [again] = await takeAll(nodes[1], "b", { now: at + 5000 });
      expect(again).toMatchObject({ tenantId: tenant, attempts: 1 });
      await nodes[1].notifications.bury(tenant, one.id, "b", { attempts: 2, problem: "HTTP 500" });
      expect(await takeAll(nodes[0], "a", { now: at + 99_999_999 })).toEqual([]);
      expect(await notifications.list(tenant, 10)).toMatchObject([
        { state: "dead", attempts: 2, problem: "HTTP 500" },
      ]);
      expect(await notifications.sendAgain(tenant, at + 10)).toBe(1);
      expect(await takeAll(nodes[0], "a", { now: at + 10 })).toMatchObject([{ attempts: 0 }]);
    });

    test("of one lane leave room for those of another", async () => {
      for (let i = 0; i < 10; i++)
        await nodes[0].notifications.add(tenant, notification({ created: at - 1000 + i }));
      const quick = notification({ technicalProfile: "Quick" });
      await nodes[0].notifications.add(tenant, quick);
      const taken = await takeAll(nodes[0], "a", { limit: 5, perLane: 4 });
      expect(taken.filter(({ lane }) => lane.endsWith("/Quick"))).toHaveLength(1);
      expect(taken).toHaveLength(5);
      const full = taken.find(({ lane }) => !lane.endsWith("/Quick"))?.lane ?? "";
      expect(await takeAll(nodes[0], "a", { fullLanes: [full] })).toEqual([]);
    });

    test("that a node gives back are taken at once", async () => {
      await nodes[0].notifications.add(tenant, notification());
      expect(await takeAll(nodes[0], "leaving")).toHaveLength(1);
      await nodes[0].notifications.release("leaving");
      expect(await takeAll(nodes[1], "staying")).toHaveLength(1);
    });
  });
}
