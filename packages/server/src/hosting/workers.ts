import { setTimeout as delay } from "node:timers/promises";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { createSharedLocks, releaseLocksOf, type SharedLocks, sharedLocksOf } from "../store/shared-locks.ts";
import { createLimitMemory } from "./visitor-limits.ts";

/** A worker that ends by itself is followed by another, at first soon, then after ever longer pauses. Milliseconds. */
const firstPause = 200;
const longestPause = 30_000;
/** Whoever served this long did not die of how it was started. */
const provedAfter = 60_000;

/** The ports that the first worker was given; the others share them. */
export interface WorkerPorts {
  readonly http: number;
  readonly https?: number;
}

/** What a worker knows of its place among the others. */
export interface WorkerRole {
  /** The first one speaks for all: of what is wrong with the tenants, for example. */
  readonly first: boolean;
  /** How many there are. */
  readonly count: number;
  /** Absent for the first: it finds out whether the ports are free. */
  readonly ports?: WorkerPorts;
  readonly locks: SharedLocks;
  /** Counters of visitors, which the threads share. */
  readonly limits: SharedArrayBuffer;
}

export interface Workforce {
  /** Module that each worker runs, and what it finds in `process.argv` behind it. */
  readonly program: string | URL;
  readonly argv?: readonly string[];
  /** Threads that share the ports. */
  readonly count: number;
  /** Resolves when all of them shall end. */
  readonly stopped: Promise<unknown>;
  /** A worker ended that nobody had told to; another one takes its place. */
  onLoss?(reason: string): void;
}

interface Assignment {
  readonly vestibuleWorker: true;
  readonly index: number;
  readonly count: number;
  readonly locks: SharedArrayBuffer;
  readonly limits: SharedArrayBuffer;
  readonly ports?: WorkerPorts;
}

/** Sockets of several threads on one port: the system gives each new connection to one of them. */
export const canSharePorts = process.platform === "linux" || process.platform === "freebsd";

/**
 * Runs a program in `count` threads that serve the same ports. The first begins alone: it brings the database up to
 * date, and what it cannot begin with, nobody can. `ready` resolves with its ports, or with its exit code where it did
 * not begin; `ended` with the exit code when all have ended.
 */
export function superviseWorkers(workforce: Workforce): {
  readonly ready: Promise<WorkerPorts | number>;
  readonly ended: Promise<number>;
} {
  const locks = createSharedLocks();
  const limits = createLimitMemory();
  const working = new Set<Worker>();
  let stopping = false;
  const stopped = workforce.stopped.then(() => {
    stopping = true;
    for (const worker of working) worker.postMessage(stopMessage);
  });

  function start(index: number, ports: WorkerPorts | undefined): Started {
    const { count } = workforce;
    const assignment: Assignment = {
      vestibuleWorker: true,
      index,
      count,
      locks,
      limits,
      ...(ports && { ports }),
    };
    const worker = new Worker(workforce.program, {
      workerData: assignment,
      argv: [...(workforce.argv ?? [])],
    });
    working.add(worker);
    let failure: unknown;
    worker.on("error", (error) => {
      failure = error;
    });
    const ready = new Promise<WorkerPorts>((resolve) =>
      worker.on("message", (message: unknown) => {
        if (!isReadyMessage(message)) return;
        resolve(message.vestibuleReady);
        if (stopping) worker.postMessage(stopMessage);
      }),
    );
    const ended = new Promise<Ended>((resolve) =>
      worker.once("exit", (code) => {
        working.delete(worker);
        // Whatever it held is free: its work will not go on.
        releaseLocksOf(locks, index);
        resolve({ code: failure === undefined ? code : 1, failure });
      }),
    );
    return { ready, ended };
  }

  /** Keeps one place filled until all shall stop. */
  async function fill(index: number, ports: WorkerPorts, begun?: Started): Promise<void> {
    let pause = firstPause;
    for (let current = begun ?? start(index, ports); ; current = start(index, ports)) {
      const since = performance.now();
      const { code, failure } = await current.ended;
      if (stopping) return;
      workforce.onLoss?.(failure instanceof Error ? failure.message : `it ended with ${code}`);
      pause = performance.now() - since > provedAfter ? firstPause : Math.min(pause * 2, longestPause);
      await Promise.race([delay(pause), stopped]);
      if (stopping) return;
    }
  }

  const first = start(0, undefined);
  const ready = Promise.race([first.ready, first.ended.then(endedBeforeReady)]);
  const ended = ready.then(async (ports) => {
    if (typeof ports === "number") return ports;
    const others = Array.from({ length: stopping ? 0 : workforce.count - 1 }, (_, index) => index + 1);
    await Promise.all([fill(0, ports, first), ...others.map((index) => fill(index, ports))]);
    return 0;
  });
  return { ready, ended };
}

interface Started {
  readonly ready: Promise<WorkerPorts>;
  readonly ended: Promise<Ended>;
}

interface Ended {
  readonly code: number;
  /** What ended the thread, where it did not end by itself. */
  readonly failure: unknown;
}

function endedBeforeReady({ code, failure }: Ended): number {
  if (failure !== undefined) throw failure;
  return code;
}

const stopMessage = "vestibule stop";

function isReadyMessage(message: unknown): message is { readonly vestibuleReady: WorkerPorts } {
  return typeof message === "object" && message !== null && "vestibuleReady" in message;
}

/** This thread's place; undefined where nobody supervises it. */
export function workerRole(): WorkerRole | undefined {
  if (isMainThread || !isAssignment(workerData)) return undefined;
  const { index, count, ports, locks, limits } = workerData;
  return {
    first: index === 0,
    count,
    ...(ports && { ports }),
    locks: sharedLocksOf(locks, index),
    limits,
  };
}

function isAssignment(data: unknown): data is Assignment {
  return typeof data === "object" && data !== null && "vestibuleWorker" in data;
}

/** The worker answers requests from now on. */
export function reportReady(ports: WorkerPorts): void {
  parentPort?.postMessage({ vestibuleReady: ports });
}

/** Resolves when this worker shall end. */
export function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    parentPort?.on("message", (message: unknown) => {
      if (message === stopMessage) resolve();
    });
  });
}
