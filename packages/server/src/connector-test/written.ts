import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { formatDiagnostic } from "@vestibule/policy";
import { readTenant } from "../tenant/read-tenant.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { isLocal } from "./watched-http.ts";

// What is written at a command line, read; both kinds of contract tests use it.

/** A value of the command line that cannot be used; `message` says what would. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** An address to call, as written. */
export function readUrl(written: string): string {
  if (!URL.canParse(written) || !/^https?:$/.test(new URL(written).protocol)) {
    throw new SettingError(`${written} is no address: vestibule connector test http://localhost:4483/`);
  }
  const { protocol, username, hash } = new URL(written);
  if (username !== "" || hash !== "") {
    throw new SettingError("The address holds neither a user name nor a fragment; credentials go to --auth.");
  }
  if (protocol === "http:" && !isLocal(written)) {
    throw new SettingError(`${written} is http: so only an API on this machine is called, as by the server.`);
  }
  return written;
}

/** A secret, or `env:NAME` for the variable that holds it. */
export function readSecret(written: string, environment: Environment): string {
  const variable = /^env:(.+)$/s.exec(written)?.[1];
  const secret = variable === undefined ? written : environment[variable];
  if (secret === undefined) throw new SettingError(`The environment variable ${variable} is not set.`);
  if (secret === "") throw new SettingError("A secret is empty.");
  return secret;
}

export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new SettingError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown"}.`);
  }
}

/** PEM texts of authorities that are trusted beside the public ones. */
export async function readAuthorities(environment: Environment): Promise<readonly string[]> {
  const file = environment.NODE_EXTRA_CA_CERTS;
  return file ? [await readText(file)] : [];
}

/** A tenant's folder, and the first thing that is wrong in it. */
export async function openTenant(
  directory: string,
): Promise<{ readonly tenant: Tenant; readonly problem?: string }> {
  const { tenant, diagnostics } = await readTenant(resolve(directory), { mode: "development" });
  const first = diagnostics.find(({ severity }) => severity === "error");
  const problem = first && formatDiagnostic(first);
  if (!tenant)
    throw new SettingError(`--tenant ${directory} cannot be read${problem ? `: ${problem}` : "."}`);
  return { tenant, ...(problem !== undefined && { problem }) };
}
