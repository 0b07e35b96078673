import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from "jose";
import { allowInsecureRequests, customFetch, discovery, type ServerMetadata } from "openid-client";
import { type BoundedFetch, ProviderUnreachable, withoutQuery } from "./bounded-fetch.ts";

/** A provider's discovery document and its keys, as they were fetched together. */
export interface ProviderMetadata {
  readonly server: Readonly<ServerMetadata>;
  readonly keys: LocalJWKSet;
  /** Milliseconds since 1970. */
  readonly fetchedAt: number;
}

export interface ProviderMetadataCache {
  /** Throws what openid-client throws, or `ProviderUnreachable`. */
  get(metadataUrl: string): Promise<ProviderMetadata>;
  /** Fetches again because `seen` lacks a key, at most once in `refetchPause`; gives `seen` where it is too early. */
  refresh(metadataUrl: string, seen: ProviderMetadata): Promise<ProviderMetadata>;
}

const fresh = 10 * 60_000;
/** How long the last good version serves while the provider's metadata cannot be fetched. */
const usable = 60 * 60_000;
const refetchPause = 5_000;
const maxEntries = 500;

/** Discovery with a cache: one fetch at a time for each address, bounded in number and age. */
export function createProviderMetadataCache(
  fetch: BoundedFetch,
  allowInsecureHttp: boolean,
  now: () => number,
): ProviderMetadataCache {
  const entries = new Map<string, ProviderMetadata>();
  const underWay = new Map<string, Promise<ProviderMetadata>>();

  function load(metadataUrl: string): Promise<ProviderMetadata> {
    const pending = underWay.get(metadataUrl);
    if (pending !== undefined) return pending;
    const loading = fetchMetadata(metadataUrl, fetch, allowInsecureHttp, now)
      .then((entry) => {
        entries.delete(metadataUrl);
        entries.set(metadataUrl, entry);
        const oldest = entries.keys().next().value;
        if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
        return entry;
      })
      .finally(() => underWay.delete(metadataUrl));
    underWay.set(metadataUrl, loading);
    return loading;
  }

  return {
    async get(metadataUrl) {
      const known = entries.get(metadataUrl);
      const age = known === undefined ? Number.POSITIVE_INFINITY : Math.abs(now() - known.fetchedAt);
      if (known !== undefined && age < fresh) return known;
      try {
        return await load(metadataUrl);
      } catch (error) {
        if (known !== undefined && age < usable) return known;
        throw error;
      }
    },
    async refresh(metadataUrl, seen) {
      const known = entries.get(metadataUrl);
      if (known !== undefined && known !== seen) return known;
      if (Math.abs(now() - seen.fetchedAt) < refetchPause) return seen;
      return load(metadataUrl);
    },
  };
}

async function fetchMetadata(
  metadataUrl: string,
  fetch: BoundedFetch,
  allowInsecureHttp: boolean,
  now: () => number,
): Promise<ProviderMetadata> {
  // Discovery itself concerns no client; the configuration that it makes is thrown away.
  const found = await discovery(new URL(metadataUrl), "discovery", undefined, undefined, {
    [customFetch]: fetch,
    ...(allowInsecureHttp && { execute: [allowInsecureRequests] }),
  });
  const server = found.serverMetadata();
  return { server, keys: await fetchKeys(server, fetch), fetchedAt: now() };
}

async function fetchKeys(server: ServerMetadata, fetch: BoundedFetch): Promise<LocalJWKSet> {
  if (typeof server.jwks_uri !== "string") throw new ProviderUnreachable("the metadata names no jwks_uri");
  if (!URL.canParse(server.jwks_uri)) throw new ProviderUnreachable("the metadata's jwks_uri is no address");
  const response = await fetch(server.jwks_uri, { method: "GET", headers: { accept: "application/json" } });
  const where = withoutQuery(server.jwks_uri);
  if (response.status !== 200) throw new ProviderUnreachable(`${where} answered ${response.status}`);
  try {
    return createLocalJWKSet((await response.json()) as JSONWebKeySet);
  } catch (cause) {
    throw new ProviderUnreachable(`${where} answered with no key set`, { cause });
  }
}
