import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { deliverNotification, deliveryTime } from "@vestibule/engine";
import type { FastifyBaseLogger } from "fastify";
import type { ServerContext } from "../context.ts";
import { retryAfter } from "../outbound/retry-after.ts";
import type { TakenNotification } from "../store/store.ts";

/** Deliveries under way at the same time on this node, and to one API. */
const most = { all: 16, each: 4 } as const;
/** Milliseconds. Another node may have added a notification, or left one behind. */
const pollEvery = 2_000;
const pauses = { first: 5_000, longest: 3_600_000 } as const;
/** What a lease is longer than the delivery itself. */
const margin = 5_000;
const firstLease = 15_000;
const mostTries = 20;
/** Milliseconds that a server which is told to stop waits for what is under way. */
const grace = 5_000;

export interface Delivering {
  /** Something may be due now. */
  wake(): void;
  /** Takes nothing more, waits for what is under way, and gives the rest back to the other nodes. */
  stop(): Promise<void>;
}

/**
 * Delivers notifications in the background: at least once each, never twice at the same moment, one after the other as
 * they become due. A node that dies loses what it held when its lease ends, and another one sends it again.
 */
export function deliverNotifications(
  context: Pick<ServerContext, "store" | "tenants" | "ports" | "now">,
  log: FastifyBaseLogger,
  random: () => number = Math.random,
): Delivering {
  const { notifications } = context.store;
  const holder = randomUUID();
  const underWay = new Set<Promise<void>>();
  const lanes = new Map<string, number>();
  let stopped = false;
  let round: Promise<void> | undefined;
  let again = false;

  async function takeAndDeliver(): Promise<void> {
    do {
      again = false;
      const limit = most.all - underWay.size;
      if (stopped || limit <= 0) return;
      const fullLanes = [...lanes].filter(([, count]) => count >= most.each).map(([lane]) => lane);
      const taken = await notifications.take({
        holder,
        now: context.now(),
        lease: firstLease,
        limit,
        perLane: most.each,
        fullLanes,
      });
      for (const each of taken) {
        lanes.set(each.lane, (lanes.get(each.lane) ?? 0) + 1);
        const work = deliver(each)
          .catch((error) => {
            // After the end the store is closed; the notification is somebody else's by then.
            if (!stopped) log.error({ err: error }, "a notification could not be delivered");
          })
          .finally(() => {
            underWay.delete(work);
            const left = (lanes.get(each.lane) ?? 1) - 1;
            if (left > 0) lanes.set(each.lane, left);
            else lanes.delete(each.lane);
            wake();
          });
        underWay.add(work);
      }
    } while (again);
  }

  async function deliver({ tenantId, attempts, notification }: TakenNotification): Promise<void> {
    const { id, policyId, correlationId, technicalProfile } = notification;
    const made = attempts + 1;
    const tenant = context.tenants.find(tenantId);
    const program = tenant?.policies.get(policyId.toLowerCase())?.program;
    if (!tenant || !program) {
      const problem = `The policy '${policyId}' is not served any more.`;
      await later(tenantId, id, { made, problem, tries: mostTries });
      return;
    }
    const time = deliveryTime(program, notification);
    if (!(await notifications.hold(tenantId, id, holder, time + margin))) return;
    const result = await deliverNotification(program, notification, context.ports(tenant));
    if (result.delivered) {
      await notifications.delivered(tenantId, id, holder);
      return;
    }
    const problem = result.problem ?? "";
    log.warn({ correlationId, policyId, technicalProfile, tries: made }, "a notification was not delivered");
    if (result.final || made >= result.tries) {
      log.error({ correlationId, policyId, technicalProfile }, "a notification was given up");
      await notifications.bury(tenantId, id, holder, { attempts: made, problem });
      return;
    }
    const asked = retryAfter(result.retryAfter, context.now()) ?? 0;
    await later(tenantId, id, { made, problem, tries: result.tries, asked });
  }

  async function later(
    tenantId: string,
    id: string,
    outcome: {
      readonly made: number;
      readonly problem: string;
      readonly tries: number;
      readonly asked?: number;
    },
  ): Promise<void> {
    const { made, problem, tries, asked = 0 } = outcome;
    if (made >= tries) return notifications.bury(tenantId, id, holder, { attempts: made, problem });
    const full = Math.min(pauses.longest, pauses.first * 2 ** (made - 1));
    const pause = Math.max(full * (1 - random() / 2), Math.min(asked, pauses.longest));
    const due = Math.ceil(context.now() + pause);
    await notifications.postpone(tenantId, id, holder, { due, attempts: made, problem });
  }

  function wake(): void {
    if (stopped) return;
    again = true;
    round ??= takeAndDeliver()
      .catch((error) => log.error({ err: error }, "notifications could not be read"))
      .finally(() => {
        round = undefined;
        // Somebody called after the last look.
        if (again) wake();
      });
  }

  const timer = setInterval(wake, pollEvery);
  timer.unref();
  wake();
  return {
    wake,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await round;
      // What hangs longer is another node's, or this one's after its restart.
      await Promise.race([Promise.all(underWay), delay(grace, undefined, { ref: false })]);
      await notifications.release(holder);
    },
  };
}
