import type { ProfileFragment } from "../document/document.ts";
import type { ProfileKind } from "./profile-kind.ts";
import type { Scope } from "./scope.ts";

const federates: ReadonlySet<ProfileKind> = new Set([
  "openIdConnect",
  "oauth2",
  "oauth1",
  "saml",
  "passwordGrant",
]);
const persists: ReadonlySet<ProfileKind> = new Set(["directory", "session"]);

/** Parts of a technical profile that its kind does not have (PL306, PL009). Source: technical-profiles.md 2 to 27. */
export function checkPlacement({ report }: Scope, profile: ProfileFragment, kind: ProfileKind): void {
  const unused = (part: string, at: ProfileFragment["at"] | undefined) =>
    report.warning("PL306", at ?? profile.at, `'${profile.id}' (${kind}) does not use its ${part}.`);
  const [persisted] = profile.persistedClaims ?? [];
  if (persisted && !persists.has(kind)) unused("PersistedClaims", persisted.at);
  if (profile.errorHandlers && !federates.has(kind)) unused("ErrorHandlers", undefined);
  if (kind === "claimsTransformation" && (profile.outputClaims ?? []).length === 0)
    report.error("PL009", profile.at, `'${profile.id}' runs claims transformations and has no OutputClaims.`);
  if (kind === "selfAsserted") return;
  const [validation] = profile.validationTechnicalProfiles ?? [];
  if (validation)
    report.error(
      "PL306",
      validation.at,
      `'${profile.id}' is not self-asserted and cannot have validation technical profiles.`,
    );
  const [display] = profile.displayClaims ?? [];
  if (!display || kind === "captcha") return;
  if (kind !== "phoneFactor")
    report.error("PL306", display.at, `'${profile.id}' is not self-asserted and cannot have display claims.`);
  else if (display.kind === "claim") unused("DisplayClaims", display.at);
}
