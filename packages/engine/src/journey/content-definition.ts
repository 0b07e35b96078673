import type { Policy } from "@vestibule/policy";
import { type ResolverScope, resolveClaimResolvers } from "../claims/resolvers.ts";
import type { PageContentDefinition } from "./page.ts";

/** `urn:com:microsoft:aad:b2c:elements:contract:<contract>:<version>`; the old form without `contract` counts too. */
export function pageContract(dataUri: string): { contract: string; version: string } {
  const parts = /:elements:(?:contract:)?([^:]+)(?::([\d.]+))?$/i.exec(dataUri.trim());
  return { contract: parts?.[1]?.toLowerCase() ?? "selfasserted", version: parts?.[2] ?? "1.0.0" };
}

/** What a page of this content definition is made of: its resolvers are expanded, the parameters appended (pages.md 4.1). */
export function pageContentDefinition(scope: ResolverScope, id: string): PageContentDefinition {
  const { policy } = scope;
  const definition = policy.contentDefinitions.get(id);
  const encoded = (text: string) => encodeURIComponent(resolveClaimResolvers(text, scope) ?? "");
  const loadUri = (definition?.loadUri ?? "~/tenant/default/selfAsserted.cshtml").replace(
    /\{[A-Za-z-]+:[^{}]+\}/g,
    encoded,
  );
  const parameters = Object.entries(policy.relyingParty.behaviors.contentDefinitionParameters ?? {});
  const { contract, version } = pageContract(
    definition?.dataUri ?? "urn:com:microsoft:aad:b2c:elements:contract:selfasserted:2.1.7",
  );
  const query = [
    ...parameters.map(([name, value]) => `${encodeURIComponent(name)}=${encoded(value)}`),
    // The page's language, so that a template's host can answer in it.
    ...(policy.localization.enabled && contract !== "globalexception"
      ? [`ui_locales=${encodeURIComponent(scope.state.culture.language)}`]
      : []),
  ].join("&");
  return {
    id,
    loadUri: query === "" ? loadUri : `${loadUri}${loadUri.includes("?") ? "&" : "?"}${query}`,
    contract,
    version,
  };
}

/** A template's scripts run where the relying party allows them and the page has the newer form of DataUri (pages.md 4.4). */
export function scriptsAllowed({ relyingParty, contentDefinitions }: Policy, id: string): boolean {
  const dataUri = contentDefinitions.get(id)?.dataUri ?? "";
  return relyingParty.behaviors.scriptExecution === "Allow" && /:elements:contract:/i.test(dataUri);
}
