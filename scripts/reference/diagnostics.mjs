// Diagnostics: every code with its meaning, and what the tested bad samples of user flows are told.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../bootstrap.mjs";

const { compileUserFlow, readUserFlow } = await import("../../packages/user-flows/dist/index.js");
const { facts } = await import("../../packages/user-flows/dist/testing/facts.js");
const { userFlowDiagnostics } = await import("../../packages/user-flows/dist/diagnostic-codes.js");
const { tenantDiagnostics } = await import("../../packages/server/dist/tenant/diagnostic-codes.js");
const engine = await import("../../packages/engine/dist/program/diagnostic-codes.js");
const language = await import("../../packages/policy/dist/codes.js");

/** Of reading policy files, and of compiling policies. */
const policyDiagnostics = { ...language.policyDiagnostics, ...engine.policyDiagnostics };

export { policyDiagnostics, tenantDiagnostics, userFlowDiagnostics };

/** Every diagnostic that a bad sample of user flows raises. */
export const samples = badSamples();

function badSamples() {
  const folder = join(root, "packages", "user-flows", "test", "bad");
  const found = [];
  for (const name of readdirSync(folder).sort()) {
    const { document, diagnostics } = readUserFlow(readFileSync(join(folder, name), "utf8"), "flow.json");
    const tenant = {
      ...facts,
      authenticationMethods: { emailWithPassword: true, userName: !name.startsWith("UF106") },
    };
    const later = document ? compileUserFlow(document, tenant).diagnostics : [];
    for (const diagnostic of [...diagnostics, ...later]) found.push({ ...diagnostic, name });
  }
  return found;
}

/** Codes that the sources raise without a meaning in a catalogue, and meanings that nothing raises. */
export function catalogueGaps() {
  const raised = new Set();
  const catalogued = new Set(
    [userFlowDiagnostics, tenantDiagnostics, policyDiagnostics].flatMap((catalogue) =>
      Object.keys(catalogue),
    ),
  );
  for (const part of ["policy", "engine", "server", "user-flows"]) {
    const folder = join(root, "packages", part, "src");
    for (const name of readdirSync(folder, { recursive: true })) {
      if (!/\.tsx?$/.test(name) || /\.(test|fixture|suite)\.tsx?$|diagnostic-codes\.ts$/.test(name)) continue;
      const text = readFileSync(join(folder, name), "utf8");
      for (const [, code] of text.matchAll(/"((?:UF|TN|ML|PH|PL|VB)\d{3})"/g)) raised.add(code);
    }
  }
  return {
    withoutMeaning: [...raised].filter((code) => !catalogued.has(code)),
    neverRaised: [...catalogued].filter((code) => !raised.has(code)),
  };
}
