import { IdMap } from "@vestibule/policy";
import { expect, it } from "vitest";
import { samplePolicy } from "../testing/sample-policy.ts";
import { partnerName } from "./mapping.ts";

it("names a claim by its reference, else by the protocol and handler of the profile, else by its id", () => {
  const policy = {
    ...samplePolicy(),
    claimTypes: IdMap.of([
      {
        id: "email",
        dataType: "string" as const,
        defaultPartnerClaimTypes: {
          "Proprietary/Web.TPEngine.Providers.RestfulProvider, Web.TPEngine, Version=1.0.0.0": "mail",
          Proprietary: "address",
          OAuth2: "unique_name",
        },
      },
    ]),
  };
  const named = (name: "Proprietary" | "OAuth2" | "OpenIdConnect", handler?: string, partner?: string) =>
    partnerName(
      policy,
      { claimTypeReferenceId: "Email", ...(partner !== undefined && { partnerClaimType: partner }) },
      { name, ...(handler !== undefined && { handler }) },
    );
  expect(named("Proprietary", "web.tpengine.providers.restfulprovider, Web.TPEngine")).toBe("mail");
  expect(named("Proprietary", "Web.TPEngine.Providers.AzureActiveDirectoryProvider")).toBe("address");
  expect(named("OAuth2")).toBe("unique_name");
  expect(named("OpenIdConnect")).toBe("Email");
  expect(named("OAuth2", undefined, "given")).toBe("given");
});
