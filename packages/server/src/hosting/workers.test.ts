import { describe, expect, it } from "vitest";
import { superviseWorkers, type Workforce } from "./workers.ts";

/** A worker's program: says that it is ready with the port that it was given or 4480, then does what `act` says. */
function program(act: string): URL {
  const module = new URL("./workers.ts", import.meta.url).href;
  const text = `
    const { reportReady, toldToStop, workerRole } = await import(${JSON.stringify(module)});
    const role = workerRole();
    const lifeIn = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    ${act}`;
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

const serving = `
  reportReady(role.ports ?? { http: 4480 });
  await toldToStop();
  process.exit(0);`;

function run(act: string, count: number) {
  let stop: () => void = () => undefined;
  const losses: string[] = [];
  const workforce: Workforce = {
    program: program(act),
    count,
    stopped: new Promise<void>((resolve) => {
      stop = resolve;
    }),
    onLoss: (reason) => losses.push(reason),
  };
  return { ...superviseWorkers(workforce), losses, stop };
}

describe("workers", () => {
  it("begin with the first, whose ports the others share, and all end when they are told to", async () => {
    const { ready, ended, losses, stop } = run(serving, 3);
    expect(await ready).toEqual({ http: 4480 });
    stop();
    expect([await ended, losses]).toEqual([0, []]);
  });

  it("do not begin where the first does not: its exit code counts", async () => {
    const { ready, ended } = run("process.exit(role.first ? 3 : 0)", 2);
    expect([await ready, await ended]).toEqual([3, 3]);
  });

  it("fail with what the first one threw before it was ready", async () => {
    const { ready, ended } = run('throw new Error("no memory")', 2);
    await expect(ready).rejects.toThrow("no memory");
    await expect(ended).rejects.toThrow("no memory");
  });

  it("are replaced when they die, and what they held is free", async () => {
    const dying = `
      const release = await role.locks.acquire("journey");
      if (role.ports === undefined) { reportReady({ http: 4480 }); await lifeIn(50); throw new Error("gone"); }
      release();
      ${serving}`;
    const { ready, ended, losses, stop } = run(dying, 1);
    await ready;
    await expect.poll(() => losses).toEqual(["gone"]);
    await new Promise((resolve) => setTimeout(resolve, 600));
    stop();
    expect([await ended, losses]).toEqual([0, ["gone"]]);
  });
});
