import type { ProfileFragment } from "../document/document.ts";
import type { ValidationTechnicalProfile } from "../model.ts";
import { type ProfileKind, profileKind } from "./profile-kind.ts";
import type { Scope } from "./scope.ts";

/** Kind → operations that say whether a person's code is right. Source: technical-profiles.md 7, 8, 10. */
const codeChecks: Readonly<Partial<Record<ProfileKind, readonly string[]>>> = {
  oneTimePassword: ["verifycode"],
  sspr: ["verifycode"],
  azureMfa: ["verify", "verifyotp"],
};

/**
 * Checks of a code that stop nothing (PL321): with `ContinueOnError` a wrong code leads on like the right one, and a
 * display control is verified by it.
 */
export function checkCodeChecks(scope: Scope): void {
  const { document } = scope.merged;
  for (const { profile } of document.technicalProfiles)
    check(scope, profile.validationTechnicalProfiles ?? [], `The page of '${profile.id}'`);
  for (const { id, actions } of document.displayControls)
    for (const action of actions) check(scope, action.technicalProfiles, `Action ${action.id} of '${id}'`);
}

function check(scope: Scope, references: readonly ValidationTechnicalProfile[], where: string): void {
  for (const { referenceId, continueOnError, at } of references)
    if (continueOnError && checksCode(scope, referenceId))
      scope.report.warning(
        "PL321",
        at,
        `${where} goes on whatever '${referenceId}' says: a wrong code passes like the right one.`,
        "Leave out ContinueOnError.",
      );
}

/** As far as this file can know: what the profile itself does not say is taken from those that it includes. */
function checksCode({ merged }: Scope, id: string): boolean {
  let kind: ProfileKind | undefined;
  let operation: string | undefined;
  let current: ProfileFragment | undefined = merged.profileFragments.get(id);
  for (let depth = 0; current && depth < 16; depth++) {
    kind ??= profileKind(current);
    operation ??= current.metadata?.find(({ key }) => key.trim().toLowerCase() === "operation")?.value;
    current = current.include && merged.profileFragments.get(current.include.value);
  }
  const operations = kind === undefined ? undefined : codeChecks[kind];
  return (
    operations !== undefined && operation !== undefined && operations.includes(operation.trim().toLowerCase())
  );
}
