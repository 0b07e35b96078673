import type {
  FederationFailure,
  FederationPort,
  FederationSuccess,
  OpenIdConnectProvider,
} from "@vestibule/engine";
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  clockSkew,
  clockTolerance,
  customFetch,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  type ServerMetadata,
  type TokenEndpointResponse,
} from "openid-client";
import {
  type BoundedFetch,
  boundFetch,
  type FetchBounds,
  type FetchLike,
  ProviderUnreachable,
} from "./bounded-fetch.ts";
import { FederationRefusal, failureOf, refused } from "./failures.ts";
import { NoMatchingKey, verifyIdToken } from "./id-token.ts";
import {
  createProviderMetadataCache,
  type ProviderMetadata,
  type ProviderMetadataCache,
} from "./provider-metadata.ts";
import { readSaved, type Saved, writeSaved } from "./saved.ts";

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

/** Seconds by which the provider's clock may differ (technical-profiles.md 21.3). */
const skew = 300;

/** Parameters that belong to the protocol; a policy's input claims cannot set them. */
const ownParameters = new Set([
  "client_id",
  "response_type",
  "response_mode",
  "redirect_uri",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
  "request",
  "request_uri",
]);

/**
 * Sign-in with an OpenID Connect provider: authorization code, PKCE where the provider lists S256, nonce, state, issuer,
 * signature, times (technical-profiles.md 21). It never throws for anything that a provider or a browser does.
 */
export function createFederation(options: FederationOptions): FederationPort {
  const fetch = boundFetch(
    options.fetch ?? globalThis.fetch,
    options.bounds ?? defaultBounds,
    options.allowInsecureHttp,
  );
  const cache = createProviderMetadataCache(fetch, options.allowInsecureHttp, options.now);
  const context: Context = {
    fetch,
    cache,
    allowInsecureHttp: options.allowInsecureHttp,
    now: options.now,
  };
  return {
    begin: (provider, request) => begin(context, provider, request).catch(failureOf),
    complete: (provider, saved, answer) => complete(context, provider, saved, answer).catch(failureOf),
  };
}

interface Context {
  readonly fetch: BoundedFetch;
  readonly cache: ProviderMetadataCache;
  readonly allowInsecureHttp: boolean;
  now(): number;
}

async function begin(
  context: Context,
  provider: OpenIdConnectProvider,
  request: { readonly state: string; readonly parameters: Readonly<Record<string, string>> },
): Promise<{ readonly url: string; readonly saved: string }> {
  const { server } = await discover(context, provider);
  const config = configure(context, provider, server);
  const saved: Saved = {
    state: request.state,
    nonce: randomNonce(),
    redirectUri: new URL(provider.redirectUri).href,
    issuer: server.issuer,
    // technical-profiles.md 21.3: a challenge is permissible only where discovery lists S256.
    ...(supportsPkce(server) && { verifier: randomPKCECodeVerifier() }),
  };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(request.parameters)) {
    if (!ownParameters.has(name)) parameters.set(name, value);
  }
  parameters.set("client_id", provider.clientId);
  parameters.set("response_type", "code");
  parameters.set("response_mode", provider.responseMode);
  parameters.set("redirect_uri", saved.redirectUri);
  parameters.set("scope", provider.scope);
  parameters.set("state", saved.state);
  parameters.set("nonce", saved.nonce);
  if (saved.verifier !== undefined) {
    parameters.set("code_challenge", await calculatePKCECodeChallenge(saved.verifier));
    parameters.set("code_challenge_method", "S256");
  }
  return { url: buildAuthorizationUrl(config, parameters).href, saved: writeSaved(saved) };
}

async function complete(
  context: Context,
  provider: OpenIdConnectProvider,
  savedText: string,
  answer: Readonly<Record<string, string>>,
): Promise<FederationSuccess | FederationFailure> {
  const saved = readSaved(savedText);
  const metadata = await discover(context, provider);
  // Mix-up: the answer is redeemed only at the provider to which the browser was sent.
  if (metadata.server.issuer !== saved.issuer) {
    throw refused("AADB2C90238", "the provider's issuer changed since the browser was sent there");
  }
  const config = configure(context, provider, metadata.server);
  const tokens = await authorizationCodeGrant(config, answerUrl(saved.redirectUri, answer), {
    expectedState: saved.state,
    expectedNonce: saved.nonce,
    idTokenExpected: true,
    ...(saved.verifier !== undefined && { pkceCodeVerifier: saved.verifier }),
  });
  const idToken = tokens.claims();
  if (tokens.id_token === undefined || idToken === undefined) throw refused("AADB2C90240", "no id token");
  await verifyWithRefresh(context, provider, metadata, tokens.id_token, tokens.access_token);
  const complete = provider.wantedClaims?.every((name) => Object.hasOwn(idToken, name)) ?? false;
  const userInfo = complete ? {} : await readUserInfo(config, metadata.server, tokens, idToken.sub);
  const endSessionEndpoint = usableAddress(metadata.server.end_session_endpoint, context.allowInsecureHttp);
  return {
    kind: "claims",
    // technical-profiles.md 21.2: the id token comes first.
    claims: { ...userInfo, ...idToken },
    tokens: {
      accessToken: tokens.access_token,
      tokenType: tokens.token_type,
      ...(tokens.expires_in !== undefined && { expiresIn: tokens.expires_in }),
      ...(tokens.refresh_token !== undefined && { refreshToken: tokens.refresh_token }),
    },
    ...(endSessionEndpoint !== undefined && { endSessionEndpoint }),
  };
}

async function discover(context: Context, provider: OpenIdConnectProvider): Promise<ProviderMetadata> {
  if (!URL.canParse(provider.metadata)) throw new ProviderUnreachable("METADATA is no address");
  let metadata: ProviderMetadata;
  try {
    metadata = await context.cache.get(provider.metadata);
  } catch (error) {
    const failure = failureOf(error);
    const detail = failure.kind === "refused" ? failure.detail : failure.error;
    throw new ProviderUnreachable(`the provider's metadata cannot be used: ${detail}`);
  }
  if (usableAddress(metadata.server.token_endpoint, context.allowInsecureHttp) === undefined) {
    throw refused("AADB2C90189", "the provider's metadata names no usable token endpoint");
  }
  if (usableAddress(metadata.server.authorization_endpoint, context.allowInsecureHttp) === undefined) {
    throw new ProviderUnreachable("the provider's metadata names no usable authorization endpoint");
  }
  return metadata;
}

function configure(context: Context, provider: OpenIdConnectProvider, server: ServerMetadata): Configuration {
  const config = new Configuration(
    server,
    provider.clientId,
    {
      [clockTolerance]: skew,
      // The library reads the system's clock; the difference to ours keeps tests' and our time one.
      [clockSkew]: Math.round((context.now() - Date.now()) / 1000),
    },
    clientAuthentication(provider),
  );
  config[customFetch] = context.fetch;
  if (context.allowInsecureHttp) allowInsecureRequests(config);
  return config;
}

function clientAuthentication(provider: OpenIdConnectProvider) {
  if (provider.clientSecret === undefined) return None();
  return provider.tokenEndpointAuthMethod === "client_secret_basic"
    ? ClientSecretBasic(provider.clientSecret)
    : ClientSecretPost(provider.clientSecret);
}

function supportsPkce(server: ServerMetadata): boolean {
  const methods = server.code_challenge_methods_supported;
  return Array.isArray(methods) && methods.includes("S256");
}

/** The fields of the provider's answer that the code flow knows, where it arrived. */
function answerUrl(redirectUri: string, answer: Readonly<Record<string, string>>): URL {
  const url = new URL(redirectUri);
  url.search = "";
  for (const name of ["code", "state", "iss", "error", "error_description"]) {
    const value = Object.hasOwn(answer, name) ? answer[name] : undefined;
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

async function verifyWithRefresh(
  context: Context,
  provider: OpenIdConnectProvider,
  metadata: ProviderMetadata,
  idToken: string,
  accessToken: string,
): Promise<void> {
  try {
    await verifyIdToken(idToken, accessToken, metadata.keys);
  } catch (error) {
    if (!(error instanceof NoMatchingKey)) throw error;
    const newer = await context.cache.refresh(provider.metadata, metadata);
    try {
      if (newer === metadata) throw error;
      await verifyIdToken(idToken, accessToken, newer.keys);
    } catch (again) {
      if (!(again instanceof NoMatchingKey)) throw again;
      throw refused("AADB2C90239", "the provider publishes no key that fits the id token");
    }
  }
}

async function readUserInfo(
  config: Configuration,
  server: ServerMetadata,
  tokens: TokenEndpointResponse,
  subject: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (server.userinfo_endpoint === undefined) return {};
  // Only a userinfo answer that is a JWT has a signature; it is then verified like the id token's.
  enableNonRepudiationChecks(config);
  try {
    return await fetchUserInfo(config, tokens.access_token, subject);
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === "refused" && failure.code === "AADB2C90289") throw error;
    const detail = failure.kind === "refused" ? failure.detail : failure.error;
    throw new FederationRefusal("AADB2C90190", `userinfo: ${detail}`);
  }
}

/** A browser is never sent to anything but https (http in development): a `javascript:` address is no endpoint. */
function usableAddress(address: unknown, allowInsecureHttp: boolean): string | undefined {
  if (typeof address !== "string" || !URL.canParse(address)) return undefined;
  const { protocol } = new URL(address);
  return protocol === "https:" || (allowInsecureHttp && protocol === "http:") ? address : undefined;
}
