import { dateText } from "../claims/dotnet/date-time.ts";
import { boolean, type Family, optionalString, output, runtime, string } from "./transformation.ts";

/** Ages of a country: below `consent` a parent must agree, below `minor` a person is no adult. */
interface Ages {
  readonly consent?: number;
  readonly minor: number;
}

const otherwise: Ages = { minor: 18 };

/** Source: claims-transformations.md 5.12. */
const agesOfCountries: readonly (readonly [string, Ages])[] = [
  ["AT BE KR", { consent: 14, minor: 18 }],
  ["AE BH CM EG NA SG TD", { minor: 21 }],
  ["ES GB IE PL SE US", { consent: 13, minor: 18 }],
  ["TH TW", { minor: 20 }],
  ["BG CY CZ DE DK EE FR GR HR HU IT LT LU LV MT NL PT RO SI SK", { consent: 16, minor: 18 }],
];

const agesByCountry = new Map(
  agesOfCountries.flatMap(([countries, ages]) =>
    countries.split(" ").map((country) => [country, ages] as const),
  ),
);

const undeclaredString = { ...string, mayBeUndeclared: true } as const;

export const ageGatingTransformations: Family = {
  GetAgeGroupConsentProvidedAndRequiresConsent: {
    summary: "Age group of a birthday in a country, and whether a parent must agree.",
    aliases: ["GetAgeGroupAndConsentProvided"],
    inputs: {
      dateOfBirth: { types: ["date"] },
      countryCode: string,
      consentProvidedForMinor: optionalString,
    },
    parameters: {},
    outputs: {
      ageGroup: string,
      requiresParentalConsent: { ...boolean, mayBeUndeclared: true },
      consentProvidedForMinor: undeclaredString,
    },
    run(input) {
      const today = dateText(input.context.now);
      const age = fullYears(input.text("dateOfBirth"), today);
      if (age === undefined) return runtime("dateOfBirth is no date");
      const { consent, minor } =
        agesByCountry.get(input.text("countryCode").trim().toUpperCase()) ?? otherwise;
      if (consent !== undefined && age < consent)
        return output({
          ageGroup: "Minor",
          requiresParentalConsent: true,
          consentProvidedForMinor: input.claim("consentProvidedForMinor") ?? null,
        });
      if (age < minor)
        return output({
          ageGroup: consent === undefined ? "Minor" : "NotAdult",
          requiresParentalConsent: false,
          consentProvidedForMinor: "NotRequired",
        });
      return output({ ageGroup: "Adult", requiresParentalConsent: false, consentProvidedForMinor: null });
    },
  },
};

/** A year is full from the birthday on; that of 29 February falls on 1 March in other years. */
function fullYears(birth: string, today: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(birth)) return undefined;
  const years = Number(today.slice(0, 4)) - Number(birth.slice(0, 4));
  return today.slice(5) < birth.slice(5) ? years - 1 : years;
}
