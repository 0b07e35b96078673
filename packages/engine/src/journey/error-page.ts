import { metadataItem } from "../claims/mapping.ts";
import type { Program } from "../program/program.ts";
import { stringsFor } from "../strings/index.ts";
import { localizedTexts } from "../strings/localized.ts";
import { pageContentDefinition, scriptsAllowed } from "./content-definition.ts";
import type { PageContentDefinition } from "./page.ts";
import type { JourneyState } from "./state.ts";

/** The error page as a policy wants it: its content definition `api.error`, looked up by that id alone. */
export interface ErrorPageModel {
  /** Absent where the policy has none. */
  readonly contentDefinition?: PageContentDefinition;
  /** String id → text in the journey's language. */
  readonly content: Readonly<Record<string, string>>;
  readonly scriptsAllowed: boolean;
}

/** Id of the content definition of every error page. Source: policy-language.md 5.3. */
const errorDefinition = "api.error";

/**
 * Describes the error page of a journey. It knows nothing of the claims: what went wrong may be about them.
 *
 * @param tenantDomain Default domain of the tenant, for claim resolvers in the template's address.
 * @param now Milliseconds since 1970.
 */
export function errorPageModel(
  { policy }: Program,
  state: JourneyState,
  tenantDomain: string,
  now: number,
): ErrorPageModel {
  const { language } = state.culture;
  const definition = policy.contentDefinitions.get(errorDefinition);
  const texts = localizedTexts(policy, errorDefinition, language);
  const builtIn = stringsFor(language).ux.globalException;
  const content = Object.fromEntries(
    [...new Set([...Object.keys(builtIn), ...texts.uxElements])].map((id) => [
      id,
      texts.string("UxElement", undefined, id) ??
        metadataItem(definition?.metadata ?? {}, `language.${id}`) ??
        builtIn[id] ??
        "",
    ]),
  );
  return {
    ...(definition && {
      contentDefinition: pageContentDefinition(
        { policy, state, claims: {}, tenantDomain, now },
        errorDefinition,
      ),
    }),
    content,
    scriptsAllowed: scriptsAllowed(policy, errorDefinition),
  };
}
