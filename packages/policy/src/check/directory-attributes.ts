/** Attributes that the directory profile reads and writes by name. Source: technical-profiles.md 4.2, 4.3. */
const writable =
  "userPrincipalName alternativeSecurityId alternativeSecurityIds userIdentities displayName givenName surname mailNickName password passwordPolicies passwordProfile.forceChangePasswordNextLogin accountEnabled ageGroup consentProvidedForMinor dateOfBirth legalCountry city state country postalCode streetAddress physicalDeliveryOfficeName department jobTitle mobile telephoneNumber otherMails strongAuthenticationPhoneNumber strongAuthenticationAlternativePhoneNumber strongAuthenticationEmailAddress preferredLanguage usageLocation userType immutableId netId objectId companyName employeeId";
const readOnly =
  "legalAgeGroupClassification createdDateTime creationType refreshTokensValidFromDateTime newClaimsPrincipalCreated signInNamesInfo emails";

// `emails` is what user flows read; their ejected policies do as well.
const set = (list: string) => new Set(list.toLowerCase().split(" "));
const persisted = set(writable);
const output = new Set([...persisted, ...set(readOnly)]);

const named = (name: string) => /^(extension_|signinnames(\.|$))/i.test(name);

export function isPersistedAttribute(name: string): boolean {
  return named(name) || persisted.has(bare(name));
}

export function isOutputAttribute(name: string): boolean {
  return named(name) || output.has(bare(name));
}

/** Published policies write `Verified.strongAuthenticationPhoneNumber` for the attribute. */
function bare(name: string): string {
  return name.toLowerCase().replace(/^verified\./, "");
}
