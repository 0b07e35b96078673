import { type ContentDefinition, IdMap, type Localization, type LocalizedResources } from "@vestibule/policy";
import { customAttributeName } from "../document/attributes.ts";
import { builtInLanguages, type FlowPage, flowPages, latestLayout } from "../document/pages.ts";
import type { UserFlowDocument } from "../document/user-flow.ts";
import type { LanguagePage } from "../document/user-flow-schema.ts";

const templateFolders = {
  oceanBlue: "~/tenant/templates/AzureBlue",
  slateGray: "~/tenant/templates/MSA",
  classic: "~/tenant/default",
} as const;

/** One content definition a page, with the flow's template, layouts and languages (user-flows.md 15, 17.3). */
export function contentDefinitions(flow: UserFlowDocument): IdMap<ContentDefinition> {
  return IdMap.of(flowPages.map((page) => contentDefinition(flow, page)));
}

function contentDefinition(flow: UserFlowDocument, page: FlowPage): ContentDefinition {
  const layout = flow.pageLayouts.find(({ id }) => id === page.id);
  // The legacy version has no choice of layouts (user-flows.md 1).
  const version =
    (flow.userFlowTypeVersion === 1 ? undefined : layout?.version) ?? latestLayout[page.contract];
  const languages = enabledLanguages(flow).filter(({ overridesPages }) => overridesPages[page.id]);
  return {
    id: `api.${page.id}`,
    loadUri:
      layout?.pageUri ?? `${templateFolders[flow.portalSettings.branding.template]}/${page.template}.cshtml`,
    recoveryUri: "~/common/default_page_error.html",
    dataUri: `urn:com:microsoft:aad:b2c:elements:contract:${page.contract}:${version}`,
    metadata: { DisplayName: page.displayName },
    localizedResources: Object.fromEntries(languages.map(({ id }) => [id, resourcesId(page.id, id)])),
    ...customLanguages(flow, page),
  };
}

/**
 * A language that has no built-in texts shows those of the flow's default language where it does not override them
 * (user-flows.md 15).
 */
function customLanguages(
  flow: UserFlowDocument,
  page: FlowPage,
): Pick<ContentDefinition, "localizedResourcesReferences"> {
  const enabled = enabledLanguages(flow);
  const overriding = enabled.filter(({ overridesPages }) => overridesPages[page.id]).map(({ id }) => id);
  const standard = overriding.find((id) => id === flow.defaultLanguageTag);
  const custom = enabled.map(({ id }) => id).filter((id) => !isBuiltIn(id) && id !== standard);
  if (standard === undefined || custom.length === 0) return {};
  const reference = (language: string, of: string) => ({ language, id: resourcesId(page.id, of) });
  return {
    localizedResourcesReferences: [
      ...overriding.map((id) => reference(id, id)),
      ...custom.map((id) => reference(id, standard)),
    ],
  };
}

const isBuiltIn = (language: string) => builtInLanguages.some((known) => known === language.toLowerCase());

const resourcesId = (page: string, language: string) => `api.${page}.${language}`;

function enabledLanguages(flow: UserFlowDocument): UserFlowDocument["languages"] {
  return flow.isLanguageCustomizationEnabled ? flow.languages.filter(({ isEnabled }) => isEnabled) : [];
}

export function localization(flow: UserFlowDocument): Localization {
  const disabled = new Set(flow.languages.filter(({ isEnabled }) => !isEnabled).map(({ id }) => id));
  const offered = [...builtInLanguages, ...flow.languages.map(({ id }) => id)].filter(
    (id) => !disabled.has(id) || id === flow.defaultLanguageTag,
  );
  const resources = enabledLanguages(flow).flatMap(({ id, overridesPages }) =>
    Object.entries(overridesPages).map(([page, texts]) => localizedResources(resourcesId(page, id), texts)),
  );
  return {
    enabled: flow.isLanguageCustomizationEnabled,
    defaultLanguage: flow.defaultLanguageTag,
    supportedLanguages: [...new Set(offered)],
    resources: IdMap.of(resources),
  };
}

/** Rows that do not override show the default text, so they are left out (user-flows.md 15). */
function localizedResources(id: string, texts: LanguagePage): LocalizedResources {
  return {
    id,
    strings: texts.LocalizedStrings.filter(({ Override }) => Override).map(
      ({ ElementType, ElementId, StringId, Value }) => ({
        elementType: ElementType,
        ...(ElementId !== null && { elementId: claimTypeName(ElementId) }),
        stringId: StringId,
        value: Value,
      }),
    ),
    collections: texts.LocalizedCollections.filter(({ Override }) => Override).map(
      ({ ElementType, ElementId, TargetCollection, Items }) => ({
        elementType: ElementType,
        elementId: claimTypeName(ElementId),
        targetCollection: TargetCollection,
        items: Items.map(({ Name, Value }) => ({ text: Name, value: Value })),
      }),
    ),
  };
}

/** A custom attribute may be named with the application's id or without it. */
function claimTypeName(elementId: string): string {
  const name = customAttributeName(elementId);
  return name === undefined ? elementId : `extension_${name}`;
}
