import { expect, it } from "vitest";
import { inwardIdentities, inwardSecurityIds, outwardIdentities } from "./identity.ts";

const google = { issuer: "google.com", issuerUserId: "108-é" };
const outside = { issuer: "google.com", issuerUserId: "MTA4LcOp" };

it("encodes the user's id on the way out and decodes it on the way in", () => {
  expect(outwardIdentities(google)).toEqual(outside);
  expect(outwardIdentities([google])).toEqual([outside]);
  expect(inwardIdentities(outside)).toEqual(google);
  expect(inwardIdentities([{ ...outside, more: 1 }])).toEqual([google]);
});

it("leaves alone what is no identity, and an id that was never encoded", () => {
  expect(outwardIdentities(["a"])).toEqual(["a"]);
  expect(outwardIdentities([])).toEqual([]);
  expect(inwardIdentities({ issuer: "google.com", issuerUserId: "1234" })).toEqual({
    issuer: "google.com",
    issuerUserId: "1234",
  });
  const social = { type: 6, identityProvider: "live.com", key: "YQ==" };
  expect(outwardIdentities([social])).toEqual([social]);
  expect(inwardSecurityIds([social])).toEqual([social]);
  expect(inwardSecurityIds([{ issuer: "live.com", issuerUserId: "YQ==" }])).toEqual([social]);
  for (const wrong of [null, social, [{}], ["a"]]) expect(inwardSecurityIds(wrong)).toBeUndefined();
  for (const wrong of [null, "x", { issuer: 1, issuerUserId: "a" }, [{}], { key: "a" }])
    expect(inwardIdentities(wrong)).toBeUndefined();
});
