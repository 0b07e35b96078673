import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collected, demo, flow } from "../connectors/documents.ts";
import { signIn } from "../connectors/outcome.ts";
import { aPage, type ShownPage } from "../connectors/shown.ts";
import { goodPassword, newAddress, startWorld, type World } from "../connectors/world.ts";

// Whether an address has an account is not told before it was proved (security-and-fault-tests.md 6.4 (26)).

let world: World;
beforeAll(async () => {
  world = await startWorld(() => ({
    flows: {
      B2C_1_proved: flow("B2C_1_proved", {
        userAttributeAssignments: collected.map((each) =>
          each.id === "email" ? { ...each, requiresVerification: true } : each,
        ),
      }),
      B2C_1_reset: flow("B2C_1_reset", {
        userFlowType: "passwordReset",
        userFlowIdentityProviders: [],
        userAttributeAssignments: [],
        applicationClaims: ["emails"],
        passwordComplexityConfiguration: { complexityLevel: "strong" },
      }),
    },
  }));
});
afterAll(() => world.close());

const pages: readonly (readonly [
  string,
  () => Promise<readonly [ReturnType<World["person"]>, ShownPage]>,
])[] = [
  [
    "the reset page",
    async () => {
      const person = world.person();
      return [person, aPage(await person.open("B2C_1_reset"))];
    },
  ],
  [
    "the sign-up page",
    async () => {
      const person = world.person();
      return [person, await person.openSignUp("B2C_1_proved")];
    },
  ],
];

describe.each(pages)("%s", (_, open) => {
  it("answers the same for a known and an unknown address until it is proved", async () => {
    const answers = [];
    for (const email of [demo.email, newAddress()]) {
      const [person, page] = await open();
      const unproved = await person.post(page, {
        email,
        newPassword: goodPassword,
        reenterPassword: goodPassword,
      });
      const sent = await person.verification(page, "VERIFICATION_REQUEST", email);
      const wrong = await person.verification(page, "VALIDATION_REQUEST", email, "000000");
      const right = await person.verification(page, "VALIDATION_REQUEST", email, await world.code(email));
      answers.push({ unproved: { ...unproved, text: "" }, sent, wrong, right });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.sent).toBe('{"status":"200","result":0}');
  });

  it("mails a code to both, in the same words", async () => {
    const mails = [];
    for (const email of [demo.email, newAddress()]) {
      const [person, page] = await open();
      await person.verification(page, "VERIFICATION_REQUEST", email);
      const response = await fetch(`${world.url}/dev/outbox.json?to=${encodeURIComponent(email)}`);
      const [mail] = (await response.json()) as readonly { subject: string; text: string; code: string }[];
      mails.push([mail?.subject, mail?.text.replaceAll(mail.code, "######").replaceAll(email, "@")]);
    }
    expect(mails[0]).toEqual(mails[1]);
  });
});

it("the sign-in page reveals existence by B2C's texts only: the answers differ in nothing else", async () => {
  const known = await signIn(world, "B2C_1_proved", demo.email, "Wrong!password1");
  const unknown = await signIn(world, "B2C_1_proved", newAddress(), "Wrong!password1");
  expect([known.posted?.message, unknown.posted?.message]).toEqual([
    "Your password is incorrect.",
    "We can't seem to find your account.",
  ]);
  expect(known.posted?.http).toBe(unknown.posted?.http);
});
