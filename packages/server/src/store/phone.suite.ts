import type { PhoneScope } from "@vestibule/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PhoneNotReached } from "./phone.ts";
import type { OutgoingCall, OutgoingText, Store } from "./store.ts";
import { type Opener, suiteMasterKey, TestClock, testTenant } from "./suite-fixtures.ts";

const mobile = "+4790807061";
const pause = 30_000;
const message = {
  language: "en",
  organisation: "Contoso\r\nSecond line",
  origin: "https://login.example",
  tenantSegment: "contoso.onmicrosoft.com",
};

/** Texts and calls to phones (the engine's `PhonePort`). */
export function phoneSuite(open: Opener): void {
  const clock = new TestClock();
  let store: Store;
  beforeAll(async () => {
    store = await open({ masterKey: suiteMasterKey, clock });
  });
  afterAll(() => store.close());

  let journeys = 0;
  const newScope = (): PhoneScope => {
    journeys += 1;
    return { journey: `journey ${journeys}`, purpose: "PhoneFactor" };
  };

  function exchange() {
    const tenant = testTenant();
    const texts: OutgoingText[] = [];
    const calls: OutgoingCall[] = [];
    let failure: Error | undefined;
    const deliver =
      <T>(list: T[]) =>
      async (one: T) => {
        if (failure) throw failure;
        list.push(one);
      };
    const port = store.phone(tenant, { text: deliver(texts), call: deliver(calls) });
    return {
      ...{ tenant, texts, calls, port },
      fail: (error: Error | undefined) => {
        failure = error;
      },
      send: async (scope: PhoneScope, number = mobile) => (await port.sendCode(scope, number, message)).kind,
      call: async (scope: PhoneScope, number = mobile) => (await port.call(scope, number, message)).kind,
      check: async (scope: PhoneScope, code: string, number = mobile) =>
        (await port.checkCode(scope, number, code)).kind,
      token: () => new URL(calls.at(-1)?.confirm ?? "").searchParams.get("token") ?? "",
    };
  }

  describe("texts to phones", () => {
    test("carry six digits and the organisation on one line", async () => {
      const { send, texts } = exchange();
      expect(await send(newScope())).toBe("sent");
      const [text] = texts;
      expect(text).toMatchObject({ to: mobile, language: "en" });
      expect(text?.code).toMatch(/^[0-9]{6}$/);
      expect(text?.text).toBe(`Use verification code ${text?.code} for Contoso Second line authentication.`);
    });

    test("serve once, for their journey, purpose and number", async () => {
      const { send, texts, check } = exchange();
      const scope = newScope();
      await send(scope);
      const code = texts[0]?.code ?? "";
      expect(await check(newScope(), code)).toBe("expired");
      expect(await check({ ...scope, purpose: "Another" }, code)).toBe("expired");
      expect(await check(scope, code, "+4790807062")).toBe("expired");
      expect(await check(scope, code)).toBe("verified");
      expect(await check(scope, code)).toBe("expired");
    });

    test("of one tenant are nothing to another, and codes by mail nothing to phones", async () => {
      const one = exchange();
      const two = exchange();
      const scope = newScope();
      await one.send(scope);
      const code = one.texts[0]?.code ?? "";
      expect(await two.check(scope, code)).toBe("expired");
      const mails = store.verification(one.tenant, async () => undefined);
      expect((await mails.checkCode(JSON.stringify([scope.journey, scope.purpose]), mobile, code)).kind).toBe(
        "expired",
      );
    });

    test("come half a minute apart at least, five a number in ten minutes, fifteen a journey", async () => {
      const { send, texts } = exchange();
      const scope = newScope();
      expect(await send(scope)).toBe("sent");
      expect(await send(scope)).toBe("throttled");
      for (let time = 1; time < 5; time += 1) {
        clock.advance(pause);
        expect(await send(scope)).toBe("sent");
      }
      clock.advance(pause);
      expect(await send(scope)).toBe("throttled");
      expect(await send(newScope())).toBe("throttled");
      expect(texts).toHaveLength(5);

      const wide = newScope();
      for (let number = 10; number < 25; number += 1)
        expect(await send(wide, `+47908070${number}`)).toBe("sent");
      expect(await send(wide, "+4790807099")).toBe("throttled");
      expect(await send(newScope(), "+4790807099")).toBe("sent");
    });

    test("are one where two are asked for at once", async () => {
      const { send, texts } = exchange();
      const scope = newScope();
      const kinds = await Promise.all([send(scope), send(scope), send(scope)]);
      expect(kinds.filter((kind) => kind === "sent")).toHaveLength(1);
      expect(texts).toHaveLength(1);
    });

    test("tell an unreachable number from a supplier that failed, and are void then", async () => {
      const { send, fail, check } = exchange();
      fail(new PhoneNotReached("unreachable", "status 404"));
      const scope = newScope();
      expect(await send(scope)).toBe("unreachable");
      fail(new Error("no way out"));
      expect(await send(newScope(), "+4790807063")).toBe("failed");
      expect(await check(scope, "000000")).toBe("expired");
    });
  });

  describe("calls to phones", () => {
    test("wait until they are confirmed, and that counts once", async () => {
      const { call, calls, port, tenant, token } = exchange();
      const scope = newScope();
      expect(await call(scope)).toBe("sent");
      expect(calls[0]?.confirm).toMatch(
        /^https:\/\/login\.example\/contoso\.onmicrosoft\.com\/calls\?token=[\w-]{43}$/,
      );
      expect(await port.callAnswer(scope, mobile)).toBe("pending");
      expect(await store.settleCall(tenant.id, "no-such-token", "confirmed")).toBe(false);
      expect(await store.settleCall(testTenant().id, token(), "confirmed")).toBe(false);
      expect(await store.settleCall(tenant.id, token(), "confirmed")).toBe(true);
      expect(await store.settleCall(tenant.id, token(), "confirmed")).toBe(false);
      expect(await port.callAnswer(newScope(), mobile)).toBe("failed");
      expect(await port.callAnswer(scope, mobile)).toBe("confirmed");
      expect(await port.callAnswer(scope, mobile)).toBe("failed");
    });

    test("fail where nobody answers, after three minutes, or for a new call", async () => {
      const { call, port, tenant, token } = exchange();
      const scope = newScope();
      await call(scope);
      expect(await store.settleCall(tenant.id, token(), "failed")).toBe(true);
      expect(await port.callAnswer(scope, mobile)).toBe("failed");
      clock.advance(pause);
      await call(scope);
      const old = token();
      clock.advance(pause);
      await call(scope);
      expect(await store.settleCall(tenant.id, old, "confirmed")).toBe(false);
      clock.advance(3 * 60_000);
      expect(await store.settleCall(tenant.id, token(), "confirmed")).toBe(false);
      expect(await port.callAnswer(scope, mobile)).toBe("failed");
      await store.sweep(clock.now() + 1);
    });
  });
}
