import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Diagnostic, type PolicyEnvironment, readAppSettings } from "@vestibule/policy";
import type { TenantFolder } from "./documents.ts";
import type { ReadingMemory } from "./reading-memory.ts";
import type { TenantMode } from "./secrets.ts";
import type { TenantPolicy } from "./tenant.ts";
import type { FlowsReading } from "./user-flows.ts";

/** Largest policy file that is read, in bytes; the language itself allows 1 MiB of text. */
const largestFile = 4 * 1024 * 1024;

/**
 * Reads the policy files of a tenant: every `*.xml` in its folder and below `policies`, with the `{Settings:…}` of an
 * `appsettings.json` beside them. Each relying-party policy without an error in its chain becomes one that can be
 * invoked.
 */
export async function readCustomPolicies(
  folder: TenantFolder,
  options: {
    readonly mode: TenantMode;
    readonly domains: readonly string[];
    readonly objectId: string;
    readonly flowAnalysis: "error" | "warning";
  },
  memory: ReadingMemory,
): Promise<FlowsReading> {
  const policies = new Map<string, TenantPolicy>();
  const files = new Map<string, string>();
  const broken = new Set<string>();
  const paths = await folder.xmlFiles();
  if (paths.length === 0) return { policies, files, broken };
  const environment = await readEnvironment(folder, options.mode);
  const reading = memory.policyFiles.begin({
    tenant: { domains: options.domains, objectId: options.objectId },
    flowAnalysis: options.flowAnalysis,
    ...(environment && { settings: environment }),
  });
  const pathOf = new Map<string, string>();
  for (const path of paths) {
    const bytes = await readFile(join(folder.directory, path)).catch(() => undefined);
    // Gone between the listing and the reading: editors replace files.
    if (!bytes) continue;
    if (bytes.length > largestFile) {
      folder.report("TN005", "error", path, `The file is larger than ${largestFile / 1024 / 1024} MiB.`);
      broken.add(path);
      continue;
    }
    pathOf.set(folder.name(path), path);
    const found = reading.file(folder.name(path), bytes);
    if (found.some(({ severity }) => severity === "error")) broken.add(path);
  }
  const loaded = reading.load();
  folder.diagnostics.push(...loaded.diagnostics);
  for (const { file } of loaded.refused.values()) broken.add(pathOf.get(file) ?? file);
  const said = new Set<string>();
  for (const [id, policy] of loaded.policies) {
    const path = pathOf.get(policy.relyingParty.at?.file ?? "") ?? "";
    files.set(id.toLowerCase(), path);
    const { program, diagnostics } = memory.compile(policy);
    // Policies of one chain say the same of their common base.
    folder.diagnostics.push(...diagnostics.filter((one) => !said.has(keyOf(one))));
    for (const one of diagnostics) said.add(keyOf(one));
    if (program)
      policies.set(id.toLowerCase(), { id, kind: "customPolicy", program, description: "Custom policy" });
    else broken.add(path);
  }
  return { policies, files, broken };
}

function keyOf({ code, at, message }: Diagnostic): string {
  return JSON.stringify([code, at?.file, at?.line, at?.column, message]);
}

/** The environment of `appsettings.json` that fits the mode, else its first one. Source: policy-language.md 15.1. */
async function readEnvironment(
  folder: TenantFolder,
  mode: TenantMode,
): Promise<PolicyEnvironment | undefined> {
  for (const path of ["appsettings.json", "policies/appsettings.json"]) {
    const bytes = await readFile(join(folder.directory, path)).catch(() => undefined);
    if (!bytes) continue;
    const { environments, diagnostics } = readAppSettings(bytes, folder.name(path));
    folder.diagnostics.push(...diagnostics);
    return environments.find(({ production }) => production === (mode === "production")) ?? environments[0];
  }
  return undefined;
}
