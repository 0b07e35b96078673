import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
} from "libphonenumber-js/max";

export interface Country {
  /** ISO 3166, two letters. */
  readonly iso: string;
  readonly name: string;
  /** `+44`. */
  readonly callingCode: string;
}

const placeholderKey = "DEFAULT";
const lists = new Map<string, string>();

/**
 * The text of the string `countryList` in a language: ISO code → name, with the placeholder under `DEFAULT` before all,
 * the countries in the order of their names (pages.md 5.5).
 */
export function builtInCountryList(language: string, placeholder: string): string {
  const key = `${language}\n${placeholder}`;
  const known = lists.get(key);
  if (known !== undefined) return known;
  const names = new Intl.DisplayNames([language, "en"], { type: "region" });
  const countries = getCountries()
    .map((iso): [string, string] => [iso, names.of(iso) ?? iso])
    .sort(([, one], [, other]) => one.localeCompare(other, language));
  const list = JSON.stringify(Object.fromEntries([[placeholderKey, placeholder], ...countries]));
  // The language may be what a browser wrote: without a bound anybody could fill the memory.
  if (lists.size >= 64) lists.clear();
  lists.set(key, list);
  return list;
}

/** Reads a `countryList`; undefined where a policy's own is no such list. Countries that have no code are left out. */
export function readCountryList(
  text: string,
): { readonly placeholder: string; readonly countries: readonly Country[] } | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
  const entries = Object.entries(parsed).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  const countries = entries
    .filter(([iso]) => isSupportedCountry(iso))
    .map(([iso, name]) => ({ iso, name, callingCode: `+${getCountryCallingCode(iso as CountryCode)}` }));
  if (countries.length === 0) return undefined;
  return { placeholder: entries.find(([iso]) => iso === placeholderKey)?.[1] ?? "", countries };
}
