import type { Culture } from "@vestibule/engine";
import type { Localization } from "@vestibule/policy";

/** Languages with built-in texts: pages.md 5.1. */
const builtInLanguages =
  "bn cs da de el en es fi fr gu hi hr hu it ja kn ko ml mr ms nb nl pa pl pt-br pt-pt ro ru sk sv ta te th tr zh-hans zh-hant".split(
    " ",
  );

/** Tags that stand for one of the languages above (pages.md 5.1; the Chinese regions by their script). */
const aliases: Readonly<Record<string, string>> = {
  no: "nb",
  zh: "zh-hans",
  "zh-cn": "zh-hans",
  "zh-sg": "zh-hans",
  "zh-tw": "zh-hant",
  "zh-hk": "zh-hant",
  "zh-mo": "zh-hant",
  pt: "pt-pt",
};

/**
 * Chooses the language of a journey: `ui_locales`, else the browser's `Accept-Language`, else the policy's default
 * (pages.md 5.1). Where the policy's localisation is off, `ui_locales` only sets the culture and not the texts.
 */
export function chooseCulture(
  uiLocales: string | undefined,
  acceptLanguage: string | undefined,
  localization: Localization,
): Culture {
  const wished = (uiLocales ?? "").split(" ").filter(isLanguageTag);
  const accepted = acceptedLanguages(acceptLanguage);
  const standard = localization.defaultLanguage || "en";
  if (!localization.enabled) {
    const texts = firstSupported(accepted, builtInLanguages);
    const tag = wished[0] ?? texts?.tag ?? "en";
    return { tag, language: texts?.language ?? "en" };
  }
  const supported = supportedLanguages(localization);
  return (
    firstSupported(wished, supported) ??
    firstSupported(accepted, supported) ?? { tag: standard, language: standard.toLowerCase() }
  );
}

/** A list that only adds keeps the built-in languages, as a section without a list does (policy-language.md 6). */
function supportedLanguages({
  supportedLanguages: listed,
  extendsBuiltInLanguages,
}: Localization): readonly string[] {
  return listed.length === 0 || extendsBuiltInLanguages ? [...builtInLanguages, ...listed] : listed;
}

const languageTag = /^[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,4}$/i;

/** Of the tags that look right, `en-a-b` is none all the same: whoever makes a locale of it gets an exception. */
function isLanguageTag(tag: string): boolean {
  if (!languageTag.test(tag)) return false;
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/** Exact tag first, then its alias, then its parents, for each wish in turn. */
function firstSupported(wishes: readonly string[], supported: readonly string[]): Culture | undefined {
  const languages = new Set(supported.map((language) => language.toLowerCase()));
  for (const tag of wishes) {
    const parts = tag.toLowerCase().split("-");
    for (let length = parts.length; length > 0; length--) {
      const candidate = parts.slice(0, length).join("-");
      if (languages.has(candidate)) return { tag, language: candidate };
      const alias = aliases[candidate];
      if (alias !== undefined && languages.has(alias)) return { tag, language: alias };
    }
  }
  return undefined;
}

/** Tags of `Accept-Language`, the most wished first; what is not acceptable (`q=0`) is left out. */
function acceptedLanguages(header: string | undefined): readonly string[] {
  return (header ?? "")
    .slice(0, 1000)
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.split(";").map((piece) => piece.trim());
      const quality = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2);
      return { tag, quality: quality === undefined ? 1 : Number.parseFloat(quality) };
    })
    .filter(({ tag, quality }) => quality > 0 && isLanguageTag(tag))
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}
