import { createServer } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { ListenError, type Listener, listen } from "./listeners.ts";

const opened: Listener[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close(0)));
});

describe("a listener", () => {
  it("answers at localhost on a free port", async () => {
    const listener = await listen({ handle: (_, response) => response.end("hello"), port: 0 });
    opened.push(listener);
    expect(listener.url).toBe(`http://localhost:${listener.port}`);
    expect(await (await fetch(listener.url)).text()).toBe("hello");
  });

  it("says in a sentence that the port is in use", async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) =>
      other.listen(0, "127.0.0.1", () => {
        const address = other.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      }),
    );
    try {
      const attempt = listen({ handle: () => undefined, port });
      await expect(attempt).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use by another program.`);
      await expect(attempt).rejects.toMatchObject({ busy: true, port });
    } finally {
      other.close();
    }
  });

  it("says in a sentence that the address is not of this machine", async () => {
    const attempt = listen({ handle: () => undefined, port: 0, host: "203.0.113.1" });
    await expect(attempt).rejects.toThrow("203.0.113.1 is not an address of this machine.");
    await expect(attempt).rejects.toBeInstanceOf(ListenError);
  });

  it("lets a request under way finish when it closes, and cuts one that does not", async () => {
    let finish: (() => void) | undefined;
    let arrived: () => void = () => undefined;
    const arrival = () =>
      new Promise<void>((resolve) => {
        arrived = resolve;
      });
    const handle = listen({
      handle: (_, response) => {
        finish = () => response.end("finished");
        arrived();
      },
      port: 0,
    });
    const patient = await handle;
    const first = arrival();
    const answer = fetch(patient.url);
    await first;
    const closed = patient.close(10_000);
    finish?.();
    expect(await (await answer).text()).toBe("finished");
    await closed;

    const hasty = await listen({ handle: () => arrived(), port: 0 });
    const second = arrival();
    const cut = fetch(hasty.url);
    const refused = expect(cut).rejects.toThrow();
    await second;
    await hasty.close(1);
    await refused;
  });
});
