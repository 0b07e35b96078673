import { existsSync } from "node:fs";
import { isAbsolute, join, normalize } from "node:path";
import type { JsonReading } from "@vestibule/user-flows";
import type { KeyContainerSource } from "./tenant.ts";

export type TenantMode = "development" | "production";

/** Variables that hold secrets of the whole server. Windows does not tell their case apart. */
const ownVariables: ReadonlySet<string> = new Set([
  "VESTIBULE_MASTER_KEY",
  "VESTIBULE_DATABASE",
  "VESTIBULE_SMTP",
  "VESTIBULE_PHONE_WEBHOOK",
  "VESTIBULE_PHONE_WEBHOOK_SECRET",
  "VESTIBULE_PROXY",
]);

/** Where the secrets of a tenant come from: storage reference id → source. Values are never read here. */
export class SecretSources {
  readonly containers = new Map<string, KeyContainerSource>();
  readonly #mode: TenantMode;
  readonly #directory: string;

  constructor(directory: string, mode: TenantMode) {
    this.#directory = directory;
    this.#mode = mode;
  }

  /**
   * Registers a secret as it is written – `env:NAME`, `file:path` below the tenant's folder, or the secret itself, which
   * development mode alone allows – and gives its storage reference id.
   */
  add(
    container: string,
    written: string,
    path: string,
    reading: JsonReading,
    passwordReference?: string,
  ): string {
    const source = this.#source(written, path, reading, passwordReference);
    if (source) this.containers.set(container, source);
    return container;
  }

  /** Registers a user name: it may be written in the file in production too, as Graph shows it. */
  addName(container: string, written: string, path: string, reading: JsonReading): string {
    const isReference = /^(env|file):/.test(written);
    if (isReference) return this.add(container, written, path, reading);
    this.containers.set(container, { kind: "name", value: written });
    return container;
  }

  #source(
    written: string,
    path: string,
    reading: JsonReading,
    passwordReference?: string,
  ): KeyContainerSource | undefined {
    if (written.startsWith("env:")) {
      const variable = written.slice(4);
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
        reading.report("TN020", "error", path, "'env:' is followed by the name of an environment variable.", {
          hint: "For example 'env:API_PASSWORD'.",
        });
        return undefined;
      }
      // They open the database and its seals. Whoever writes a tenant's files must not send them to an API of their own.
      if (ownVariables.has(variable.toUpperCase())) {
        reading.report("TN020", "error", path, "'env:' cannot name a variable of the server itself.", {
          hint: "Give the secret a variable of its own, for example 'env:API_PASSWORD'.",
        });
        return undefined;
      }
      // A variable that is missing stops what needs it, not the tenant: its name is all that may be told.
      if (process.env[variable] === undefined) {
        reading.report("TN021", "warning", path, `The environment variable '${variable}' is not set.`, {
          hint: "Set it before the server starts.",
        });
      }
      return { kind: "environment", variable };
    }
    if (written.startsWith("file:")) {
      const file = normalize(written.slice(5));
      if (file === "." || isAbsolute(file) || file.startsWith("..")) {
        reading.report("TN020", "error", path, "'file:' is followed by a path below the tenant's folder.", {
          hint: "For example 'file:secrets/api.txt'.",
        });
        return undefined;
      }
      if (!existsSync(join(this.#directory, file))) {
        reading.report("TN021", "error", path, `The file '${file}' does not exist.`, {
          hint: "Its path begins at the tenant's folder.",
        });
        return undefined;
      }
      return { kind: "file", path: file, ...(passwordReference !== undefined && { passwordReference }) };
    }
    if (/^\*{3,}$/.test(written)) {
      reading.report("TN020", "error", path, "Asterisks stand where an export hid the secret.", {
        hint: "Use 'env:NAME' or 'file:path' for the secret itself.",
      });
      return undefined;
    }
    if (this.#mode === "production") {
      reading.report("TN022", "error", path, "A secret must not be written in the configuration.", {
        hint: "Use 'env:NAME' or 'file:path'.",
      });
      return undefined;
    }
    return { kind: "inline", value: written };
  }
}
