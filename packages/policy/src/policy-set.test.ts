import { describe, expect, it } from "vitest";
import { PolicySet } from "./policy-set.ts";
import { base, bytesOf, load, policyText, provider, relyingParty } from "./testing/policy-text.fixture.ts";

const codes = (diagnostics: readonly { readonly severity: string; readonly code: string }[]) =>
  diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);

describe("chains", () => {
  const chain = (length: number) =>
    Object.fromEntries(
      Array.from({ length }, (_, index) => {
        const last = index === length - 1;
        const text = policyText(
          `L${index}`,
          last ? relyingParty() : "",
          index === 0 ? "Base" : `L${index - 1}`,
        );
        return [`${index}.xml`, text];
      }),
    );

  it("allows ten files and refuses the eleventh", () => {
    expect(load(chain(9)).policies.size).toBe(1);
    const { policies, refused, diagnostics } = load(chain(10));
    expect(policies.size).toBe(0);
    expect(codes(diagnostics)).toEqual(["PL014"]);
    expect(refused.get("B2C_1A_L9")?.diagnostics.map(({ code }) => code)).toEqual(["PL014"]);
  });

  it("ends where bases go round in a circle", () => {
    const { diagnostics } = load({
      "a.xml": policyText("A", relyingParty(), "B"),
      "b.xml": policyText("B", relyingParty(), "A"),
    });
    expect(codes(diagnostics)).toEqual(["PL013"]);
  });

  it("does not run what derives from a policy with an error, and says which error it was", () => {
    const { policies, refused } = load({
      "broken.xml": policyText(
        "Broken",
        provider(
          '<TechnicalProfile Id="X"><IncludeTechnicalProfile ReferenceId="Nowhere" /></TechnicalProfile>',
        ),
        "Base",
      ),
      "leaf.xml": policyText("Leaf", relyingParty(), "Broken"),
      "other.xml": policyText("Other", relyingParty(), "Base"),
    });
    expect([...policies.keys()]).toEqual(["B2C_1A_Other"]);
    expect(refused.get("B2C_1A_Leaf")?.diagnostics).toMatchObject([
      { code: "PL103", at: { file: "broken.xml" } },
    ]);
    expect(refused.get("B2C_1A_Leaf")?.policy?.policyId).toBe("B2C_1A_Leaf");
  });

  it("limits the policies of a tenant", () => {
    const texts = {
      "a.xml": policyText("A", relyingParty(), "Base"),
      "b.xml": policyText("B", relyingParty(), "Base"),
    };
    expect(codes(load(texts, { maximumPolicies: 2 }).diagnostics)).toEqual(["PL022"]);
    expect(codes(load(texts, { maximumPolicies: 3 }).diagnostics)).toEqual([]);
  });
});

describe("a change of a file", () => {
  const set = () => {
    const policies = new PolicySet();
    policies.update("base.xml", base);
    policies.update("ext.xml", bytesOf(policyText("Ext", "", "Base")));
    policies.update("a.xml", bytesOf(policyText("A", relyingParty(), "Ext")));
    policies.update("b.xml", bytesOf(policyText("B", relyingParty(), "Base")));
    return policies;
  };

  it("makes anew only what derives from the file", () => {
    const policies = set();
    const before = policies.load().policies;
    const named = provider(
      '<TechnicalProfile Id="AAD-Common"><DisplayName>Mine</DisplayName></TechnicalProfile>',
    );
    policies.update("ext.xml", bytesOf(policyText("Ext", named, "Base")));
    const after = policies.load().policies;
    expect(after.get("B2C_1A_B")).toBe(before.get("B2C_1A_B"));
    expect(after.get("B2C_1A_A")?.technicalProfiles.get("AAD-Read")?.displayName).toBe("Mine");
    expect(before.get("B2C_1A_A")?.technicalProfiles.get("AAD-Read")?.displayName).toBeUndefined();
  });

  it("is the same answer where nothing changed", () => {
    const policies = set();
    expect(policies.load()).toBe(policies.load());
  });

  it("reports a broken base once and recovers when it is mended or removed", () => {
    const policies = set();
    policies.load();
    expect(codes(policies.update("ext.xml", bytesOf("<broken")))).toEqual(["PL001"]);
    const broken = policies.load();
    expect([...broken.policies.keys()]).toEqual(["B2C_1A_B"]);
    expect(codes(broken.diagnostics).sort()).toEqual(["PL001", "PL012"]);
    policies.update("ext.xml", bytesOf(policyText("Ext", "", "Base")));
    expect(policies.load().policies.size).toBe(2);
    policies.remove("ext.xml");
    expect(codes(policies.load().diagnostics)).toEqual(["PL012"]);
  });

  it("does not add a policy's findings up over reloads", () => {
    const policies = set();
    const first = policies.load().diagnostics;
    policies.update("b.xml", bytesOf(policyText("B", relyingParty(), "Base")));
    expect(policies.load().diagnostics).toEqual(first);
  });
});

describe("what is accepted", () => {
  it("takes ids in any case, with a warning", () => {
    const output = '<OutputClaim ClaimTypeReferenceId="DisplayName" />';
    const { policies, diagnostics } = load({ "a.xml": policyText("A", relyingParty(output), "base") });
    expect(policies.size).toBe(1);
    expect(diagnostics).toMatchObject([{ code: "PL113", severity: "warning" }]);
  });

  it("takes the captcha control, a tenant with a hyphen, and a collection's default 'null'", () => {
    const captcha = `<BuildingBlocks><DisplayControls><DisplayControl Id="captcha" UserInterfaceControlType="CaptchaControl" DisplayName="Prove it">
      <DisplayClaims><DisplayClaim ClaimTypeReferenceId="greeting" ControlClaimType="ChallengeString" /><DisplayClaim ClaimTypeReferenceId="email" ControlClaimType="CaptchaEntered" /></DisplayClaims>
      <Actions>${["GetChallenge", "VerifyChallenge"].map((id) => `<Action Id="${id}"><ValidationClaimsExchange><ValidationClaimsExchangeTechnicalProfile TechnicalProfileReferenceId="Mail-Verify" /></ValidationClaimsExchange></Action>`).join("")}</Actions>
    </DisplayControl></DisplayControls></BuildingBlocks>`;
    const tags = '<OutputClaim ClaimTypeReferenceId="tags" DefaultValue="null" />';
    const { policies, diagnostics } = load({
      "a.xml": policyText("A", captcha + relyingParty(tags), "Base"),
    });
    expect(codes(diagnostics)).toEqual([]);
    expect(policies.get("B2C_1A_A")?.displayControls?.get("Captcha")?.displayName).toBe("Prove it");
    const hyphen = load({ "a.xml": policyText("A", "").replaceAll("contoso.on", "your-tenant.on") });
    expect(hyphen.diagnostics).toMatchObject([{ code: "PL023", severity: "warning" }]);
  });

  it("lowers the flow analysis to warnings on demand", () => {
    const texts = {
      "a.xml": policyText("A", relyingParty('<OutputClaim ClaimTypeReferenceId="city" />'), "Base"),
    };
    expect(codes(load(texts).diagnostics)).toEqual(["PL211"]);
    expect(load(texts, { flowAnalysis: "warning" }).policies.size).toBe(1);
  });
});
