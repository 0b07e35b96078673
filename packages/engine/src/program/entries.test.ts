import { IdMap } from "@vestibule/policy";
import { expect, it } from "vitest";
import { samplePolicy, skipIf, step, technicalProfile } from "../testing/sample-policy.ts";
import { compile } from "./compile.ts";

it("the issuer that a policy publishes is that of its tokens, also where an error of its own comes last", () => {
  const policy = samplePolicy((parts) => {
    const jwt = parts.technicalProfiles.findIndex(({ id }) => id === "JwtIssuer");
    const issuer = parts.technicalProfiles[jwt];
    if (!issuer) throw new Error("the sample issues tokens");
    parts.technicalProfiles[jwt] = {
      ...issuer,
      metadata: { ...issuer.metadata, IssuanceClaimPattern: "AuthorityWithTfp" },
    };
    const codes = ["errorCode", "errorMessage"].map((id) => ({ id, dataType: "string" as const }));
    parts.claimTypes.push(...codes);
    parts.technicalProfiles.push(
      technicalProfile(
        "Refuse",
        { name: "OAuth2" },
        {
          outputTokenFormat: "OAuth2Error",
          inputClaims: codes.map(({ id }) => ({ claimTypeReferenceId: id, defaultValue: "x" })),
        },
      ),
    );
    const last = parts.steps.pop();
    if (last) parts.steps.push({ ...last, preconditions: [skipIf("ClaimsExist", false, "objectId")] });
    parts.steps.push(step(6, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "Refuse" }));
  });
  const { program } = compile({ ...policy, subJourneys: new IdMap() });
  expect(program?.issuer).toMatchObject({
    technicalProfile: "JwtIssuer",
    issuanceClaimPattern: "AuthorityWithTfp",
  });
});
