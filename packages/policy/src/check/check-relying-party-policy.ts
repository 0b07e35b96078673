import type { MergedPolicy, ProfileFragment } from "../document/document.ts";
import type { Report } from "../report.ts";
import { checkFlow } from "./flow.ts";
import type { CheckOptions } from "./options.ts";
import { reachOf } from "./reach.ts";
import { checkReachedControls } from "./reached-controls.ts";
import { checkReachedProfiles } from "./reached-profiles.ts";
import { checkRelyingParty } from "./relying-party.ts";
import { Scope } from "./scope.ts";

/** The further checks of a policy that applications may invoke: on what its journeys reach, with includes resolved. */
export function checkRelyingPartyPolicy(
  merged: MergedPolicy,
  profileOf: (id: string) => ProfileFragment | undefined,
  options: CheckOptions,
  report: Report,
): void {
  const scope = new Scope(merged, options, report);
  const reach = reachOf(merged, profileOf);
  checkRelyingParty(scope, reach, profileOf);
  checkReachedProfiles(scope, reach, profileOf);
  checkReachedControls(scope, reach, profileOf);
  checkFlow(scope, reach, profileOf);
}
