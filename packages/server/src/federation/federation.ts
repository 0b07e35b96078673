import type { FederationPort } from "@vestibule/engine";
import { boundFetch, type FetchBounds, type FetchLike } from "./bounded-fetch.ts";
import type { FederationContext } from "./context.ts";
import { failureOf } from "./failures.ts";
import { beginOAuth2, completeOAuth2 } from "./oauth2.ts";
import { beginOpenIdConnect, completeOpenIdConnect } from "./open-id-connect.ts";
import { createProviderMetadataCache } from "./provider-metadata.ts";

export interface FederationOptions {
  /** Sends every request to a provider; the guarded client in production. Default: the global `fetch`. */
  readonly fetch?: FetchLike;
  /** Allows http addresses: development mode only. */
  readonly allowInsecureHttp: boolean;
  /** Milliseconds since 1970. */
  now(): number;
  /** Limits of one request: 5 s and 1 MiB (protocol.md S9) when absent. */
  readonly bounds?: FetchBounds;
}

const defaultBounds: FetchBounds = { timeout: 5_000, maxResponseBytes: 1_048_576 };

/** What federation and hints share: one guarded way out, one cache of metadata and keys. */
export function createFederationContext(options: FederationOptions): FederationContext {
  const fetch = boundFetch(
    options.fetch ?? globalThis.fetch,
    options.bounds ?? defaultBounds,
    options.allowInsecureHttp,
  );
  return {
    fetch,
    cache: createProviderMetadataCache(fetch, options.now),
    allowInsecureHttp: options.allowInsecureHttp,
    now: options.now,
  };
}

/**
 * Sign-in with OpenID Connect providers (state, nonce, PKCE where the provider lists S256, issuer, signature, times) and
 * OAuth 2.0 providers (technical-profiles.md 21, 22). It never throws for anything that a provider or a browser does.
 */
export function createFederation(options: FederationOptions): FederationPort {
  return federationOf(createFederationContext(options));
}

export function federationOf(context: FederationContext): FederationPort {
  return {
    begin: async (provider, request) => {
      try {
        return provider.protocol === "OAuth2"
          ? beginOAuth2(context, provider, request)
          : await beginOpenIdConnect(context, provider, request);
      } catch (error) {
        return failureOf(error);
      }
    },
    complete: async (provider, saved, answer) => {
      try {
        return provider.protocol === "OAuth2"
          ? await completeOAuth2(context, provider, saved, answer)
          : await completeOpenIdConnect(context, provider, saved, answer);
      } catch (error) {
        return failureOf(error);
      }
    },
  };
}
