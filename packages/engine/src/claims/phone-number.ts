import { parsePhoneNumberFromString } from "libphonenumber-js/max";

/**
 * A number that can be dialled, in E.164; undefined where the text is none. A text that does not begin with `+` needs the
 * calling code of its country, for example `+44`. The length is checked and not whether the number is in use: numbering
 * plans grow faster than anybody's list of them.
 */
export function dialledNumber(text: string, callingCode = ""): string | undefined {
  const digits = text.trim();
  if (digits.length > 32 || !/^\+?[\d\s().\-/\u00a0]+$/.test(digits)) return undefined;
  const [, code] = /^\s*\+?(\d{1,3})\s*$/.exec(callingCode) ?? [];
  if (!digits.startsWith("+") && code === undefined) return undefined;
  const number = parsePhoneNumberFromString(digits, {
    ...(code !== undefined && !digits.startsWith("+") && { defaultCallingCode: code }),
    extract: false,
  });
  return number?.isPossible() ? number.number : undefined;
}

/** `XXX-XXX-1234`: the last four digits are all that is shown of a number on file (technical-profiles.md 9). */
export function maskedNumber(number: string): string {
  return `XXX-XXX-${number.replace(/\D/g, "").slice(-4)}`;
}
