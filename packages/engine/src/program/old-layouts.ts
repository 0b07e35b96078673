import type { Diagnostic, Policy } from "@vestibule/policy";
import { metadataItem } from "../claims/mapping.ts";
import { pageContract } from "../journey/content-definition.ts";
import type { Reachable } from "./reachable.ts";

/** Layouts before 1.2 have another markup in B2C: style sheets that were written for it need a look (pages.md 3.9). */
export function oldLayouts(policy: Policy, { journeys, profiles }: Reachable): Diagnostic[] {
  const shown = new Set<string>(["api.error"]);
  const add = (id: string | undefined) => id !== undefined && shown.add(id.toLowerCase());
  for (const steps of journeys.values())
    for (const { contentDefinitionReferenceId } of steps) add(contentDefinitionReferenceId);
  for (const id of profiles)
    add(metadataItem(policy.technicalProfiles.get(id)?.metadata ?? {}, "ContentDefinitionReferenceId"));
  return policy.contentDefinitions
    .values()
    .filter(({ id, dataUri }) => shown.has(id.toLowerCase()) && isOld(dataUri))
    .map(({ id, dataUri, at }) => ({
      code: "VB115",
      severity: "notice",
      message: `The page '${id}' has layout ${pageContract(dataUri).version}, which is drawn with the elements of the newest one: the ids are the same, the nesting and classes are not.`,
      hint: "Name a layout of 1.2.0 or later, and look at the page with your own style sheet.",
      ...(at && { at }),
    }));
}

function isOld(dataUri: string): boolean {
  const [major = 1, minor = 0] = pageContract(dataUri).version.split(".").map(Number);
  return major === 1 && minor < 2;
}
