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

it.each(["email", "phoneCallOrSms", "authenticator"])("the second factor by %s, too", async (method) => {
  const multifactorAuthenticationConfiguration = {
    multifactorAuthenticationState: "on",
    multifactorAuthenticationMethod: method,
  };
  const { document } = readUserFlow(
    JSON.stringify({ ...flow, multifactorAuthenticationConfiguration }),
    "flow.json",
  );
  const compiled = document && compileUserFlow(document, facts).policy;
  if (!compiled) throw new Error("the flow does not compile");
  const ejected = { ...compiled, policyId: "B2C_1A_susi" };
  const { policies, diagnostics } = loadPolicies([
    { file: "B2C_1A_susi.xml", bytes: new TextEncoder().encode(writePolicy(ejected)) },
  ]);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const read = policies.get("B2C_1A_susi");
  if (!read) throw new Error("the policy does not load");
  const factorPage = async (policy: typeof compiled) => {
    const ports = memoryPorts();
    const email = "ida@contoso.example";
    await ports.directory.create(
      {
        identities: [{ signInType: "emailAddress", issuer: facts.defaultDomain, issuerAssignedId: email }],
        attributes: { displayName: "Ida", userPrincipalName: `ida@${facts.defaultDomain}` },
        password: "Passw0rd!x",
      },
      email,
    );
    const browser = new JourneyBrowser(policy, ports);
    await browser.start();
    await browser.submit({ email, password: "Passw0rd!x" });
    const { api, technicalProfile, contentDefinition, content, config, phone, controls } = browser.page();
    return { api, technicalProfile, contentDefinition, content, config, phone, controls };
  };
  const shown = await factorPage(read);
  expect(shown).toEqual(await factorPage(ejected));
  expect(["EmailFactor-Verify", "PhoneFactor-InputOrVerify", "EnableOTPAuthentication"]).toContain(
    shown.technicalProfile,
  );
});
