import { IdMap, type TechnicalProfile } from "@vestibule/policy";
import { expect, it } from "vitest";
import type { RestfulContext } from "../exchange.ts";
import type { ConnectorMetadata } from "../metadata.ts";
import { effectOf } from "./effect.ts";

const claims = (...ids: string[]) => ids.map((claimTypeReferenceId) => ({ claimTypeReferenceId }));
const profile = (id: string, handler: string, persisted: readonly string[]) =>
  ({
    id,
    protocol: {
      name: "Proprietary",
      handler: `Web.TPEngine.Providers.${handler}, Web.TPEngine, Version=1.0.0.0`,
    },
    persistedClaims: claims(...persisted),
  }) as unknown as TechnicalProfile;
const connector = profile("PreUserWriteRestful", "RestfulProvider", []);
const context = {
  profile: connector,
  policy: {
    technicalProfiles: IdMap.of([
      connector,
      profile("AAD-UserWrite", "AzureActiveDirectoryProvider", ["city", "jobTitle"]),
      // A session keeps it; no account does.
      profile("SM-AAD", "SSO.DefaultSSOSessionProvider", ["extension_Promotion"]),
    ]),
    relyingParty: { technicalProfile: { outputClaims: claims("city", "extension_Promotion") } },
  },
} as unknown as RestfulContext;

it.each([
  ["PostFederationSignup", "city", "prefill"],
  ["PostFederationSignup", "extension_Promotion", "tokenOnly"],
  ["PostAttributeCollection", "city", "storedAndToken"],
  ["PostAttributeCollection", "jobTitle", "stored"],
  ["PostAttributeCollection", "extension_Promotion", "tokenOnly"],
  ["PostAttributeCollection", "extension_Later", undefined],
  ["PreTokenIssuance", "city", "tokenOnly"],
] as const)("at %s %s is %s", (step, claim, effect) => {
  expect(effectOf(context, { step } as ConnectorMetadata, claim)).toBe(effect);
});
