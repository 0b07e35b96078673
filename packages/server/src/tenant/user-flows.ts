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
import type { TenantPolicy } from "./tenant.ts";

export interface FlowsReading {
  /** Lower-case id → flow that can run. */
  readonly policies: ReadonlyMap<string, TenantPolicy>;
  /** Lower-case id → the file that the flow came from. */
  readonly files: ReadonlyMap<string, string>;
  /** Files that hold errors: an older version of their flows may go on serving. */
  readonly broken: ReadonlySet<string>;
}

/** Reads `userFlows/*.json` with their split language files, and compiles them. */
export async function readFlows(
  folder: TenantFolder,
  facts: TenantFacts,
  compile: CompilePolicy,
): Promise<FlowsReading> {
  const policies = new Map<string, TenantPolicy>();
  const broken = new Set<string>();
  const fileOf = new Map<string, string>();
  for (const path of await folder.jsonFiles("userFlows")) {
    const text = await folder.text(path);
    const { document, diagnostics } =
      text === undefined ? { document: undefined, diagnostics: [] } : readUserFlow(text, folder.name(path));
    folder.diagnostics.push(...diagnostics);
    if (!document) {
      broken.add(path);
      continue;
    }
    const key = document.id.toLowerCase();
    const other = fileOf.get(key);
    if (other !== undefined) {
      folder.diagnostics.push(duplicate(document.id, folder.name(other), document.positions.get("id")));
      continue;
    }
    fileOf.set(key, path);
    const languages = await languagePages(folder, path);
    const compiled = languages.isBroken
      ? undefined
      : compileFlow(withLanguagePages(document, languages.pages), facts, compile, folder);
    if (compiled) policies.set(key, { id: document.id, kind: "userFlow", ...compiled });
    else broken.add(path);
  }
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

function compileFlow(
  document: Parameters<typeof compileUserFlow>[0],
  facts: TenantFacts,
  compile: CompilePolicy,
  folder: TenantFolder,
): Pick<TenantPolicy, "program" | "description"> | undefined {
  const { policy, diagnostics } = compileUserFlow(document, facts);
  folder.diagnostics.push(...diagnostics);
  if (!policy) return undefined;
  const compilation = compile(policy);
  // The policy is generated: its author can act on an error that the flow caused, not on advice about its elements.
  const errors = compilation.diagnostics.filter(({ severity }) => severity === "error");
  folder.diagnostics.push(
    ...errors.map((diagnostic) => ({ at: { file: document.file, line: 1, column: 1 }, ...diagnostic })),
  );
  return compilation.program && { program: compilation.program, description: describe(policy) };
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

interface LanguagePages {
  readonly pages: readonly {
    readonly language: string;
    readonly page: string;
    readonly texts: LanguagePage;
  }[];
  readonly isBroken: boolean;
}

/** `userFlows/<id>/<tag>/<pageId>.json`; the folder is named like the flow's file. */
async function languagePages(folder: TenantFolder, path: string): Promise<LanguagePages> {
  const pages: { language: string; page: string; texts: LanguagePage }[] = [];
  let isBroken = false;
  for (const language of await folder.folders(path.replace(/\.json$/i, ""))) {
    for (const file of await folder.jsonFiles(language)) {
      const text = await folder.text(file);
      const { page, diagnostics } =
        text === undefined ? { page: undefined, diagnostics: [] } : readLanguagePage(text, folder.name(file));
      folder.diagnostics.push(...diagnostics);
      if (page) pages.push({ language: basename(language), page: basename(file, ".json"), texts: page });
      else isBroken = true;
    }
  }
  return { pages, isBroken };
}
