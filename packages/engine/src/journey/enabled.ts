import { claimExists, claimText, readClaim } from "../claims/bag.ts";
import { metadataItem } from "../claims/mapping.ts";
import type { CompiledProfile } from "../program/compiled-profile.ts";
import type { Run } from "./run.ts";

/**
 * Whether a technical profile takes part: always, never, or by a claim that its metadata names. Values compare without
 * regard to case; a missing collection holds nothing. Source: technical-profiles.md 28.1.
 */
export function isEnabled(run: Run, { profile }: CompiledProfile): boolean {
  const claimTypeId = metadataItem(profile.metadata, "ClaimTypeOnWhichToEnable") ?? "";
  const wanted = metadataItem(profile.metadata, "ClaimValueOnWhichToEnable");
  const { bag } = run.state;
  const { policy } = run.program;
  const holds = () => {
    const value = readClaim(policy, bag, claimTypeId);
    const items = Array.isArray(value) ? value.map(String) : value === undefined ? [] : [claimText(value)];
    return items.some((item) => item.toLowerCase() === wanted?.toLowerCase());
  };
  switch ((profile.enabledForUserJourneys ?? "true").toLowerCase()) {
    case "false":
    case "never":
      return false;
    case "onclaimsexistence":
      return claimExists(policy, bag, claimTypeId) && (wanted === undefined || wanted === "" || holds());
    case "onitemexistenceinstringcollectionclaim":
      return holds();
    case "onitemabsenceinstringcollectionclaim":
      return !holds();
    default:
      return true;
  }
}
