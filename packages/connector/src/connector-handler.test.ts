import { describe, expect, it, vi } from "vitest";
import type { IncomingCall } from "./call.ts";
import { connector, continueWith, insecureAllowAnybody, memoryOfAnswers, validationError } from "./index.ts";

const call = (body: object, key?: string): IncomingCall => ({
  method: "POST",
  url: "/",
  header: (name) => (name === "idempotency-key" ? key : undefined),
  body: new TextEncoder().encode(JSON.stringify({ step: "PostAttributeCollection", ...body })),
});

describe("a repeated delivery", () => {
  it("gets the first one's answer, also while that is still being made", async () => {
    const work = vi.fn(async () => continueWith({ extension_Number: work.mock.calls.length }));
    const api = connector({
      authenticate: insecureAllowAnybody,
      memory: memoryOfAnswers(),
      beforeCreating: work,
    });
    const answers = await Promise.all([
      api.answer(call({}, "k1")),
      api.answer(call({}, "k1")),
      api.answer(call({}, "k2")),
      api.answer(call({})),
    ]);
    expect(answers.map(({ body }) => JSON.parse(body).extension_Number)).toEqual([1, 1, 2, 3]);
    expect(await api.answer(call({}, "k1"))).toEqual(answers[0]);
    expect(work).toHaveBeenCalledTimes(3);
  });

  it("with another body is refused: one key stands for one call", async () => {
    const api = connector({
      authenticate: insecureAllowAnybody,
      memory: memoryOfAnswers(),
      beforeCreating: () => continueWith(),
    });
    expect(await api.answer(call({ city: "Malmö" }, "k"))).toMatchObject({ status: 200 });
    expect(await api.answer(call({ city: "Lund" }, "k"))).toMatchObject({ status: 422, body: "" });
  });

  it("runs again after a failure, after its time and where too many others came", async () => {
    let now = 0;
    let broken = true;
    const work = vi.fn(() => {
      if (broken) throw new Error("down");
      return continueWith();
    });
    const api = connector({
      authenticate: insecureAllowAnybody,
      memory: memoryOfAnswers({ keepFor: 1000, most: 2, now: () => now }),
      beforeCreating: work,
      onError: () => undefined,
    });
    expect(await api.answer(call({}, "a"))).toMatchObject({ status: 500 });
    broken = false;
    expect(await api.answer(call({}, "a"))).toMatchObject({ status: 200 });
    now = 1001;
    await api.answer(call({}, "a"));
    expect(work).toHaveBeenCalledTimes(3);
    for (const key of ["b", "c", "d", "e"]) await api.answer(call({}, key));
    await api.answer(call({}, "a"));
    expect(work).toHaveBeenCalledTimes(8);
  });
});

describe("a connector", () => {
  it("must say who may call, and lets nobody in whom one of several checks refuses", async () => {
    expect(() => connector({ authenticate: [] })).toThrow(TypeError);
    const api = connector({ authenticate: [() => true, () => false], beforeCreating: () => continueWith() });
    expect(await api.answer(call({}))).toMatchObject({ status: 401 });
  });

  it("answers what its step cannot be answered with by 500", async () => {
    const onError = vi.fn();
    const api = connector({
      authenticate: insecureAllowAnybody,
      onError,
      beforeToken: () => validationError("No.") as never,
    });
    expect(await api.answer(call({ step: "PreTokenIssuance" }))).toMatchObject({ status: 500 });
    expect(String(onError.mock.calls[0]?.[0])).toMatch(/before creating the user only/);
    expect(await api.answer({ ...call({}), method: "GET" })).toMatchObject({ status: 405 });
  });

  it("passes over attributes of another directory where its own is named", async () => {
    const seen = vi.fn(() => continueWith());
    const extensionsAppId = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
    const api = connector({ authenticate: insecureAllowAnybody, extensionsAppId, beforeCreating: seen });
    await api.answer(
      call({
        extension_0a1b2c3d4e5f60718293a4b5c6d7e8f9_Tier: 1,
        extension_ffffffffffffffffffffffffffffffff_Tier: 2,
      }),
    );
    expect(seen.mock.calls[0]).toMatchObject([{ attributes: { Tier: 1 } }, {}]);
  });
});
