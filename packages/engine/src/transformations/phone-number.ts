import {
  type CountryCode,
  isSupportedCountry,
  Metadata,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max";
import { assertion, type Family, nothing, optionalString, output, string } from "./transformation.ts";

const invalidNumber = "UserMessageIfClaimsTransformationInvalidPhoneNumber";
const parseFailure = "UserMessageIfPhoneNumberParseFailure";

/** Whether a number could be dialled is not asked: the documented examples could not. Source: claims-transformations.md 5.6. */
export const phoneNumberTransformations: Family = {
  ConvertPhoneNumberClaimToString: {
    summary: "A phone number as text: +, calling code, national number.",
    inputs: { phoneNumber: { types: ["phoneNumber"] } },
    parameters: {},
    outputs: { phoneNumberString: string },
    run: (input) => output({ phoneNumberString: input.text("phoneNumber") }),
  },

  ConvertStringToPhoneNumberClaim: {
    summary: "A text as a phone number; a national number needs its country.",
    inputs: { phoneNumberString: string, country: { ...optionalString, mayBeUndeclared: true } },
    parameters: {},
    outputs: { outputClaim: { types: ["phoneNumber"] } },
    assertion: invalidNumber,
    run(input) {
      const number = parseNumber(input.text("phoneNumberString"), input.text("country"));
      return number ? output({ outputClaim: number.number }) : assertion(invalidNumber);
    },
  },

  GetNationalNumberAndCountryCodeFromPhoneNumberString: {
    summary: "National number and country of a number in international form.",
    inputs: { phoneNumber: string },
    parameters: {
      throwExceptionOnFailure: { type: "boolean", default: "false" },
      countryCodeType: { type: "string", values: ["CallingCode", "ISO3166"], default: "CallingCode" },
    },
    outputs: { nationalNumber: string, countryCode: string },
    assertion: parseFailure,
    assertionSwitch: "throwExceptionOnFailure",
    run(input) {
      const number = parseNumber(input.text("phoneNumber"), "");
      const iso = number?.country ?? (number && mainCountry(number.countryCallingCode));
      const wantsIso = input.word("countryCodeType") === "iso3166";
      if (!number || (wantsIso && iso === undefined))
        return input.isOn("throwExceptionOnFailure") ? assertion(parseFailure) : nothing;
      return output({
        nationalNumber: number.nationalNumber,
        countryCode: wantsIso && iso !== undefined ? iso : `+${number.countryCallingCode}`,
      });
    },
  },
};

/** Without a country the text must be international. An unknown country makes it no number. */
function parseNumber(typed: string, country: string) {
  const digits = typed.trim();
  if (digits === "" || !/^\+?[\d\s().\-/\u00a0]+$/.test(digits)) return undefined;
  const code = country.trim().toUpperCase();
  if (code !== "" && !isSupportedCountry(code)) return undefined;
  if (code === "" && !digits.startsWith("+")) return undefined;
  return parsePhoneNumberFromString(digits, {
    ...(code !== "" && { defaultCountry: code as CountryCode }),
    extract: false,
  });
}

/** The main region of a calling code that several share; undefined for codes of no country. */
function mainCountry(callingCode: string): string | undefined {
  const metadata = new Metadata() as Metadata & {
    getCountryCodesForCallingCode?: (code: string) => readonly string[] | undefined;
  };
  return metadata.getCountryCodesForCallingCode?.(callingCode)?.find((code) => code !== "001");
}
