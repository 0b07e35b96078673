import { JourneyBrowser, memoryPorts } from "@vestibule/engine/testing";
import { loadPolicies, writePolicy } from "@vestibule/policy";
import { compileUserFlow, readUserFlow } from "@vestibule/user-flows";
import { expect, it } from "vitest";
import { facts } from "./facts.ts";

const flow = {
  id: "B2C_1_susi",
  userFlowType: "signUpOrSignIn",
  userFlowIdentityProviders: ["Social"],
  userAttributeAssignments: [{ id: "displayName", displayName: "Display Name" }],
  applicationClaims: ["displayName", "emails", "objectId", "newUser"],
  passwordComplexityConfiguration: { isSelfServicePasswordResetAllowed: true },
};

it("a user flow that is written as policy XML and read again asks the same and gives the same", async () => {
  const { document } = readUserFlow(JSON.stringify(flow), "flow.json");
  const compiled = document && compileUserFlow(document, facts).policy;
  if (!compiled) throw new Error("the flow does not compile");
  const ejected = { ...compiled, policyId: "B2C_1A_susi" };
  const { policies, diagnostics } = loadPolicies([
    { file: "B2C_1A_susi.xml", bytes: new TextEncoder().encode(writePolicy(ejected)) },
  ]);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const read = policies.get("B2C_1A_susi");
  if (!read) throw new Error("the policy does not load");
  const run = async (policy: typeof compiled) => {
    const browser = new JourneyBrowser(policy, memoryPorts());
    await browser.start();
    const first = browser.page();
    await browser.send({ kind: "signUpChosen" });
    const second = browser.page();
    await browser.prove("email", "ida@contoso.example");
    await browser.submit({
      email: "ida@contoso.example",
      newPassword: "Passw0rd!x",
      reenterPassword: "Passw0rd!x",
      displayName: "Ida",
    });
    const { sub: _, oid: __, tfp: ___, ...claims } = browser.issued().claims;
    return {
      first: first.fields,
      providers: first.providers,
      second: second.fields,
      content: second.content,
      claims,
    };
  };
  expect(await run(read)).toEqual(await run(ejected));
});
