import { resolveClaimResolvers } from "../claims/resolvers.ts";
import type { StringTable } from "../strings/language.ts";
import { pageContract } from "./forms.ts";
import type { PageTexts } from "./messages.ts";
import type { PageContentDefinition, PageModel } from "./page.ts";
import { type Run, resolverScope } from "./run.ts";

/** Where a page's template is, with its resolvers expanded, and which layout it has. */
export function contentDefinition(run: Run, id: string): PageContentDefinition {
  const { policy } = run.program;
  const definition = policy.contentDefinitions.get(id);
  const scope = resolverScope(run);
  const encoded = (text: string) => encodeURIComponent(resolveClaimResolvers(text, scope) ?? "");
  const loadUri = (definition?.loadUri ?? "~/tenant/default/selfAsserted.cshtml").replace(
    /\{[A-Za-z-]+:[^{}]+\}/g,
    encoded,
  );
  const parameters = Object.entries(policy.relyingParty.behaviors.contentDefinitionParameters ?? {});
  const query = parameters.map(([name, value]) => `${encodeURIComponent(name)}=${encoded(value)}`).join("&");
  return {
    id,
    loadUri: query === "" ? loadUri : `${loadUri}${loadUri.includes("?") ? "&" : "?"}${query}`,
    ...pageContract(definition?.dataUri ?? "urn:com:microsoft:aad:b2c:elements:contract:selfasserted:2.1.7"),
  };
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
  const full = `${run.state.culture.tag}\n${key}`;
  const known = cached.get(full);
  if (known) return known;
  const made = make();
  // The tag is what a browser wrote: without a bound anybody could fill the memory.
  if (cached.size >= mostContents) cached.clear();
  cached.set(full, made);
  return made;
}

/** The strings of `table` and those of every page: localized, else from the profile, else built in. */
export function contentOf(
  texts: PageTexts,
  table: StringTable,
  ofProfile: StringTable = {},
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [id, text] of Object.entries({ ...table, ...texts.builtIn.ux.page }))
    result[id] = texts.localized("UxElement", undefined, id) ?? ofProfile[id] ?? text;
  return result;
}
