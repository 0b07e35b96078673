import type { StringTable } from "../strings/language.ts";
import { pageContentDefinition } from "./content-definition.ts";
import type { PageTexts } from "./messages.ts";
import type { PageContentDefinition, PageModel } from "./page.ts";
import { type Run, resolverScope } from "./run.ts";

/** Where the template of a page of this journey is, and which layout it has. */
export function contentDefinition(run: Run, id: string): PageContentDefinition {
  return pageContentDefinition(resolverScope(run), id);
}

export function pageLanguage(run: Run): PageModel["language"] {
  const { region } = new Intl.Locale(run.state.culture.tag);
  return { lang: run.state.culture.language, ...(region !== undefined && { country: region }) };
}

const mostContents = 256;
const contents = new WeakMap<object, Map<string, Readonly<Record<string, string>>>>();

/** The texts of a page, made once for each program, page (`key`) and language. */
export function pageContent(
  run: Run,
  key: string,
  make: () => Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const cached = contents.get(run.program) ?? new Map<string, Readonly<Record<string, string>>>();
  contents.set(run.program, cached);
  const full = `${run.state.culture.language}\n${key}`;
  const known = cached.get(full);
  if (known) return known;
  const made = make();
  if (cached.size >= mostContents) cached.clear();
  cached.set(full, made);
  return made;
}

/** The strings of `table`, those of every page, and those that only the policy knows: a template's script may read them. */
export function contentOf(texts: PageTexts, table: StringTable): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [id, text] of Object.entries({ ...table, ...texts.builtIn.ux.page }))
    result[id] = texts.ux(id) ?? text;
  for (const id of texts.uxElements) result[id] ??= texts.ux(id) ?? "";
  return result;
}
