import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { createSharedLocks, releaseLocksOf, sharedLocksOf } from "./shared-locks.ts";

const settled = async (promise: Promise<unknown>) =>
  await Promise.race([promise.then(() => true), new Promise((resolve) => setTimeout(resolve, 30, false))]);

describe("locks that threads share", () => {
  it("let one thread in at a time, and the other when it is done", async () => {
    const memory = createSharedLocks();
    const [a, b] = [sharedLocksOf(memory, 0), sharedLocksOf(memory, 1)];
    const release = await a.acquire("journey");
    const second = b.acquire("journey");
    expect(await settled(second)).toBe(false);
    expect(await settled(b.acquire("another journey"))).toBe(true);
    release();
    expect(await settled(second)).toBe(true);
  });

  it("let callers of one thread take turns in their order", async () => {
    const locks = sharedLocksOf(createSharedLocks(), 0);
    const order: number[] = [];
    const work = async (number: number) => {
      const release = await locks.acquire("journey");
      order.push(number);
      await new Promise((resolve) => setTimeout(resolve, 1));
      release();
    };
    await Promise.all([work(1), work(2), work(3)]);
    expect(order).toEqual([1, 2, 3]);
  });

  it("let whoever holds a name wait for the turn to write, which one thread has at a time", async () => {
    const memory = createSharedLocks();
    const [a, b] = [sharedLocksOf(memory, 0), sharedLocksOf(memory, 1)];
    await a.acquire("journey");
    const endTurn = await a.acquireWrite();
    const second = b.acquireWrite();
    const third = a.acquireWrite();
    expect(await settled(Promise.race([second, third]))).toBe(false);
    endTurn();
    (await Promise.race([second, third]))();
    expect(await settled(Promise.all([second, third]))).toBe(true);
  });

  it("are freed when their thread died", async () => {
    const memory = createSharedLocks();
    await sharedLocksOf(memory, 3).acquire("journey");
    const waiting = sharedLocksOf(memory, 0).acquire("journey");
    expect(await settled(waiting)).toBe(false);
    releaseLocksOf(memory, 3);
    expect(await settled(waiting)).toBe(true);
  });

  it("lose no count between real threads", async () => {
    const memory = createSharedLocks();
    const counter = new SharedArrayBuffer(4);
    const program = `
      import { workerData } from "node:worker_threads";
      const { sharedLocksOf } = await import(workerData.module);
      const locks = sharedLocksOf(workerData.memory, workerData.thread);
      const count = new Int32Array(workerData.counter);
      // Waiting for a lock keeps no thread alive; in a server its sockets do.
      const alive = setInterval(() => undefined, 1000);
      await Promise.all(Array.from({ length: 200 }, async () => {
        const release = await locks.acquire("counter");
        const seen = count[0];
        await new Promise((resolve) => setImmediate(resolve));
        count[0] = seen + 1;
        release();
      }));
      clearInterval(alive);`;
    const module = new URL("./shared-locks.ts", import.meta.url).href;
    const threads = [0, 1, 2].map(
      (thread) =>
        new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
          workerData: { module, memory, counter, thread },
          execArgv: [],
        }),
    );
    const codes = await Promise.all(
      threads.map((worker) => new Promise((resolve) => worker.once("exit", resolve))),
    );
    expect(codes).toEqual([0, 0, 0]);
    expect(new Int32Array(counter)[0]).toBe(600);
  });
});
