import { afterAll, beforeAll, expect, it } from "vitest";
import { bound, connector, flow, tenantId } from "./documents.ts";
import { accountOf } from "./outcome.ts";
import { newAddress, startWorld, type World } from "./world.ts";

// docs/api-connectors.md, "Several at one step, and some that are only told", in a flow that shows no page.

const policy = "B2C_1_no_page";

let world: World;
beforeAll(async () => {
  world = await startWorld(({ api }) => ({
    connectors: { told: connector("told", `${api.url}/told`, { mode: "notify" }) },
    flows: {
      [policy]: flow(policy, {
        authenticationMethods: "0",
        userAttributeAssignments: [],
        passwordComplexityConfiguration: { complexityLevel: "strong" },
        ...bound({ two: "told" }),
      }),
    },
  }));
});
afterAll(() => world.close());

it("an API is told of a new account with its object id, and of no later sign-in", async () => {
  const email = newAddress();
  const signIn = async () => {
    const person = world.person();
    const start = await person.fetch(person.authorizeAddress(policy));
    return person.redeem(await person.atProvider(start, { email, name: "Nils Berg" }), policy);
  };
  const { claims } = await signIn();
  expect(claims).toMatchObject({ newUser: true });
  await expect.poll(() => world.api.to("/told").length, { timeout: 10_000 }).toBe(1);
  const account = await accountOf(world, email);
  expect(world.api.only("/told").body).toMatchObject({ objectId: account?.objectId, email });
  expect((await signIn()).claims).not.toHaveProperty("newUser");
  expect(await world.server.context.store.notifications.list(tenantId, 10)).toEqual([]);
  expect(world.api.to("/told")).toHaveLength(1);
});
