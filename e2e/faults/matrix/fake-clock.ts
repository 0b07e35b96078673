import { setImmediate as nextTurn } from "node:timers/promises";
import { vi } from "vitest";

/** Turns of the event loop in which everything that both ends of a connection of this process have to say is said. */
const turns = 40;

/** Timers and clocks stand still until `passTime` moves them; sockets are real. */
export function stopTime(): void {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
  });
}

/** Lets time pass, from one timer to the next, whenever nothing else happens any more, until the work is done. */
export async function passTime<T>(work: Promise<T>): Promise<T> {
  let done = false;
  const finish = () => {
    done = true;
  };
  work.then(finish, finish);
  for (;;) {
    for (let turn = 0; turn < turns && !done; turn++) await nextTurn();
    if (done) return work;
    await vi.advanceTimersToNextTimerAsync();
  }
}
