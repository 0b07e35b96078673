import type { ClaimsTransformation, TechnicalProfile } from "@vestibule/policy";
import { beforeEach, expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { type MemoryPorts, memoryPorts } from "../testing/memory-ports.ts";
import { handler, type SampleParts, samplePolicy, step, technicalProfile } from "../testing/sample-policy.ts";

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});

const pair = (claimTypeReferenceId: string, transformationClaimType: string) => ({
  claimTypeReferenceId,
  transformationClaimType,
});
const parameter = (id: string, value: string, dataType = "string") => ({ id, dataType, value });

function transformation(
  id: string,
  transformationMethod: string,
  inputClaims: ClaimsTransformation["inputClaims"],
  outputClaims: ClaimsTransformation["outputClaims"],
  ...inputParameters: ClaimsTransformation["inputParameters"]
): ClaimsTransformation {
  return { id, transformationMethod, inputClaims, inputParameters, outputClaims };
}

const failing = transformation(
  "ReadName",
  "GetClaimFromJson",
  [pair("displayName", "inputJson")],
  [pair("note", "extractedClaim")],
  parameter("claimToExtract", "name"),
);

/** The sample policy with a profile that runs `transformations`, in a step of its own or behind the sign-up page. */
function policyWith(
  where: "step" | "page",
  transformations: readonly ClaimsTransformation[],
  inputClaims: TechnicalProfile["inputClaims"] = [],
) {
  return samplePolicy((parts: SampleParts) => {
    parts.claimTypes.push({ id: "note", dataType: "string" }, { id: "nothing", dataType: "string" });
    parts.claimsTransformations.push(...transformations);
    parts.technicalProfiles.push(
      technicalProfile("Transform", handler("Providers.ClaimsTransformationProtocolProvider"), {
        metadata: { IncludeClaimResolvingInClaimsHandling: "true" },
        inputClaims,
        outputClaims: [{ claimTypeReferenceId: "note" }],
        outputClaimsTransformations: transformations.map(({ id }) => id),
      }),
    );
    if (where === "step") {
      const transform = [{ id: "Transform", technicalProfileReferenceId: "Transform" }];
      parts.steps = [
        ...parts.steps.slice(0, 4),
        step(5, "ClaimsExchange", { claimsExchanges: transform }),
        step(6, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
      ];
      return;
    }
    parts.technicalProfiles = parts.technicalProfiles.map((profile) =>
      profile.id === "LocalAccountSignUp"
        ? {
            ...profile,
            validationTechnicalProfiles: [
              { referenceId: "Transform", preconditions: [] },
              ...profile.validationTechnicalProfiles,
            ],
          }
        : profile,
    );
  });
}

async function signUp(policy: ReturnType<typeof policyWith>) {
  const browser = new JourneyBrowser(policy, ports);
  await browser.start();
  await browser.send({ kind: "signUpChosen" });
  const address = "new@contoso.example";
  await browser.send({ kind: "verification", action: "send", claimId: "email", address });
  await browser.send({
    kind: "verification",
    action: "verify",
    claimId: "email",
    address,
    code: ports.codes.get(address) ?? [...ports.codes.values()][0] ?? "",
  });
  const outcome = await browser.submit({
    email: address,
    newPassword: "Passw0rd!",
    reenterPassword: "Passw0rd!",
    displayName: "Nora",
  });
  return { browser, outcome };
}

it("a fault in a step ends the journey with words that tell nothing, and the trace tells the cause", async () => {
  const { browser, outcome } = await signUp(policyWith("step", [failing]));
  expect(outcome).toMatchObject({
    error: "server_error",
    code: "AADB2C",
    message: "An exception has occurred.",
  });
  const causes = browser.trace.map(({ text }) => text).filter((text) => text.startsWith("ReadName"));
  expect(causes).toEqual([expect.stringContaining("the input is no JSON")]);
});

it("a fault behind a page leaves the person on the page, and nothing is written", async () => {
  const { outcome } = await signUp(policyWith("page", [failing]));
  expect(outcome).toMatchObject({
    kind: "refused",
    problem: { message: "Unable to validate the information provided." },
  });
  expect(ports.accounts.size).toBe(0);
});

it("a claim that was set to null is given, and a policy key is read from the tenant's", async () => {
  const { browser } = await signUp(
    policyWith("step", [
      transformation("Null", "NullClaim", [], [pair("nothing", "claim_to_null")]),
      transformation(
        "Join",
        "FormatStringMultipleClaims",
        [pair("displayName", "inputClaim1"), pair("nothing", "inputClaim2")],
        [pair("note", "outputClaim")],
        parameter("stringFormat", "{0}/{1}/{TechnicalProfileId}"),
      ),
      transformation(
        "Hash",
        "Hash",
        [pair("note", "plaintext"), pair("nothing", "salt")],
        [pair("displayName", "hash")],
        parameter("randomizerSecret", "B2C_1A_Secret"),
      ),
    ]),
  );
  expect(browser.state.bag.note).toBe("Nora//Transform");
  // printf 'Nora//Transformsecret-of-B2C_1A_Secret' | openssl dgst -sha256 -binary | base64
  expect(browser.state.bag.displayName).toBe("SaSXrKzWAjcMPzJxe8z265ffGIKw4i9aZlfWFZSekrk=");
});

it("what was typed into a password field can be hashed behind the form, and is never kept", async () => {
  const { browser } = await signUp(
    policyWith("page", [
      transformation(
        "HashPassword",
        "Hash",
        [pair("newPassword", "plaintext"), pair("displayName", "salt")],
        [pair("displayName", "hash")],
        parameter("randomizerSecret", "B2C_1A_Secret"),
      ),
    ]),
  );
  // printf 'Passw0rd!Norasecret-of-B2C_1A_Secret' | openssl dgst -sha256 -binary | base64
  expect(browser.state.bag.displayName).toBe("4LGJAX2tKwcbLlw2GwShHf68+HRlTEqJw15Y38imxUI=");
  expect(JSON.stringify([browser.state, browser.trace])).not.toContain("Passw0rd!");
});

it("the profile's own inputs count for its output transformations, and nowhere else", async () => {
  const lookUp = transformation(
    "LookUp",
    "LookupValue",
    [pair("nothing", "inputParameterId")],
    [pair("note", "outputClaim")],
    parameter("fabrikam.com", "Fabrikam"),
  );
  const input = (defaultValue: string) => [
    { claimTypeReferenceId: "nothing", defaultValue, alwaysUseDefaultValue: true },
  ];
  const given = await signUp(policyWith("step", [lookUp], input("fabrikam.com")));
  expect(given.browser.state.bag.note).toBe("Fabrikam");
  expect(given.browser.state.bag).not.toHaveProperty("nothing");
  ports = memoryPorts();
  // No domain_hint was sent: the claim is null, not absent, and the look-up finds nothing.
  const without = await signUp(policyWith("step", [lookUp], input("{OIDC:DomainHint}")));
  expect(without.browser.state.status).toBe("completed");
  expect(without.browser.state.bag).not.toHaveProperty("note");
});
