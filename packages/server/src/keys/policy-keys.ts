import { createHash, randomUUID } from "node:crypto";
import { readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { KeyPort, StoredCertificate } from "@vestibule/engine";
import type { PolicyKeyStore } from "../store/store.ts";
import type { KeyContainerSource, Tenant } from "../tenant/tenant.ts";
import type { OpenedCertificate } from "./certificates.ts";
import { containerKey } from "./container-name.ts";
import { forgetKeys, type KeptKeys, type KeyReader, keysOf } from "./kept-keys.ts";
import { KeyError, noValidKey } from "./key-errors.ts";

export interface PolicyKeyParts {
  readonly keys: PolicyKeyStore;
  readonly mode: "development" | "production";
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Names come from policies, which are few; the bound is for safety. */
const mostValues = 1000;

/** What may be shown of a policy key. */
export interface PolicyKeySummary {
  readonly id: string;
  readonly kind: "secret" | "certificate";
  /** Unix seconds. */
  readonly uploaded: number;
  readonly thumbprint?: string;
  readonly notBefore?: number;
  readonly notAfter?: number;
}

/**
 * The policy keys of one tenant: the sealed container of the database where it has keys, else the source that the
 * tenant's configuration names. Throws `KeyError` where a source cannot be used.
 */
export function createKeyPort(
  parts: Omit<PolicyKeyParts, "keys"> & { readonly keys: KeyReader },
  tenant: Tenant,
): KeyPort {
  const sources = new Map(
    [...tenant.keyContainers].map(([container, source]) => [containerKey(container), source]),
  );
  const environment = parts.environment ?? process.env;

  const remember = <T>(
    find: (container: string, kept: KeptKeys, source: KeyContainerSource | undefined) => Promise<T>,
  ) => {
    const values = new Map<string, { readonly kept: KeptKeys; readonly value: Promise<T> }>();
    /** One look into a map for what was asked for a moment ago. */
    return (container: string): Promise<T> => {
      const known = values.get(container);
      if (known?.kept.fresh) return known.value;
      const name = containerKey(container);
      const kept = keysOf(parts.keys, tenant.id, name);
      const value = find(container, kept, sources.get(name));
      if (values.size >= mostValues) values.clear();
      values.set(container, { kept, value });
      // What failed is looked for again.
      value.catch(() => kept.forget());
      return value;
    };
  };

  const secret = remember(async (container, kept, source) => {
    const newest = (await kept.keys).filter((key) => key.kind === "secret").at(-1);
    if (newest !== undefined) return newest.value;
    // Editors end a file with a line break; a secret has none.
    return source && (await read(container, source))?.content.toString("utf8").replace(/\r?\n$/, "");
  });

  const certificates = remember(async (container, kept, source): Promise<readonly StoredCertificate[]> => {
    const stored = (await kept.keys).filter((key) => key.kind === "certificate");
    if (stored.length > 0) {
      return stored.map(
        (key): StoredCertificate => ({
          ...(JSON.parse(key.value) as OpenedCertificate),
          uploaded: key.uploaded,
        }),
      );
    }
    const found = source && (await read(container, source));
    if (source === undefined || found === undefined) return [];
    const password =
      source.kind === "file" && source.passwordReference !== undefined
        ? await secret(source.passwordReference)
        : "";
    const opened = await openOnce(found.content, password ?? "");
    return opened.map((one) => ({ ...one, uploaded: found.uploaded }));
  });

  return { secret, certificates };

  async function read(
    container: string,
    source: KeyContainerSource,
  ): Promise<{ readonly content: Buffer; readonly uploaded: number } | undefined> {
    switch (source.kind) {
      case "environment": {
        const value = environment[source.variable];
        return value === undefined || value === "" ? undefined : { content: Buffer.from(value), uploaded: 0 };
      }
      case "file":
        return await readTenantFile(container, source.path);
      case "name":
        return { content: Buffer.from(source.value), uploaded: 0 };
      case "inline":
        if (parts.mode !== "development") {
          throw noValidKey(
            container,
            tenant.defaultDomain,
            "its value is written in the configuration, which only development mode allows",
          );
        }
        return { content: Buffer.from(source.value), uploaded: 0 };
    }
  }

  async function readTenantFile(container: string, path: string) {
    try {
      const root = await realpath(tenant.directory);
      const file = await realpath(join(root, path));
      if (!file.startsWith(root + sep)) {
        throw noValidKey(container, tenant.defaultDomain, "its file lies outside the tenant's folder");
      }
      const [content, { mtimeMs }] = await Promise.all([readFile(file), stat(file)]);
      return { content, uploaded: Math.floor(mtimeMs / 1000) };
    } catch (error) {
      if (error instanceof KeyError) throw error;
      throw noValidKey(container, tenant.defaultDomain, `its file '${path}' cannot be read`);
    }
  }
}

/** Writes policy keys of the database's containers. Nothing that it returns holds a secret. */
export interface PolicyKeyAdministration {
  /** The container's secret from now on. */
  setSecret(tenantId: string, container: string, value: string): Promise<void>;
  /** Adds beside those that are there, as during a renewal; throws `KeyError` where it is not usable. */
  addCertificate(
    tenantId: string,
    container: string,
    content: Buffer,
    password?: string,
  ): Promise<readonly PolicyKeySummary[]>;
  list(tenantId: string, container: string): Promise<readonly PolicyKeySummary[]>;
  /** Removes one key, or without `id` the whole container; false where there was none. */
  remove(tenantId: string, container: string, id?: string): Promise<boolean>;
}

export function createPolicyKeyAdministration({
  keys,
  now,
}: Pick<PolicyKeyParts, "keys" | "now">): PolicyKeyAdministration {
  const seconds = () => Math.floor(now() / 1000);

  return {
    async setSecret(tenantId, container, value) {
      const name = containerKey(container);
      const before = await keys.list(tenantId, name);
      await keys.add(tenantId, name, { id: randomUUID(), kind: "secret", value, uploaded: seconds() });
      // It counts from here on, whatever becomes of the old ones.
      forgetKeys(keys, tenantId, name);
      // The newest counts, so that a crash here leaves the new one in force.
      for (const old of before) {
        if (old.kind === "secret") await keys.remove(tenantId, name, old.id);
      }
    },

    async addCertificate(tenantId, container, content, password) {
      const opened = await openCertificates(content, password);
      for (const one of opened) {
        if (one.notAfter <= seconds()) {
          throw new KeyError("AADB2C90179", `The certificate ${one.thumbprint} has expired.`);
        }
      }
      const added: PolicyKeySummary[] = [];
      for (const one of opened) {
        const key = { id: randomUUID(), kind: "certificate" as const, uploaded: seconds() };
        await keys.add(tenantId, containerKey(container), { ...key, value: JSON.stringify(one) });
        added.push(summaryOf(key, one));
      }
      forgetKeys(keys, tenantId, containerKey(container));
      return added;
    },

    async list(tenantId, container) {
      return (await keys.list(tenantId, containerKey(container))).map(({ value, ...key }) =>
        key.kind === "secret" ? key : summaryOf(key, JSON.parse(value) as OpenedCertificate),
      );
    },

    async remove(tenantId, container, id) {
      const removed = await keys.remove(tenantId, containerKey(container), id);
      forgetKeys(keys, tenantId, containerKey(container));
      return removed > 0;
    },
  };
}

function summaryOf(
  key: { readonly id: string; readonly kind: "secret" | "certificate"; readonly uploaded: number },
  { thumbprint, notBefore, notAfter }: OpenedCertificate,
): PolicyKeySummary {
  return { id: key.id, kind: key.kind, uploaded: key.uploaded, thumbprint, notBefore, notAfter };
}

/** Most installations have no certificates: what reads them is loaded with the first. */
async function openCertificates(content: Buffer, password?: string): Promise<readonly OpenedCertificate[]> {
  const certificates = await import("./certificates.ts");
  return certificates.openCertificates(content, password);
}

const opened = new Map<string, readonly OpenedCertificate[]>();

/** Opening PKCS#12 takes long by design, and connectors ask at every call. */
async function openOnce(content: Buffer, password: string): Promise<readonly OpenedCertificate[]> {
  const key = createHash("sha256").update(content).update("\0").update(password).digest("base64url");
  const known = opened.get(key);
  if (known !== undefined) return known;
  const certificates = await openCertificates(content, password);
  if (opened.size >= 100) opened.clear();
  opened.set(key, certificates);
  return certificates;
}
