import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from "jose";
import { type BoundedFetch, ProviderUnreachable, withoutQuery } from "./bounded-fetch.ts";
import { readObject } from "./json.ts";

/** Members of a discovery document as they came: nothing of them is believed before it is looked at. */
export type DiscoveryDocument = Readonly<Record<string, unknown>>;

/** A provider's discovery document and its keys, as they were fetched together. */
export interface ProviderMetadata {
  /** Empty where the profile names no discovery document. */
  readonly server: DiscoveryDocument;
  readonly keys: LocalJWKSet;
  /** Milliseconds since 1970. */
  readonly fetchedAt: number;
}

/** Where it is fetched from; at least one of the two. */
export interface MetadataSource {
  readonly metadata?: string;
  /** Overrides the `jwks_uri` of the discovery document. */
  readonly jwks?: string;
}

export interface ProviderMetadataCache {
  /** Throws only `ProviderUnreachable`. */
  get(source: MetadataSource): Promise<ProviderMetadata>;
  /** Fetches again because `seen` lacks a key, at most once in `refetchPause`; gives `seen` where it is too early. */
  refresh(source: MetadataSource, seen: ProviderMetadata): Promise<ProviderMetadata>;
}

const fresh = 10 * 60_000;
/** How long the last good version serves while the provider's metadata cannot be fetched. */
const usable = 60 * 60_000;
const refetchPause = 5_000;
const maxEntries = 500;

/** Discovery with a cache: one fetch at a time for each address, bounded in number and age. */
export function createProviderMetadataCache(fetch: BoundedFetch, now: () => number): ProviderMetadataCache {
  const entries = new Map<string, ProviderMetadata>();
  const underWay = new Map<string, Promise<ProviderMetadata>>();

  const keyOf = ({ metadata, jwks }: MetadataSource) => JSON.stringify([metadata, jwks]);

  function load(source: MetadataSource): Promise<ProviderMetadata> {
    const key = keyOf(source);
    const pending = underWay.get(key);
    if (pending !== undefined) return pending;
    const loading = fetchMetadata(source, fetch, now)
      .then((entry) => {
        entries.delete(key);
        entries.set(key, entry);
        const oldest = entries.keys().next().value;
        if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
        return entry;
      })
      .finally(() => underWay.delete(key));
    underWay.set(key, loading);
    return loading;
  }

  return {
    async get(source) {
      const known = entries.get(keyOf(source));
      const age = known === undefined ? Number.POSITIVE_INFINITY : Math.abs(now() - known.fetchedAt);
      if (known !== undefined && age < fresh) return known;
      try {
        return await load(source);
      } catch (error) {
        if (known !== undefined && age < usable) return known;
        throw error;
      }
    },
    async refresh(source, seen) {
      const known = entries.get(keyOf(source));
      if (known !== undefined && known !== seen) return known;
      if (Math.abs(now() - seen.fetchedAt) < refetchPause) return seen;
      return load(source);
    },
  };
}

async function fetchMetadata(
  { metadata, jwks }: MetadataSource,
  fetch: BoundedFetch,
  now: () => number,
): Promise<ProviderMetadata> {
  const server = metadata === undefined ? {} : await fetchObject(metadata, "METADATA", fetch);
  if (metadata !== undefined && typeof server.issuer !== "string")
    throw new ProviderUnreachable("the metadata names no issuer");
  const keys = await fetchObject(jwks ?? server.jwks_uri, "jwks_uri", fetch);
  try {
    return { server, keys: createLocalJWKSet(keys as unknown as JSONWebKeySet), fetchedAt: now() };
  } catch (cause) {
    throw new ProviderUnreachable("the provider's key set cannot be read", { cause });
  }
}

async function fetchObject(
  address: unknown,
  what: string,
  fetch: BoundedFetch,
): Promise<Readonly<Record<string, unknown>>> {
  if (typeof address !== "string" || !URL.canParse(address))
    throw new ProviderUnreachable(`${what} is no address`);
  const response = await fetch(address, { method: "GET", headers: { accept: "application/json" } });
  const where = withoutQuery(address);
  if (response.status !== 200) throw new ProviderUnreachable(`${where} answered ${response.status}`);
  const object = readObject(await response.text());
  if (object === undefined) throw new ProviderUnreachable(`${where} answered with no JSON object`);
  return object;
}
