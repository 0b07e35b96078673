import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Store } from "./store.ts";
import { mail, type Opener, suiteMasterKey, TestClock, testTenant } from "./suite-fixtures.ts";

const secret = "fay2lj7ynpntjgqa";
const other = "hmlcmd4ph6fph64c";
const period = 30_000;

/** Authenticator apps (the engine's `AuthenticatorPort`). */
export function authenticatorSuite(open: Opener): void {
  const clock = new TestClock();
  let store: Store;
  beforeAll(async () => {
    store = await open({ masterKey: suiteMasterKey, clock });
  });
  afterAll(() => store.close());

  /** The app's code, `steps` periods from now. */
  const codeOf = (key: string, steps = 0) =>
    new TOTP({ secret: Secret.fromBase32(key.toUpperCase()) }).generate({
      timestamp: clock.now() + steps * period,
    });
  const wrong = () => (codeOf(secret) === "000000" ? "000001" : "000000");

  let journeys = 0;
  const newJourney = () => {
    journeys += 1;
    return `authenticator journey ${journeys}`;
  };

  async function person(tenant = testTenant()) {
    const name = `ann@${tenant.defaultDomain}`;
    const directory = store.directory(tenant);
    const made = await directory.create(
      {
        identities: [mail(`${newJourney()}@example.com`.replaceAll(" ", "."), tenant)],
        attributes: { displayName: "Ann", userPrincipalName: name },
      },
      newJourney(),
    );
    if (made.kind !== "created") throw new Error(made.kind);
    const user = { objectId: made.account.objectId, userPrincipalName: name };
    const port = store.authenticators(tenant);
    return {
      ...{ tenant, directory, user, port },
      async enrol(key = secret) {
        const journey = newJourney();
        expect(await port.begin(journey, user, key)).toBe("begun");
        expect(await port.verify(journey, user.objectId, codeOf(key))).toEqual({
          kind: "verified",
          enrolled: true,
        });
      },
      async signIn(code: string) {
        const journey = newJourney();
        expect(await port.begin(journey, user, undefined)).toBe("begun");
        return (await port.verify(journey, user.objectId, code)).kind;
      },
    };
  }

  describe("authenticator apps", () => {
    test("are enrolled by a right code, and known by the account's name from then on", async () => {
      const { port, user, enrol, signIn } = await person();
      expect(await port.devices(user.userPrincipalName)).toBe(0);
      await enrol();
      expect(await port.devices(user.userPrincipalName.toUpperCase())).toBe(1);
      clock.advance(period);
      expect(await signIn(codeOf(secret))).toBe("verified");
    });

    test("are not enrolled by a wrong code, nor by the code of another secret", async () => {
      const { port, user } = await person();
      const journey = newJourney();
      await port.begin(journey, user, secret);
      expect((await port.verify(journey, user.objectId, codeOf(other))).kind).toBe("wrong");
      expect((await port.verify(journey, user.objectId, "")).kind).toBe("wrong");
      expect(await port.devices(user.userPrincipalName)).toBe(0);
    });

    test("accept a code once, also at once, and none that is older", async () => {
      const { port, user, enrol, signIn } = await person();
      await enrol();
      expect(await signIn(codeOf(secret))).toBe("wrong");
      clock.advance(2 * period);
      const journeysAtOnce = [newJourney(), newJourney(), newJourney()];
      for (const journey of journeysAtOnce) await port.begin(journey, user, undefined);
      const code = codeOf(secret);
      const answers = await Promise.all(
        journeysAtOnce.map((journey) => port.verify(journey, user.objectId, code)),
      );
      expect(answers.filter(({ kind }) => kind === "verified")).toHaveLength(1);
      expect(await signIn(codeOf(secret, -1))).toBe("wrong");
    });

    test("are one step early or late at most", async () => {
      const { enrol, signIn } = await person();
      await enrol();
      clock.advance(10 * period);
      expect(await signIn(codeOf(secret, -2))).toBe("wrong");
      expect(await signIn(codeOf(secret, -1))).toBe("verified");
      expect(await signIn(codeOf(secret, 2))).toBe("wrong");
      expect(await signIn(codeOf(secret, 1))).toBe("verified");
    });

    test("have five tries a journey, begun again or not, and fifteen an account in half an hour", async () => {
      const { port, user, enrol } = await person();
      await enrol();
      clock.advance(2 * period);
      const journey = newJourney();
      await port.begin(journey, user, undefined);
      for (let time = 0; time < 4; time += 1)
        expect((await port.verify(journey, user.objectId, wrong())).kind).toBe("wrong");
      await port.begin(journey, user, undefined);
      expect((await port.verify(journey, user.objectId, wrong())).kind).toBe("tooManyTries");
      expect((await port.verify(journey, user.objectId, codeOf(secret))).kind).toBe("tooManyTries");
      const kinds: string[] = [];
      for (let round = 0; round < 3; round += 1) {
        const another = newJourney();
        await port.begin(another, user, undefined);
        for (let time = 0; time < 4; time += 1)
          kinds.push((await port.verify(another, user.objectId, wrong())).kind);
      }
      expect(kinds.slice(0, 9)).toEqual(Array(9).fill("wrong"));
      expect(kinds.slice(9)).toEqual(Array(3).fill("throttled"));
      clock.advance(31 * 60_000);
      await port.begin(newJourney(), user, undefined);
    });

    test("are checked for the account that the journey began with, in that journey and in time", async () => {
      const { port, user, enrol } = await person();
      await enrol();
      clock.advance(2 * period);
      const journey = newJourney();
      await port.begin(journey, user, undefined);
      expect((await port.verify(newJourney(), user.objectId, codeOf(secret))).kind).toBe("notBegun");
      expect((await port.verify(journey, "somebody-else", codeOf(secret))).kind).toBe("notBegun");
      clock.advance(3_600_000);
      expect((await port.verify(journey, user.objectId, codeOf(secret))).kind).toBe("notBegun");
    });

    test("need a secret, an account, and room", async () => {
      const { port, user, enrol } = await person();
      expect(await port.begin(newJourney(), user, undefined)).toBe("noDevice");
      for (const bad of ["short", "fay2lj7ynpntjgq1", "fay2lj7ynpntjgqa!", "x".repeat(200)])
        expect([bad, await port.begin(newJourney(), user, bad)]).toEqual([bad, "refused"]);
      const nobody = { ...user, objectId: "00000000-0000-4000-8000-000000000000" };
      expect(await port.begin(newJourney(), nobody, secret)).toBe("refused");
      for (const key of [secret, other, `${secret}a`, `${secret}b`, `${secret}c`]) await enrol(key);
      expect(await port.begin(newJourney(), user, `${secret}d`)).toBe("refused");
    });

    test("are asked for a code where their own secret is offered once more, and stay one app", async () => {
      const { port, user, enrol } = await person();
      const early = { ...user, journeyBegan: clock.now() };
      clock.advance(1000);
      await enrol();
      const journey = newJourney();
      expect(await port.begin(journey, early, secret.toLowerCase())).toBe("begun");
      expect((await port.verify(journey, user.objectId, codeOf(other))).kind).toBe("wrong");
      clock.advance(60_000);
      expect(await port.verify(journey, user.objectId, codeOf(secret))).toEqual({
        kind: "verified",
        enrolled: false,
      });
      expect(await port.devices(user.userPrincipalName)).toBe(1);
    });

    test("are not enrolled by a journey that began before another one did it", async () => {
      const { port, user, enrol } = await person();
      const early = { ...user, journeyBegan: clock.now() };
      const waiting = newJourney();
      expect(await port.begin(waiting, early, other)).toBe("begun");
      clock.advance(1000);
      await enrol();
      expect(await port.begin(newJourney(), early, other)).toBe("refused");
      expect((await port.verify(waiting, user.objectId, codeOf(other))).kind).toBe("wrong");
      expect(await port.devices(user.userPrincipalName)).toBe(1);
      const later = { ...user, journeyBegan: clock.now() };
      expect(await port.begin(newJourney(), later, other)).toBe("begun");
    });

    test("go with their account, and are nothing to another tenant", async () => {
      const { port, user, enrol, directory } = await person();
      await enrol();
      expect(await store.authenticators(testTenant()).devices(user.userPrincipalName)).toBe(0);
      await directory.remove(user.objectId);
      expect(await port.devices(user.userPrincipalName)).toBe(0);
    });
  });
}
