import type { VerificationPort } from "@vestibule/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OutgoingMessage, Store } from "./store.ts";
import { type Opener, suiteMasterKey, TestClock, testTenant } from "./suite-fixtures.ts";

const address = "ann@example.com";
const letter = { language: "en", organisation: "Contoso & <b>Sons</b>\r\nBcc: evil@example.com" };
const tenMinutes = 600_000;

/** One-time codes by mail (ports.ts). */
export function verificationSuite(open: Opener): void {
  const clock = new TestClock();
  let store: Store;
  beforeAll(async () => {
    store = await open({ masterKey: suiteMasterKey, clock });
  });
  afterAll(() => store.close());

  function mailbox() {
    const tenant = testTenant();
    const mails: OutgoingMessage[] = [];
    const port: VerificationPort = store.verification(tenant, async (mail) => {
      mails.push(mail);
    });
    const send = async (scope = "scope", to = address) => {
      const { kind } = await port.sendCode(scope, to, letter);
      return kind === "sent" ? (mails.at(-1)?.code ?? "") : kind;
    };
    const check = async (code: string, scope = "scope", to = address) =>
      (await port.checkCode(scope, to, code)).kind;
    return { mails, port, send, check };
  }
  const other = (code: string) => ((Number(code) + 1) % 1_000_000).toString().padStart(6, "0");

  describe("verification codes", () => {
    test("are six digits in a mail that names the organisation and injects nothing", async () => {
      const { mails, send } = mailbox();
      const code = await send();
      expect(code).toMatch(/^[0-9]{6}$/);
      const [mail] = mails;
      expect(mail?.to).toBe(address);
      expect(mail?.subject).toBe(
        "Contoso & <b>Sons</b> Bcc: evil@example.com account email verification code",
      );
      expect(mail?.text).toContain(`Your code is: ${code}`);
      expect(mail?.html).toContain(code);
      expect(mail?.html).not.toContain("<b>");
    });

    test("serve once, for their scope and address, in any case", async () => {
      const { send, check } = mailbox();
      const code = await send();
      expect(await check(code, "other scope")).toBe("expired");
      expect(await check(code, "scope", "bob@example.com")).toBe("expired");
      expect(await check(code, "scope", "ANN@example.com")).toBe("verified");
      expect(await check(code)).toBe("expired");
    });

    test("of a policy's own making are counted over all journeys, for each identifier and tenant", async () => {
      const { port } = mailbox();
      const all = Array.from({ length: 100 }, () => port.allowsOwnCode("Ann@example.com"));
      expect(new Set(await Promise.all(all))).toEqual(new Set([true]));
      expect(await port.allowsOwnCode("ann@example.com")).toBe(false);
      expect(await port.allowsOwnCode("bob@example.com")).toBe(true);
      expect(await mailbox().port.allowsOwnCode("ann@example.com")).toBe(true);
      clock.advance(5 * 3_600_000);
      expect(await port.allowsOwnCode("ann@example.com")).toBe(true);
    });

    test("verify one of many concurrent checks", async () => {
      const { send, check } = mailbox();
      const code = await send();
      const answers = await Promise.all(Array.from({ length: 4 }, () => check(code)));
      expect(answers.filter((answer) => answer === "verified")).toHaveLength(1);
    });

    test("allow five tries, concurrent ones included", async () => {
      const { send, check } = mailbox();
      const code = await send();
      const answers = await Promise.all(Array.from({ length: 20 }, () => check(other(code))));
      expect(answers.filter((answer) => answer === "wrong")).toHaveLength(4);
      expect(answers.filter((answer) => answer === "tooManyTries")).toHaveLength(16);
      expect(await check(code)).toBe("tooManyTries");
      expect(await check(await send())).toBe("verified");
    });

    test("a right fifth try still counts", async () => {
      const { send, check } = mailbox();
      const code = await send();
      for (let index = 0; index < 4; index += 1) expect(await check(other(code))).toBe("wrong");
      expect(await check(code)).toBe("verified");
    });

    test("end after ten minutes", async () => {
      const { send, check } = mailbox();
      const code = await send();
      clock.advance(tenMinutes);
      expect(await check(code)).toBe("expired");
      const next = await send();
      clock.advance(tenMinutes - 1);
      expect(await check(next)).toBe("verified");
    });

    test("a new code voids the old one", async () => {
      const { send, check } = mailbox();
      const old = await send();
      let fresh = await send();
      // One in a million: the new code equals the old.
      if (fresh === old) fresh = await send();
      expect(await check(old)).toBe("wrong");
      expect(await check(fresh)).toBe("verified");
    });

    test("go to one address five times in ten minutes, whatever the scope", async () => {
      const { mails, send } = mailbox();
      const kinds = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          send(`scope ${index}`, index % 2 === 0 ? address : "ANN@example.com"),
        ),
      );
      expect(kinds.filter((kind) => kind === "throttled")).toHaveLength(3);
      expect(mails).toHaveLength(5);
      expect(await send("scope", "bob@example.com")).toMatch(/^[0-9]{6}$/);
      clock.advance(tenMinutes);
      expect(await send()).toMatch(/^[0-9]{6}$/);
    });

    test("are at most twenty an address in five hours, a sweep notwithstanding", async () => {
      const { send, mails } = mailbox();
      const began = clock.now();
      for (let round = 0; round < 6; round += 1) {
        for (let time = 0; time < 5; time += 1) await send(`journey ${round}`, "eve@example.com");
        clock.advance(30 * 60_000);
        await store.sweep(clock.now());
      }
      expect(mails).toHaveLength(20);
      expect(await send("scope", "bob@example.com")).toMatch(/^[0-9]{6}$/);
      clock.advance(5 * 3_600_000 - (clock.now() - began));
      expect(await send("scope", "eve@example.com")).toMatch(/^[0-9]{6}$/);
    });

    test("are void where the mail could not be sent", async () => {
      let code = "";
      const port = store.verification(testTenant(), async (mail) => {
        code = mail.code ?? "";
        throw new Error("no mail server");
      });
      expect(await port.sendCode("scope", address, letter)).toEqual({ kind: "failed" });
      expect((await port.checkCode("scope", address, code)).kind).toBe("expired");
    });

    test("of one tenant are nothing to another", async () => {
      const one = mailbox();
      const two = mailbox();
      const code = await one.send();
      expect(await two.check(code)).toBe("expired");
      expect(await one.check(code)).toBe("verified");
    });
  });
}
