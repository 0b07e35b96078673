import { createPrivateKey } from "node:crypto";
import type { StoredCertificate } from "@vestibule/engine";
import type { Policy } from "@vestibule/policy";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  compactVerify,
  decodeProtectedHeader,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importJWK,
  importPKCS8,
  type JWK,
  SignJWT,
} from "jose";
import type { TokenSigning } from "../context.ts";
import type { PolicyKeyStore, SigningKeyStore, StoredSigningKey } from "../store/store.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { containerKey } from "./container-name.ts";
import { noValidKey } from "./key-errors.ts";

/** The container of user flows, and of the starter pack's policies: made at its first use. */
const defaultContainer = "B2C_1A_TokenSigningKeyContainer";

const algorithm = "RS256";
const day = 86_400;
/** Clients cache the published keys: a new one is announced this long before it signs (protocol.md 2.2). */
const announcement = day;
/** An expired key is published as long as tokens that it signed may live. */
const afterlife = day;
/** Milliseconds after which keys are read again: another node may have added one. */
const freshness = 60_000;
const shortestReread = 5_000;

export interface KeyRollover {
  /**
   * Adds a key that signs from `notBefore` (Unix seconds; default: 24 hours from now) on. A warning says so where that
   * is less than clients need to learn it.
   */
  rollover(
    tenant: Tenant,
    container?: string,
    notBefore?: number,
  ): Promise<{ readonly kid: string; readonly notBefore: number; readonly warning?: string }>;
}

interface UsableKey {
  readonly kid: string;
  readonly notBefore: number;
  readonly expires?: number;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

/**
 * Signs tokens with the keys in the store, and with RSA certificates that the operator added to the same container; keys
 * are imported once and kept in memory. `now` is in milliseconds.
 */
export function createTokenSigning(
  store: SigningKeyStore,
  now: () => number,
  policyKeys?: Pick<PolicyKeyStore, "list" | "containers">,
): TokenSigning & KeyRollover {
  const imported = new Map<string, Promise<UsableKey>>();
  const loaded = new Map<string, { readonly at: number; readonly keys: Promise<readonly UsableKey[]> }>();
  const seconds = () => Math.floor(now() / 1000);

  return {
    async sign(tenant, container, payload, type = "JWT") {
      const key = activeKey(tenant, container, await keysOf(tenant, container));
      return await new SignJWT({ ...payload })
        .setProtectedHeader({ alg: algorithm, kid: key.kid, typ: type })
        .sign(key.privateKey);
    },

    async jwks(tenant, container) {
      const keys = await keysOf(tenant, container);
      return {
        keys: keys
          .filter((key) => key.expires === undefined || key.expires + afterlife > seconds())
          .map(({ kid, notBefore, publicJwk }) => ({
            kid,
            nbf: notBefore,
            use: "sig",
            kty: publicJwk.kty,
            e: publicJwk.e,
            n: publicJwk.n,
          })),
      };
    },

    async verify(tenant, token) {
      const key = await keyOfToken(tenant, token);
      if (key === undefined) return undefined;
      try {
        const { payload } = await compactVerify(token, key.publicKey, { algorithms: [algorithm] });
        const claims: unknown = JSON.parse(new TextDecoder().decode(payload));
        return isRecord(claims) ? claims : undefined;
      } catch {
        return undefined;
      }
    },

    async rollover(tenant, container, notBefore = seconds() + announcement) {
      // The container must not be empty: its first key would be one that does not sign yet.
      await keysOf(tenant, container);
      const key = await newKey(notBefore);
      await store.add(tenant.id, containerKey(container ?? defaultContainer), key);
      loaded.delete(cacheKey(tenant, container));
      return {
        kid: key.kid,
        notBefore,
        ...(notBefore < seconds() + announcement && {
          warning:
            "The new key signs in less than 24 hours: clients that keep the published keys for a day refuse its tokens until they read them again.",
        }),
      };
    },
  };

  function activeKey(tenant: Tenant, container: string | undefined, keys: readonly UsableKey[]): UsableKey {
    const at = seconds();
    const name = container ?? defaultContainer;
    if (keys.length === 0) throw noValidKey(name, tenant.defaultDomain, "the container is empty");
    const current = keys.filter(
      (key) => key.notBefore <= at && (key.expires === undefined || key.expires > at),
    );
    // Keys come in the order in which they were added; of equal dates the last added signs.
    const newest = current.reduce<UsableKey | undefined>(
      (best, key) => (best === undefined || key.notBefore >= best.notBefore ? key : best),
      undefined,
    );
    if (newest !== undefined) return newest;
    // A container whose keys all lie in the future signs with the earliest (directory-and-graph.md 14).
    if (keys.every((key) => key.notBefore > at)) {
      return keys.reduce((best, key) => (key.notBefore < best.notBefore ? key : best));
    }
    throw noValidKey(name, tenant.defaultDomain, "its keys have expired");
  }

  async function keyOfToken(tenant: Tenant, token: string): Promise<UsableKey | undefined> {
    let kid: string | undefined;
    try {
      const header = decodeProtectedHeader(token);
      // A request to an API is signed with the same key, and must never pass for a token.
      if (header.alg !== algorithm || header.typ !== "JWT") return undefined;
      kid = header.kid;
    } catch {
      return undefined;
    }
    if (kid === undefined) return undefined;
    const issuing = issuingContainers(tenant);
    const uploaded = ((await policyKeys?.containers(tenant.id)) ?? []).map(containerKey);
    const containers = new Set([
      containerKey(defaultContainer),
      ...(await store.containers(tenant.id)),
      // Other certificates prove something to APIs and providers, and others than we may hold their keys.
      ...uploaded.filter((container) => issuing.has(container)),
    ]);
    for (const container of containers) {
      const key = (await keysOf(tenant, container, kid)).find((one) => one.kid === kid);
      if (key !== undefined) {
        return key.expires === undefined || key.expires + afterlife > seconds() ? key : undefined;
      }
    }
    return undefined;
  }

  function cacheKey(tenant: Tenant, container: string | undefined): string {
    return `${tenant.id}\n${containerKey(container ?? defaultContainer)}`;
  }

  async function keysOf(
    tenant: Tenant,
    container: string | undefined,
    wantedKid?: string,
  ): Promise<readonly UsableKey[]> {
    const name = cacheKey(tenant, container);
    const cached = loaded.get(name);
    const age = cached === undefined ? Number.POSITIVE_INFINITY : Math.abs(now() - cached.at);
    if (cached !== undefined && age < freshness) {
      const keys = await cached.keys;
      const lacking = wantedKid !== undefined && !keys.some((key) => key.kid === wantedKid);
      if (!lacking || age < shortestReread) return keys;
    }
    const entry = { at: now(), keys: load(tenant, containerKey(container ?? defaultContainer)) };
    loaded.set(name, entry);
    try {
      return await entry.keys;
    } catch (error) {
      if (loaded.get(name) === entry) loaded.delete(name);
      throw error;
    }
  }

  async function load(tenant: Tenant, container: string): Promise<readonly UsableKey[]> {
    const certificates = await certificatesOf(tenant, container);
    let stored = await store.list(tenant.id, container);
    if (stored.length + certificates.length === 0 && container === containerKey(defaultContainer)) {
      // Of several nodes that start together one key wins; all of them get that one back.
      stored = await store.addFirst(tenant.id, container, await newKey(seconds()));
    }
    return await Promise.all([...stored, ...certificates].map(importOnce));
  }

  async function certificatesOf(tenant: Tenant, container: string): Promise<readonly StoredSigningKey[]> {
    const keys = (await policyKeys?.list(tenant.id, container)) ?? [];
    const found = await Promise.all(
      keys.flatMap(({ kind, value }) =>
        kind === "certificate" ? [signingKeyOf(JSON.parse(value) as StoredCertificate)] : [],
      ),
    );
    return found.filter((key) => key !== undefined);
  }

  function importOnce(stored: StoredSigningKey): Promise<UsableKey> {
    const known = imported.get(stored.kid);
    if (known !== undefined) return known;
    const key = importKey(stored);
    imported.set(stored.kid, key);
    key.catch(() => imported.delete(stored.kid));
    return key;
  }
}

/** Containers with which the tenant's policies sign tokens. */
function issuingContainers(tenant: Tenant): ReadonlySet<string> {
  return new Set(
    [...tenant.policies.values()].flatMap(({ program }) => [...issuingContainersOf(program.policy)]),
  );
}

const knownContainers = new WeakMap<Policy, ReadonlySet<string>>();

function issuingContainersOf(policy: Policy): ReadonlySet<string> {
  let containers = knownContainers.get(policy);
  if (!containers) {
    const keys = [...policy.technicalProfiles.values()].flatMap((profile) => profile.cryptographicKeys);
    const issuing = keys.filter(({ id }) => id.toLowerCase() === "issuer_secret");
    containers = new Set(issuing.map((key) => containerKey(key.storageReferenceId)));
    knownContainers.set(policy, containers);
  }
  return containers;
}

async function newKey(notBefore: number): Promise<StoredSigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, {
    modulusLength: 2048,
    extractable: true,
  });
  return {
    kid: await calculateJwkThumbprint(await exportJWK(publicKey), "sha256"),
    privateKeyPem: await exportPKCS8(privateKey),
    notBefore,
  };
}

/** Undefined where the certificate's key is none that RS256 signs with. */
async function signingKeyOf(certificate: StoredCertificate): Promise<StoredSigningKey | undefined> {
  const privateKey = createPrivateKey(certificate.privateKey);
  if (privateKey.asymmetricKeyType !== "rsa") return undefined;
  const { kty, n, e } = await exportJWK(privateKey);
  return {
    kid: await calculateJwkThumbprint({ kty, n, e } as JWK, "sha256"),
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    notBefore: certificate.notBefore,
    expires: certificate.notAfter,
  };
}

async function importKey(stored: StoredSigningKey): Promise<UsableKey> {
  const extractable = await importPKCS8(stored.privateKeyPem, algorithm, { extractable: true });
  const { kty, n, e } = await exportJWK(extractable);
  if (kty === undefined || n === undefined || e === undefined)
    throw new Error("The signing key is no RSA key.");
  const publicJwk: JWK = { kty, n, e };
  const publicKey = await importJWK(publicJwk, algorithm);
  if (publicKey instanceof Uint8Array) throw new Error("The signing key is no RSA key.");
  return {
    kid: stored.kid,
    notBefore: stored.notBefore,
    ...(stored.expires !== undefined && { expires: stored.expires }),
    privateKey: await importPKCS8(stored.privateKeyPem, algorithm),
    publicKey,
    publicJwk,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
