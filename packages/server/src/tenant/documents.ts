import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Diagnostic } from "@vestibule/policy";
import { JsonReading, type shapes } from "@vestibule/user-flows";

/** The codes of what can be wrong with any document of a tenant's folder but user flows. */
export const tenantCodes = {
  unknownMember: "TN001",
  wrongType: "TN002",
  syntax: "TN003",
  outOfRange: "TN004",
} as const;

/** Largest document that is read, in bytes; a page of texts stays far below. */
const largestDocument = 4 * 1024 * 1024;

/** The files of one tenant's folder, and what was found wrong in them. Diagnostics name files relative to the folder. */
export class TenantFolder {
  readonly directory: string;
  readonly diagnostics: Diagnostic[] = [];

  constructor(directory: string) {
    this.directory = directory;
  }

  /** How diagnostics name a file: from where the server was started, so that editors find it. */
  name(path: string): string {
    const full = join(this.directory, path);
    const short = relative(process.cwd(), full);
    return short.startsWith("..") ? full : short;
  }

  /** Text of a file; undefined where there is none. */
  async text(path: string): Promise<string | undefined> {
    try {
      const content = await readFile(join(this.directory, path));
      if (content.length > largestDocument) {
        this.report("TN005", "error", path, `The file is larger than ${largestDocument / 1024 / 1024} MiB.`);
        return undefined;
      }
      return new TextDecoder("utf-8", { fatal: true }).decode(content);
    } catch (error) {
      if (isMissing(error)) return undefined;
      const reason =
        error instanceof TypeError ? "it is not UTF-8" : ((error as NodeJS.ErrnoException).code ?? "unknown");
      this.report("TN005", "error", path, `The file cannot be read: ${reason}.`);
      return undefined;
    }
  }

  /** Names of the JSON files of a folder, in alphabetical order; empty where there is no such folder. */
  async jsonFiles(path: string): Promise<string[]> {
    const entries = await this.#entries(path);
    return entries
      .filter((entry) => entry.isFile() && entry.name.toLowerCase().endsWith(".json"))
      .map(({ name }) => `${path}/${name}`);
  }

  /** Policy files: in the folder itself and anywhere below `policies`, in alphabetical order. */
  async xmlFiles(): Promise<string[]> {
    const isPolicy = (entry: { readonly name: string; isFile(): boolean }) =>
      entry.isFile() && entry.name.toLowerCase().endsWith(".xml");
    const found = (await this.#entries(".")).filter(isPolicy).map(({ name }) => name);
    const below = async (path: string, depth: number): Promise<void> => {
      for (const entry of await this.#entries(path)) {
        if (isPolicy(entry)) found.push(`${path}/${entry.name}`);
        else if (entry.isDirectory() && depth < 8) await below(`${path}/${entry.name}`, depth + 1);
      }
    };
    await below("policies", 0);
    return found;
  }

  async folders(path: string): Promise<string[]> {
    const entries = await this.#entries(path);
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${path}/${name}`);
  }

  async #entries(path: string) {
    try {
      const entries = await readdir(join(this.directory, path), { withFileTypes: true });
      return entries
        .filter(({ name }) => !name.startsWith("."))
        .sort((a, b) => a.name.localeCompare(b.name, "en"));
    } catch (error) {
      if (!isMissing(error))
        this.report(
          "TN005",
          "error",
          path,
          `The folder cannot be read: ${(error as NodeJS.ErrnoException).code}.`,
        );
      return [];
    }
  }

  /** Reads one document. `check` may report more; a document with an error is not given out. */
  read<T>(
    path: string,
    text: string,
    shape: shapes.Shape<T>,
    check?: (value: T, reading: JsonReading) => void,
  ): T | undefined {
    const reading = new JsonReading(text, this.name(path), tenantCodes);
    const root = reading.root();
    const value = root && shape.read(root, "", reading);
    if (value !== undefined) check?.(value, reading);
    this.diagnostics.push(...reading.diagnostics);
    return reading.diagnostics.some(({ severity }) => severity === "error") ? undefined : value;
  }

  report(code: string, severity: Diagnostic["severity"], path: string, message: string, hint?: string): void {
    const at = { file: this.name(path), line: 1, column: 1 };
    this.diagnostics.push({ code, severity, message, at, ...(hint !== undefined && { hint }) });
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}
