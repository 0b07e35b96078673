import { afterAll, beforeAll, expect, it } from "vitest";
import { demo, flow, tenantId } from "./documents.ts";
import type { Person } from "./person.ts";
import { anAnswer, aPage } from "./shown.ts";
import { startWorld, type World } from "./world.ts";

// security 6.3, row 22: what a journey began with may be gone when it goes on.

const newPassword = "An0ther!one";

let world: World;
beforeAll(async () => {
  world = await startWorld(() => ({
    flows: {
      B2C_1_profile: flow("B2C_1_profile", {
        userFlowType: "profileUpdate",
        userAttributeAssignments: [{ id: "displayName", displayName: "Display Name" }],
        passwordComplexityConfiguration: undefined,
      }),
      B2C_1_forgotten: flow("B2C_1_forgotten", {
        userFlowType: "passwordReset",
        userFlowIdentityProviders: [],
        userAttributeAssignments: [],
        applicationClaims: ["objectId"],
        passwordComplexityConfiguration: { complexityLevel: "strong" },
      }),
    },
  }));
});
afterAll(() => world.close());

async function signedIn(password: string): Promise<Person> {
  const person = world.person();
  anAnswer(await person.signIn(aPage(await person.open("B2C_1_plain")), demo.email, password));
  return person;
}

/** The person's own way to a new password. */
async function reset(person: Person, password: string): Promise<void> {
  const first = aPage(await person.open("B2C_1_forgotten"));
  const verify = { claim_id: "email", claim_value: demo.email };
  await person.post(first, { request_type: "VERIFICATION_REQUEST", ...verify });
  const code = await world.code(demo.email);
  await person.post(first, { request_type: "VALIDATION_REQUEST", ...verify, user_input: code });
  const second = aPage(await person.submit(first, { email: demo.email }));
  anAnswer(await person.submit(second, { newPassword: password, reenterPassword: password }));
}

it("a page that was left open with a session does nothing once the password is another", async () => {
  const thief = await signedIn(demo.password);
  const parked = aPage(await thief.open("B2C_1_profile"));
  world.clock.advance(5 * 60_000);
  // The owner has a session, too: setting a password ends it, and the journey in which that happens goes on.
  await reset(await signedIn(demo.password), newPassword);
  const answer = await thief.post(parked, { displayName: "Mallory" });
  expect(answer).toMatchObject({ status: "400", errorCode: "AADB2C90046" });
  expect((await thief.act(parked, "confirmed")).kind).toBe("error");
  const [tenant] = world.server.context.tenants.all();
  const account =
    tenant &&
    (await world.server.context.store.directory(tenant).find({ kind: "signInName", value: demo.email }));
  expect(tenant?.id).toBe(tenantId);
  expect(account?.attributes.displayName).not.toBe("Mallory");
  await signedIn(newPassword);
});

it("a page that was left open goes on while the session holds", async () => {
  const person = await signedIn(newPassword);
  const parked = aPage(await person.open("B2C_1_profile"));
  world.clock.advance(5 * 60_000);
  anAnswer(await person.submit(parked, { displayName: "Grace" }));
});
