import type { ClaimReference, TechnicalProfile } from "@vestibule/policy";
import { beforeEach, expect, it } from "vitest";
import { JourneyBrowser } from "../../testing/browser.ts";
import { type MemoryPorts, memoryPorts } from "../../testing/memory-ports.ts";
import { handler, samplePolicy, selfAsserted, step, technicalProfile } from "../../testing/sample-policy.ts";

// The collections of federated identities by which policies link accounts (technical-profiles.md 4.2, 4.3).

const directory = handler("Providers.AzureActiveDirectoryProvider");
const claim = (claimTypeReferenceId: string, partnerClaimType?: string): ClaimReference => ({
  claimTypeReferenceId,
  ...(partnerClaimType !== undefined && { partnerClaimType }),
});
const google = { issuer: "google.com", issuerUserId: "108" };
const facebook = { issuer: "facebook.com", issuerUserId: "abc" };

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});

async function account(...identities: readonly { issuer: string; issuerUserId: string }[]): Promise<string> {
  const created = await ports.directory.create(
    {
      identities: [
        {
          signInType: "emailAddress",
          issuer: "contoso.onmicrosoft.com",
          issuerAssignedId: "ida@contoso.example",
        },
        ...identities.map(({ issuer, issuerUserId }) => ({
          signInType: "federated",
          issuer,
          issuerAssignedId: issuerUserId,
        })),
      ],
      attributes: { displayName: "Ida" },
    },
    "test",
  );
  if (created.kind !== "created") throw new Error(created.kind);
  return created.account.objectId;
}

/** A journey that runs these profiles with these claims in its bag. */
async function run(bag: Readonly<Record<string, unknown>>, ...profiles: readonly TechnicalProfile[]) {
  const policy = samplePolicy((parts) => {
    parts.claimTypes.push(
      { id: "userIdentities", dataType: "userIdentityCollection" },
      { id: "securityIds", dataType: "alternativeSecurityIdCollection" },
    );
    // A page to stop at, before and after.
    const page = (id: string) =>
      technicalProfile(id, selfAsserted, {
        metadata: { ContentDefinitionReferenceId: "api.selfasserted" },
        outputClaims: [claim("displayName")],
      });
    const all = [page("Before"), ...profiles, page("After")];
    parts.technicalProfiles.push(...all);
    parts.steps = all.map(({ id }, index) =>
      step(index + 1, "ClaimsExchange", { claimsExchanges: [{ id, technicalProfileReferenceId: id }] }),
    );
  });
  const browser = new JourneyBrowser(policy, ports);
  await browser.start();
  browser.state = { ...browser.state, bag: bag as typeof browser.state.bag };
  await browser.submit({ displayName: "x" });
  return browser;
}

const read = (key: ClaimReference) =>
  technicalProfile("Read", directory, {
    metadata: { Operation: "Read", RaiseErrorIfClaimsPrincipalDoesNotExist: "true" },
    inputClaims: [key],
    outputClaims: [
      claim("objectId"),
      claim("userIdentities"),
      claim("securityIds", "alternativeSecurityIds"),
    ],
  });

it("finds an account by any identity of a collection, and gives its identities out", async () => {
  const objectId = await account(google, facebook);
  const unknown = { issuer: "google.com", issuerUserId: "nobody" };
  const browser = await run({ userIdentities: [unknown, facebook] }, read(claim("userIdentities")));
  expect(browser.state.bag).toMatchObject({
    objectId,
    userIdentities: [google, facebook],
    securityIds: [
      { type: 6, identityProvider: "google.com", key: "MTA4" },
      { type: 6, identityProvider: "facebook.com", key: "YWJj" },
    ],
  });
});

it("finds nobody by identities of others", async () => {
  await account(google);
  const browser = await run({ userIdentities: [facebook] }, read(claim("userIdentities")));
  expect(browser.outcome).toMatchObject({ kind: "relyingPartyError", code: "AADB2C99002" });
});

it("gives an account without identities an empty collection, which transformations can read", async () => {
  const objectId = await account();
  const browser = await run({ objectId }, read(claim("objectId")));
  expect(browser.state.bag.userIdentities).toEqual([]);
});

it.each([
  ["userIdentities", claim("userIdentities"), { userIdentities: [facebook] }],
  [
    "alternativeSecurityIds",
    claim("securityIds", "alternativeSecurityIds"),
    { securityIds: [{ type: 6, identityProvider: "facebook.com", key: "YWJj" }] },
  ],
])("replaces all federated identities by %s, and keeps the local ones", async (_, persisted, bag) => {
  const objectId = await account(google);
  const write = technicalProfile("Write", directory, {
    metadata: { Operation: "Write", RaiseErrorIfClaimsPrincipalDoesNotExist: "true" },
    inputClaims: [claim("objectId")],
    persistedClaims: [claim("objectId"), persisted],
    outputClaims: [claim("objectId")],
  });
  await run({ objectId, ...bag }, write);
  const changed = await ports.directory.find({ kind: "objectId", value: objectId });
  expect(changed?.identities.map(({ issuer, issuerAssignedId }) => [issuer, issuerAssignedId])).toEqual([
    ["contoso.onmicrosoft.com", "ida@contoso.example"],
    ["facebook.com", "abc"],
  ]);
});
