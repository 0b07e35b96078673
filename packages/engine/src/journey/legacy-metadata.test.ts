import { expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { memoryPorts } from "../testing/memory-ports.ts";
import { samplePolicy } from "../testing/sample-policy.ts";

const policyWith = (metadata: Record<string, string>, declared: boolean) =>
  samplePolicy((parts) => {
    if (declared) parts.claimTypes.push({ id: "IpAddress", dataType: "string" });
    parts.technicalProfiles = parts.technicalProfiles.map((profile) =>
      profile.id === "LocalAccountSignUp"
        ? { ...profile, metadata: { ...profile.metadata, ...metadata } }
        : profile,
    );
  });

async function signUp(policy: ReturnType<typeof samplePolicy>) {
  const browser = new JourneyBrowser(policy, memoryPorts());
  await browser.start();
  await browser.send({ kind: "signUpChosen" });
  const label = browser.page().fields.find(({ id }) => id === "displayName")?.displayName;
  await browser.prove("email", "ida@contoso.example");
  await browser.submit({
    email: "ida@contoso.example",
    newPassword: "Passw0rd!x",
    reenterPassword: "Passw0rd!x",
    displayName: "Ida",
  });
  browser.issued();
  return { bag: browser.state.bag, label };
}

it("a form gives the browser's address to the claim that its metadata names, where there is such a claim", async () => {
  const metadata = { IpAddressClaimReferenceId: "ipaddress" };
  expect((await signUp(policyWith(metadata, true))).bag.IpAddress).toBe("203.0.113.7");
  expect(JSON.stringify((await signUp(policyWith(metadata, false))).bag)).not.toContain("203.0.113.7");
});

it("a label may stand in the metadata, by claim and language", async () => {
  const metadata = {
    "claimType.displayName.DisplayName.en": "What shall we call you?",
    "claimType.displayName.DisplayName.de": "Wie heißen Sie?",
  };
  expect((await signUp(policyWith(metadata, false))).label).toBe("What shall we call you?");
});
