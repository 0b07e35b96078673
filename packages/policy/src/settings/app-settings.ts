import type { Diagnostic } from "../diagnostic.ts";
import { Report } from "../report.ts";
import { decodeXml } from "../xml/decode.ts";
import { SourceText } from "../xml/source-text.ts";
import type { PolicyEnvironment } from "./substitute.ts";

/**
 * Reads the policy extension's `appsettings.json`. An environment without `PolicySettings` is left out with an error
 * (PL802), the others stay. Source: policy-language.md 15.1.
 */
export function readAppSettings(
  bytes: Uint8Array,
  file: string,
): { readonly environments: readonly PolicyEnvironment[]; readonly diagnostics: readonly Diagnostic[] } {
  const report = new Report();
  const decoded = decodeXml(bytes);
  const text = "text" in decoded ? decoded.text : "";
  const source = new SourceText(file, text);
  const start = source.positionAt(0);
  const environments: PolicyEnvironment[] = [];
  const parsed = parse(text, source, report);
  const list = record(parsed)?.Environments;
  if (parsed !== undefined && !Array.isArray(list))
    report.error("PL802", start, "'Environments' must be a list of environments.");
  for (const [index, item] of (Array.isArray(list) ? list : []).entries()) {
    const environment = record(item);
    const name = typeof environment?.Name === "string" ? environment.Name : `Environments[${index}]`;
    const settings = record(environment?.PolicySettings);
    if (!environment || !settings) {
      report.error("PL802", start, `Environment '${name}' has no 'PolicySettings'; it cannot be used.`);
      continue;
    }
    if (typeof environment.Tenant !== "string") {
      report.warning("PL803", start, `Environment '${name}' has no 'Tenant': {Settings:Tenant} stays empty.`);
    }
    environments.push({
      name,
      production: environment.Production === true,
      tenant: typeof environment.Tenant === "string" ? environment.Tenant : "",
      policySettings: Object.entries(settings).map(([key, value]) => {
        if (typeof value === "string") return [key, value];
        report.warning("PL803", start, `Setting '${key}' of environment '${name}' is not a text.`);
        return [key, typeof value === "object" ? JSON.stringify(value) : String(value)];
      }),
    });
  }
  return { environments, diagnostics: report.diagnostics };
}

function parse(text: string, source: SourceText, report: Report): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : "";
    // Not every runtime tells the place.
    const offset = Number(/position (\d+)/.exec(reason)?.[1] ?? 0);
    report.error("PL801", source.positionAt(offset), "The settings file is not JSON.");
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
