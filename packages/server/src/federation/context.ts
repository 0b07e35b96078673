import type { BoundedFetch } from "./bounded-fetch.ts";
import type { ProviderMetadataCache } from "./provider-metadata.ts";

/** What every exchange with a provider needs of the outside. */
export interface FederationContext {
  readonly fetch: BoundedFetch;
  readonly cache: ProviderMetadataCache;
  readonly allowInsecureHttp: boolean;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A browser is never sent to anything but https (http in development): a `javascript:` address is no endpoint. */
export function usableAddress(address: unknown, allowInsecureHttp: boolean): string | undefined {
  if (typeof address !== "string" || !URL.canParse(address)) return undefined;
  const { protocol } = new URL(address);
  return protocol === "https:" || (allowInsecureHttp && protocol === "http:") ? address : undefined;
}
