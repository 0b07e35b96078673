import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDiagnostic } from "../diagnostic.ts";
import type { Policy } from "../model.ts";
import { loadPolicies } from "../policy-set.ts";
import { bytesOf, layered, plain } from "../testing/policy-text.fixture.ts";
import { writePolicy } from "./write-policy.ts";

function readBack(xml: string): Policy {
  const { policies, diagnostics } = loadPolicies([{ file: "written.xml", bytes: bytesOf(xml) }]);
  const [policy] = policies.values();
  if (!policy) throw new Error(diagnostics.map(formatDiagnostic).join("\n"));
  return policy;
}

describe("a policy written as XML", () => {
  it("is the same policy when it is read again", () => {
    const policy = layered("");
    expect(plain(readBack(writePolicy(policy)))).toEqual(plain(policy));
  });

  it("keeps everything that a policy can say", () => {
    const policy = layered("");
    const profile = policy.technicalProfiles.get("AAD-Read");
    const full: Policy = {
      ...policy,
      deploymentMode: "Development",
      tenantObjectId: "6c2d5d3b-9d3c-4f2e-8a3a-0a5c1f1f0b1e",
      relyingParty: {
        ...policy.relyingParty,
        endpoints: { Token: "SignUpOrSignIn" },
        behaviors: {
          singleSignOn: { scope: "Application", keepAliveInDays: 30, enforceIdTokenHintOnLogout: true },
          sessionExpiryType: "Absolute",
          sessionExpiryInSeconds: 1200,
          contentDefinitionParameters: { campaign: "{OAUTH-KV:campaign}" },
          journeyFraming: { enabled: true, sources: ["https://a.example", "https://b.example"] },
          scriptExecution: "Disallow",
          onErrorMode: "DisplayInService",
        },
      },
    };
    if (profile)
      full.technicalProfiles.set("AAD-Read", {
        ...profile,
        domains: ["one.example", "two.example"],
        enabledForUserJourneys: "Always",
        errorHandlers: [
          {
            responseMatch: "$[?(@@.error == 'invalid_grant')]",
            action: "Reauthenticate",
            additionalRequestParameters: { prompt: "select_account" },
          },
        ],
      });
    expect(plain(readBack(writePolicy(full)))).toEqual(plain(full));
  });

  it("gives a user flow the id of a custom policy", () => {
    const policy = { ...layered(""), policyId: "B2C_1_susi" };
    expect(readBack(writePolicy(policy)).policyId).toBe("B2C_1A_susi");
    expect(readBack(writePolicy(policy, { policyId: "B2C_1A_mine" })).policyId).toBe("B2C_1A_mine");
  });

  it("carries any text through, in attributes and between tags", () => {
    const policy = layered("");
    const email = policy.claimTypes.get("email");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        // What XML cannot hold becomes the replacement character.
        // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are forbidden in XML.
        const expected = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
        if (email)
          policy.claimTypes.set("email", {
            ...email,
            userHelpText: text,
            restriction: { pattern: { regularExpression: ".*", helpText: text } },
          });
        const read = readBack(writePolicy(policy)).claimTypes.get("email");
        expect(read?.userHelpText).toBe(expected);
        expect(read?.restriction?.pattern?.helpText).toBe(expected);
      }),
      { numRuns: 100 },
    );
  });
});
