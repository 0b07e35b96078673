import { nearestName } from "@vestibule/policy";
import {
  builtInLanguages,
  flowPage,
  flowPages,
  isAtLeast,
  latestLayout,
  layoutVersion,
} from "../document/pages.ts";
import { didYouMean, type Rule } from "./rule.ts";

const pageIds = flowPages.map(({ id }) => id);

/** UF150: pages and layouts that do not exist. */
export const pageRule: Rule = ({ written, flow }, report) => {
  for (const [index, layout] of written.pageLayouts.entries()) {
    const path = `pageLayouts[${index}]`;
    const page = flowPage(layout.id);
    if (!page) {
      report(
        "UF150",
        `${path}.id`,
        `There is no page '${layout.id}'.`,
        didYouMean(nearestName(layout.id, pageIds)),
      );
      continue;
    }
    if (layout.isCustomPageUri && layout.pageUri === null) {
      report("UF150", path, "A custom page needs a pageUri.", { hint: "Set pageUri to an https address." });
    }
    if (layout.pageUri !== null && !isPageUri(layout.pageUri)) {
      report("UF150", `${path}.pageUri`, `'${layout.pageUri}' is no https address.`, {
        hint: "Only localhost may be reached by http.",
      });
    }
    if (layout.version === undefined) continue;
    const latest = latestLayout[page.contract];
    const known = layoutVersion(page.contract, layout.version);
    if (known !== "known") {
      report("UF150", `${path}.version`, `The page ${page.id} has no layout ${layout.version}.`, {
        severity: known === "newer" ? "warning" : "error",
        hint: `The latest is ${latest}.`,
      });
    } else if (
      flow.passwordComplexityConfiguration.isSelfServicePasswordResetAllowed &&
      page.contract === "unifiedssp" &&
      !isAtLeast(layout.version, "2.1.3")
    ) {
      report("UF150", `${path}.version`, "Password reset inside the flow needs layout 2.1.3 or later.", {
        hint: `The latest is ${latest}.`,
      });
    }
  }
};

/** UF151, UF150: languages and the pages that they override. */
export const languageRule: Rule = ({ flow }, report) => {
  const seen = new Set<string>();
  for (const [index, language] of flow.languages.entries()) {
    const path = `languages[${index}]`;
    if (!isLanguageTag(language.id)) {
      report(
        "UF151",
        `${path}.id`,
        `'${language.id}' is no language tag.`,
        didYouMean(nearestName(language.id, builtInLanguages)),
      );
    } else if (seen.has(language.id)) {
      report("UF151", `${path}.id`, `The language '${language.id}' is there twice.`, {
        hint: "Remove one of the two.",
      });
    }
    seen.add(language.id);
    for (const id of Object.keys(language.overridesPages)) {
      if (!flowPage(id)) {
        report(
          "UF150",
          `${path}.overridesPages.${id}`,
          `There is no page '${id}'.`,
          didYouMean(nearestName(id, pageIds)),
        );
      }
    }
  }
  const tag = flow.defaultLanguageTag;
  if (!builtInLanguages.includes(tag) && !seen.has(tag)) {
    report(
      "UF151",
      "defaultLanguageTag",
      `The language '${tag}' is neither built in nor in languages.`,
      didYouMean(nearestName(tag, builtInLanguages)),
    );
  }
};

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

function isPageUri(uri: string): boolean {
  // A page of the tenant's own folder (beyond B2C).
  if (/^~\/assets\//.test(uri)) return !uri.includes("..");
  // Resolvers such as {Culture:RFC5646} stand in the path; the host is never built from one.
  const parsed = URL.canParse(uri.replace(/\{[^}]*\}/g, "x"))
    ? new URL(uri.replace(/\{[^}]*\}/g, "x"))
    : undefined;
  if (!parsed || /^[a-z]+:\/\/[^/]*\{/i.test(uri)) return false;
  return (
    parsed.protocol === "https:" ||
    (parsed.protocol === "http:" && ["localhost", "127.0.0.1"].includes(parsed.hostname))
  );
}
