import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a server process tells us when it is ready. */
export interface Ready {
  readonly url: string;
  /** Whatever the load must know beside the address. */
  readonly details: Readonly<Record<string, string>>;
}

export interface ServerProcess extends Ready {
  readonly pid: number;
  /** `performance.now()` when the process was started. */
  readonly startedAt: number;
  /** Resident memory in bytes. */
  residentMemory(): Promise<number>;
  /** Milliseconds of processor time that it has used so far, all threads together. */
  processorTime(): Promise<number>;
  /** Any other question that the server of this name answers; one at a time. */
  ask<T>(question: string): Promise<T>;
  stop(): Promise<void>;
}

/**
 * Starts `dist/servers/<name>.js` as a process of its own with its options as JSON, and waits until it is ready.
 * `environment` goes beside this process's own.
 */
export async function startServerProcess(
  name: string,
  options: unknown,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const startedAt = performance.now();
  const profile = process.env.BENCH_CPU_PROFILE;
  const child = fork(fileURLToPath(new URL(`./servers/${name}.js`, import.meta.url)), {
    // A directory in BENCH_CPU_PROFILE gets a .cpuprofile of each server process.
    execArgv: profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`],
    env: { ...process.env, NODE_ENV: "production", ...environment },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.send({ start: options });
  const ready = await message<Ready>(child, "ready");
  if (child.pid === undefined) throw new Error(`${name} did not start`);
  return {
    ...ready,
    pid: child.pid,
    startedAt,
    residentMemory: () => ask<number>(child, "memory"),
    processorTime: () => ask<number>(child, "processor"),
    ask: (question) => ask(child, question),
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.send({ stop: true });
      }),
  };
}

function ask<T>(child: ChildProcess, question: string): Promise<T> {
  const answer = message<T>(child, "answer");
  child.send({ ask: question });
  return answer;
}

function message<T>(child: ChildProcess, kind: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`a server process ended with ${code}`));
    const onMessage = (received: unknown) => {
      if (typeof received !== "object" || received === null || !(kind in received)) return;
      child.off("exit", onExit);
      child.off("message", onMessage);
      resolve((received as Record<string, T>)[kind] as T);
    };
    child.once("exit", onExit);
    child.on("message", onMessage);
  });
}
