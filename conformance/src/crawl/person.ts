import type { NewAccount } from "@vestibule/engine";
import { tenantDomain } from "../lab/laboratory.ts";

/** The person who walks the journeys. */
export const person = {
  email: "ada.berg@contoso.com",
  userName: "adaberg1",
  phone: "+14255550123",
  nationalPhone: "4255550123",
  otherNationalPhone: "2065550187",
  password: "Pass@word1",
  newPassword: "N3w!Passw0rd",
  displayName: "Ada Berg",
  givenName: "Ada",
  surname: "Berg",
} as const;

/** The person as an account that is there before the walk, with further attributes. */
export const personsAccount = (attributes: NewAccount["attributes"]): NewAccount => ({
  identities: [
    { signInType: "emailAddress", issuer: tenantDomain, issuerAssignedId: person.email },
    { signInType: "userName", issuer: tenantDomain, issuerAssignedId: person.userName },
    { signInType: "phoneNumber", issuer: tenantDomain, issuerAssignedId: person.phone },
  ],
  attributes: {
    displayName: person.displayName,
    givenName: person.givenName,
    surname: person.surname,
    strongAuthenticationPhoneNumber: person.phone,
    strongAuthenticationEmailAddress: person.email,
    ...attributes,
  },
  password: person.password,
  passwordPolicies: "DisablePasswordExpiration",
});

/** A value that fits what a claim of this name and type usually holds. */
export function usualValue(name: string, dataType: string, truth: boolean): unknown {
  switch (dataType) {
    case "boolean":
      return truth;
    case "int":
    case "long":
      return 1;
    case "date":
      return "1990-05-04";
    case "dateTime":
      return "2024-05-04T10:20:30Z";
    case "stringCollection":
      return [usualText(name)];
    default:
      return usualText(name);
  }
}

const texts: readonly (readonly [RegExp, string])[] = [
  [/e?mail|upn|userprincipal/i, person.email],
  [/phone|mobile|number$/i, person.phone],
  [/given|first/i, person.givenName],
  [/surname|family|last_?name/i, person.surname],
  [/display|^name$|full_?name|localized/i, person.displayName],
  [/user_?name|sign_?in_?name|login/i, person.userName],
  [/object_?id|^oid$|guid/i, "5a0c7a50-0000-4000-8000-00000000ada0"],
  [/^(sub|id|user_?id|issuer_?user_?id)$/i, "user-4711"],
  [/^(tid|tenant_?id)$/i, "5a0c7a50-0000-4000-8000-00000000a0a0"],
  [/date|birth/i, "1990-05-04"],
  [/country/i, "US"],
  [/postal|zip/i, "98052"],
  [/code|otp|pin/i, "123456"],
  [/url|uri|link|website/i, "https://www.contoso.com/"],
  [/expires/i, "3600"],
];

export function usualText(name: string): string {
  return texts.find(([pattern]) => pattern.test(name))?.[1] ?? "value";
}
