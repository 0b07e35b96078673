import { basename } from "node:path";
import type { Diagnostic, Policy } from "@vestibule/policy";
import {
  compileUserFlow,
  type LanguagePage,
  readLanguagePage,
  readUserFlow,
  type TenantFacts,
  withLanguagePages,
} from "@vestibule/user-flows";
import type { TenantFolder } from "./documents.ts";
import type { CompilePolicy } from "./read-tenant.ts";
import type { ReadingMemory } from "./reading-memory.ts";
import type { TenantPolicy } from "./tenant.ts";

export interface FlowsReading {
  /** Lower-case id → flow that can run. */
  readonly policies: ReadonlyMap<string, TenantPolicy>;
  /** Lower-case id → the file that the flow came from. */
  readonly files: ReadonlyMap<string, string>;
  /** Files that hold errors: an older version of their flows may go on serving. */
  readonly broken: ReadonlySet<string>;
}

/** What came of one flow's files. */
export interface CompiledFlow {
  /** Absent where the document cannot be read. */
  readonly id?: string;
  readonly at?: Diagnostic["at"];
  readonly diagnostics: readonly Diagnostic[];
  /** Absent where anything in its files is an error. */
  readonly policy?: TenantPolicy;
}

/** Reads `userFlows/*.json` with their split language files, and compiles what changed since the last reading. */
export async function readFlows(
  folder: TenantFolder,
  facts: TenantFacts,
  memory: Pick<ReadingMemory, "compile" | "flows">,
): Promise<FlowsReading> {
  const policies = new Map<string, TenantPolicy>();
  const broken = new Set<string>();
  const fileOf = new Map<string, string>();
  const read = new Set<string>();
  for (const path of await folder.jsonFiles("userFlows")) {
    read.add(path);
    const files = await flowFiles(folder, path);
    const texts = JSON.stringify([files, facts]);
    const before = memory.flows.get(path);
    const flow = before?.texts === texts ? before.flow : compileFlow(files, facts, memory.compile);
    memory.flows.set(path, { texts, flow });
    const key = flow.id?.toLowerCase();
    const other = key === undefined ? undefined : fileOf.get(key);
    if (flow.id !== undefined && other !== undefined) {
      folder.diagnostics.push(duplicate(flow.id, folder.name(other), flow.at));
      continue;
    }
    folder.diagnostics.push(...flow.diagnostics);
    if (key !== undefined) fileOf.set(key, path);
    if (key !== undefined && flow.policy) policies.set(key, flow.policy);
    else broken.add(path);
  }
  for (const path of memory.flows.keys()) if (!read.has(path)) memory.flows.delete(path);
  return { policies, files: fileOf, broken };
}

/** UF103. */
function duplicate(id: string, other: string, at: Diagnostic["at"]): Diagnostic {
  return {
    code: "UF103",
    severity: "error",
    message: `The flow '${id}' is there twice; ids compare without regard to case.`,
    hint: `The other one is in ${other}.`,
    path: "id",
    ...(at && { at }),
  };
}

/** The texts of a flow and of its language pages, by the names that diagnostics give them. */
interface FlowFiles {
  readonly name: string;
  readonly text: string | undefined;
  readonly pages: readonly {
    readonly name: string;
    readonly language: string;
    readonly page: string;
    readonly text: string | undefined;
  }[];
}

/** `userFlows/<id>/<tag>/<pageId>.json`; the folder is named like the flow's file. */
async function flowFiles(folder: TenantFolder, path: string): Promise<FlowFiles> {
  const pages: FlowFiles["pages"][number][] = [];
  const text = await folder.text(path);
  for (const language of await folder.folders(path.replace(/\.json$/i, ""))) {
    for (const file of await folder.jsonFiles(language)) {
      pages.push({
        name: folder.name(file),
        language: basename(language),
        page: basename(file, ".json"),
        text: await folder.text(file),
      });
    }
  }
  return { name: folder.name(path), text, pages };
}

function compileFlow(files: FlowFiles, facts: TenantFacts, compile: CompilePolicy): CompiledFlow {
  const { document, diagnostics: found } =
    files.text === undefined
      ? { document: undefined, diagnostics: [] }
      : readUserFlow(files.text, files.name);
  const diagnostics: Diagnostic[] = [...found];
  if (!document) return { diagnostics };
  const at = document.positions.get("id");
  const known = { id: document.id, ...(at && { at }), diagnostics };
  const pages: { language: string; page: string; texts: LanguagePage }[] = [];
  for (const { name, language, page, text } of files.pages) {
    const reading = text === undefined ? { diagnostics: [] } : readLanguagePage(text, name);
    diagnostics.push(...reading.diagnostics);
    if ("page" in reading && reading.page) pages.push({ language, page, texts: reading.page });
  }
  if (pages.length < files.pages.length) return known;
  const compiled = compileUserFlow(withLanguagePages(document, pages), facts);
  diagnostics.push(...compiled.diagnostics);
  const { policy } = compiled;
  if (!policy) return known;
  const compilation = compile(policy);
  // The policy is generated: its author can act on an error that the flow caused, not on advice about its elements.
  const errors = compilation.diagnostics.filter(({ severity }) => severity === "error");
  diagnostics.push(
    ...errors.map((diagnostic) => ({ at: { file: document.file, line: 1, column: 1 }, ...diagnostic })),
  );
  const { program } = compilation;
  if (!program) return known;
  return {
    ...known,
    policy: { id: document.id, kind: "userFlow", program, description: describe(policy) },
  };
}

const descriptions: Readonly<Record<string, string>> = {
  SignUpOrSignIn: "Sign up and sign in",
  SignUp: "Sign up",
  SignIn: "Sign in",
  ProfileEdit: "Profile editing",
  PasswordReset: "Password reset",
};

function describe(policy: Policy): string {
  return descriptions[policy.relyingParty.defaultUserJourney] ?? policy.relyingParty.defaultUserJourney;
}
