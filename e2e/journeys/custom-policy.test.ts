import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writePolicy } from "@vestibule/policy";
import { afterAll, beforeAll, expect, it } from "vitest";
import { flow } from "../connectors/documents.ts";
import { claimsOfSignIn, signUp } from "../connectors/outcome.ts";
import { tenantDomain } from "../connectors/person.ts";
import { startWorld, type World } from "../connectors/world.ts";

// A user flow that was ejected to policy XML, laid into the tenant's folder and served by the whole server.

let world: World;
beforeAll(async () => {
  const tokenClaimsConfiguration = { claimTypeForUserFlowId: "acr" };
  world = await startWorld(() => ({
    flows: { B2C_1_susi: flow("B2C_1_susi", { tokenClaimsConfiguration }) },
  }));
  const ejected = world.server.context.tenants.find(tenantDomain)?.policies.get("b2c_1_susi");
  if (!ejected) throw new Error("the flow is not served");
  await mkdir(join(world.directory, "policies"));
  await writeFile(join(world.directory, "policies", "susi.xml"), writePolicy(ejected.program.policy));
  await served("B2C_1A_susi");
}, 60_000);
afterAll(() => world.close());

/** Waits until the server has noticed the new file. */
async function served(policy: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  const address = `${world.url}/${tenantDomain}/${policy}/v2.0/.well-known/openid-configuration`;
  while ((await fetch(address)).status !== 200) {
    if (Date.now() > deadline) throw new Error(`${policy} is not served`);
  }
}

it("signs up and in like the flow that it came from, with the same accounts and keys", async () => {
  const { tokens, email } = await signUp(world, "B2C_1A_susi");
  expect(tokens?.claims).toMatchObject({ acr: "b2c_1a_susi", newUser: true });
  const byPolicy = await claimsOfSignIn(world, "B2C_1A_susi", email);
  const byFlow = await claimsOfSignIn(world, "B2C_1_susi", email);
  expect(byPolicy).toMatchObject({ sub: byFlow.sub, iss: byFlow.iss, acr: "b2c_1a_susi" });
  expect(byFlow.acr).toBe("b2c_1_susi");
});
