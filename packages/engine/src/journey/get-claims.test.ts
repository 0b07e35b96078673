import type { ClaimReference, Policy } from "@vestibule/policy";
import { beforeEach, describe, expect, it } from "vitest";
import type { HintTrust } from "../ports.ts";
import { compile } from "../program/compile.ts";
import { JourneyBrowser } from "../testing/browser.ts";
import { type MemoryPorts, memoryPorts } from "../testing/memory-ports.ts";
import { samplePolicy, step, technicalProfile } from "../testing/sample-policy.ts";

let ports: MemoryPorts;
let trusted: HintTrust | undefined;
beforeEach(() => {
  ports = memoryPorts();
  trusted = undefined;
  ports.hint = (_hint, trust) => {
    trusted = trust;
    return { kind: "claims", claims: { sub: "ida@contoso.example", name: "Ida", exp: 1, extra: [1, 2] } };
  };
});

const symmetric = { issuer: "https://app.example", IdTokenAudience: "invitations" };
const listed: readonly ClaimReference[] = [
  { claimTypeReferenceId: "Email" },
  { claimTypeReferenceId: "newUser" },
];

/** The sample policy that reads a hint first; the relying party lists `inputClaims`. */
function reading(
  inputClaims: readonly ClaimReference[] = listed,
  metadata: Readonly<Record<string, string>> = symmetric,
  keys = [{ id: "client_secret", storageReferenceId: "B2C_1A_HintKey" }],
): Policy {
  const policy = samplePolicy((parts) => {
    parts.technicalProfiles.push(
      technicalProfile(
        "IdTokenHint_ExtractClaims",
        { name: "None" },
        {
          metadata,
          cryptographicKeys: keys,
          outputClaims: [
            { claimTypeReferenceId: "email", partnerClaimType: "sub" },
            { claimTypeReferenceId: "displayName", partnerClaimType: "name" },
            { claimTypeReferenceId: "newUser", defaultValue: "true" },
          ],
        },
      ),
    );
    parts.steps.unshift(
      step(0, "GetClaims", { cpimIssuerTechnicalProfileReferenceId: "IdTokenHint_ExtractClaims" }),
    );
  });
  const { relyingParty } = policy;
  const technicalProfileOfRp = { ...relyingParty.technicalProfile, inputClaims };
  return { ...policy, relyingParty: { ...relyingParty, technicalProfile: technicalProfileOfRp } };
}

async function open(policy: Policy, hint: string | undefined = "a.b.c"): Promise<JourneyBrowser> {
  const browser = new JourneyBrowser(policy, ports, {
    parameters: hint === undefined ? {} : { id_token_hint: hint },
  });
  await browser.start();
  return browser;
}

describe("a step that reads the application's hint", () => {
  it("takes from it what both the profile and the relying party list, and goes on", async () => {
    const browser = await open(reading());
    expect(browser.outcome.kind).toBe("page");
    expect(browser.state.bag).toEqual({ email: "ida@contoso.example", newUser: true });
    expect(trusted).toEqual({
      issuer: "https://app.example",
      audience: "invitations",
      secret: "secret-of-B2C_1A_HintKey",
      origin: "https://login.example",
    });
  });

  it("believes a provider by its METADATA, with placeholders filled", async () => {
    await open(reading(listed, { METADATA: "https://x.example/{tenant}/{policy}/v2.0" }, []));
    expect(trusted).toEqual({
      metadata: "https://x.example/contoso.onmicrosoft.com/B2C_1A_sample/v2.0",
      origin: "https://login.example",
    });
  });

  it("does nothing without a hint, so that the policy can ask whether the claims exist", async () => {
    const browser = await open(reading(), "");
    expect(browser.outcome.kind).toBe("page");
    expect(browser.state.bag).toEqual({});
    expect(trusted).toBeUndefined();
  });

  it("ends with AADB2C90272 without a hint where the relying party requires a claim", async () => {
    const browser = await open(reading([{ claimTypeReferenceId: "email", required: true }]), "");
    expect(browser.outcome).toMatchObject({ error: "server_error", code: "AADB2C90272" });
  });

  it("ends with AADB2C90255 where the hint lacks a required claim", async () => {
    const browser = await open(reading([{ claimTypeReferenceId: "identityProvider", required: true }]));
    expect(browser.outcome).toMatchObject({ error: "server_error", code: "AADB2C90255" });
  });

  it.each(["AADB2C90208", "AADB2C90209", "AADB2C90210", "AADB2C90232", "AADB2C90233", "AADB2C90234"])(
    "ends with %s where the hint is refused for it, and tells the application no more",
    async (code) => {
      ports.hint = () => ({ kind: "refused", code, detail: "a detail for the operator" });
      const browser = await open(reading());
      expect(browser.outcome).toMatchObject({ error: "server_error", code });
      expect(JSON.stringify(browser.outcome)).not.toContain("a detail for the operator");
      expect(browser.state.bag).toEqual({});
    },
  );

  it("never traces the hint", async () => {
    const browser = await open(reading(), "head.secret-payload.signature");
    expect(JSON.stringify(browser.trace)).not.toContain("secret-payload");
  });

  it.each([
    ["client_secret", symmetric, []],
    ["issuer", { IdTokenAudience: "x" }, undefined],
    ["IdTokenAudience", { issuer: "x" }, undefined],
  ])("is refused at load without METADATA and %s", (missing, metadata, keys) => {
    const { diagnostics } = compile(reading(listed, metadata as Readonly<Record<string, string>>, keys));
    expect(diagnostics).toMatchObject([
      { severity: "error", message: expect.stringContaining(`'${missing}'`) },
    ]);
  });
});
