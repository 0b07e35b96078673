import type { MergedPolicy } from "../document/document.ts";
import type { Report } from "../report.ts";
import { checkClaims } from "./claims.ts";
import { checkCodeChecks } from "./code-checks.ts";
import { checkJourneys } from "./journeys.ts";
import type { CheckOptions } from "./options.ts";
import { checkPages } from "./pages.ts";
import { checkProfileParts } from "./profile-parts.ts";
import { checkReferences } from "./references.ts";
import { checkRoot } from "./root.ts";
import { Scope } from "./scope.ts";
import { checkTransformations } from "./transformations.ts";

/** Checks what a file itself says, in the light of its ancestors: references look upwards only (13.1). */
export function checkDocument(merged: MergedPolicy, options: CheckOptions, report: Report): void {
  const scope = new Scope(merged, options, report);
  checkRoot(scope);
  checkReferences(scope);
  checkClaims(scope);
  checkTransformations(scope);
  checkPages(scope);
  checkProfileParts(scope);
  checkCodeChecks(scope);
  checkJourneys(scope);
}
