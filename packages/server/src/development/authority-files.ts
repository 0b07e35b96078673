import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { TlsMaterial } from "../hosting/listeners.ts";

/**
 * Folder in which this user's certificate authority lives, the same for every checkout, so that it is trusted once.
 * `VESTIBULE_AUTHORITY_DIR` names another.
 */
export function authorityFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment.VESTIBULE_AUTHORITY_DIR;
  if (named) return named;
  switch (process.platform) {
    case "darwin":
      return join(homedir(), "Library", "Application Support", "Vestibule", "authority");
    case "win32":
      return join(environment.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "Vestibule", "authority");
    default:
      return join(environment.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "vestibule", "authority");
  }
}

/** A certificate with its key in a folder of its own: `certificate.pem`, and `key.pem` that only its owner may read. */
export async function readPair(folder: string): Promise<TlsMaterial | undefined> {
  try {
    const [certificate, privateKey] = await Promise.all([
      readFile(join(folder, "certificate.pem"), "utf8"),
      readFile(join(folder, "key.pem"), "utf8"),
    ]);
    return { certificate, privateKey };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Puts a pair where none is, or, with `replace`, in the place of the old one, and returns the pair that stands there
 * afterwards. The folder appears whole, so that two servers that start at once end up with the same pair.
 */
export async function placePair(
  folder: string,
  pair: TlsMaterial,
  replace: "keep" | "replace",
): Promise<TlsMaterial> {
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  const made = await mkdtemp(`${folder}-`);
  try {
    await chmod(made, 0o700);
    await writeFile(join(made, "key.pem"), pair.privateKey, { mode: 0o600 });
    await writeFile(join(made, "certificate.pem"), pair.certificate, { mode: 0o644 });
    if (replace === "replace") await setAside(folder);
    await rename(made, folder);
    return pair;
  } catch (error) {
    const standing = await readPair(folder);
    if (standing) return standing;
    throw error;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

async function setAside(folder: string): Promise<void> {
  const old = await mkdtemp(`${folder}-old-`);
  try {
    await rename(folder, join(old, "pair"));
  } catch (error) {
    if (!isMissing(error)) throw error;
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
