import { createHash } from "node:crypto";
import type { FederationSuccess, OpenIdConnectProvider } from "@vestibule/engine";
import { randomToken } from "../keys/random-token.ts";
import { authorizationUrl, commonParameters } from "./authorization.ts";
import { type Answer, checkAnswer, field, requireCode } from "./authorization-answer.ts";
import { bodyClaims } from "./body-claims.ts";
import { ProviderUnreachable } from "./bounded-fetch.ts";
import { type FederationContext, usableAddress } from "./context.ts";
import { refused } from "./failures.ts";
import type { Claims } from "./id-token.ts";
import { acceptsIssuer, verifyWithProvider } from "./issuer.ts";
import type { MetadataSource, ProviderMetadata } from "./provider-metadata.ts";
import { readSaved, type Saved, writeSaved } from "./saved.ts";
import { redeemCode, type TokenAnswer } from "./token-endpoint.ts";
import { readUserInfo } from "./user-info.ts";

/** A provider with what its metadata says; what the profile gives itself counts before it. */
export interface DiscoveredProvider {
  readonly source: MetadataSource;
  readonly metadata: ProviderMetadata;
  readonly issuer?: string;
  readonly authorizationEndpoint: string;
  /** Absent only where no code is asked for. */
  readonly tokenEndpoint?: string;
  readonly userInfoEndpoint?: string;
  readonly endSessionEndpoint?: string;
}

/** Source: technical-profiles.md 21.3, steps 2 and 3. */
export async function beginOpenIdConnect(
  context: FederationContext,
  provider: OpenIdConnectProvider,
  request: { readonly state: string; readonly parameters: Readonly<Record<string, string>> },
): Promise<{ readonly url: string; readonly saved: string }> {
  const discovered = await discover(context, provider);
  const verifier = wants(provider, "code") && supportsPkce(discovered.metadata) ? randomToken(32) : undefined;
  const saved: Saved = {
    state: request.state,
    nonce: randomToken(32),
    redirectUri: new URL(provider.redirectUri).href,
    ...(discovered.issuer !== undefined && { issuer: discovered.issuer }),
    ...(verifier !== undefined && { verifier }),
  };
  const url = authorizationUrl(discovered.authorizationEndpoint, request.parameters, [
    ["client_id", provider.clientId],
    ["response_type", provider.responseType],
    ...commonParameters(provider, saved.redirectUri, saved.state),
    ["nonce", saved.nonce],
    ...(verifier === undefined ? [] : challengeOf(verifier)),
  ]);
  return { url, saved: writeSaved(saved) };
}

/** Source: technical-profiles.md 21.3, steps 4 to 8. */
export async function completeOpenIdConnect(
  context: FederationContext,
  provider: OpenIdConnectProvider,
  savedText: string,
  answer: Answer,
): Promise<FederationSuccess> {
  const saved = readSaved(savedText);
  const { nonce } = saved;
  if (nonce === undefined) throw refused("AADB2C90273", "the federation's saved values are missing");
  const discovered = await discover(context, provider);
  // Mix-up: the answer is redeemed only at the provider to which the browser was sent.
  if (discovered.issuer !== saved.issuer)
    throw refused("AADB2C90238", "the provider's issuer changed since the browser was sent there");
  checkAnswer(answer, saved.state);
  checkNamedIssuer(provider, discovered, answer);
  const front = await frontChannelClaims(context, provider, discovered, answer, nonce);
  const back = wants(provider, "code")
    ? await redeem(context, provider, discovered, answer, { ...saved, nonce }, front === undefined)
    : undefined;
  if (front && back?.claims && (front.sub !== back.claims.sub || front.iss !== back.claims.iss))
    throw refused("AADB2C90240", "the two id tokens are of different people");
  const idToken = back?.claims ?? front;
  if (idToken === undefined) throw refused("AADB2C90240", "no id token");
  const accessToken = back?.tokens.accessToken ?? carriedAccessToken(provider, answer);
  const known = { ...bodyClaims(provider.bodyClaims, answer), ...front, ...idToken };
  const lacks = provider.wantedClaims?.some((name) => !Object.hasOwn(known, name)) ?? true;
  const userInfo =
    lacks && accessToken !== undefined && discovered.userInfoEndpoint !== undefined
      ? await readUserInfo(context, provider, discovered, accessToken, String(idToken.sub))
      : {};
  return {
    kind: "claims",
    // technical-profiles.md 21.2: the id token comes first, what the browser posted last.
    claims: { ...bodyClaims(provider.bodyClaims, answer), ...userInfo, ...front, ...idToken },
    tokens: tokensOf(back?.tokens, answer, accessToken),
    ...(discovered.endSessionEndpoint !== undefined && { endSessionEndpoint: discovered.endSessionEndpoint }),
  };
}

async function discover(
  context: FederationContext,
  provider: OpenIdConnectProvider,
): Promise<DiscoveredProvider> {
  const { endpoints } = provider;
  const source: MetadataSource = {
    ...(provider.metadata !== undefined && { metadata: provider.metadata }),
    ...(endpoints.jwks !== undefined && { jwks: endpoints.jwks }),
  };
  const metadata = await context.cache.get(source);
  const { server } = metadata;
  const usable = (address: unknown) => usableAddress(address, context.allowInsecureHttp);
  const tokenEndpoint = usable(endpoints.token ?? server.token_endpoint);
  if (tokenEndpoint === undefined && wants(provider, "code"))
    throw refused("AADB2C90189", "the provider's metadata names no usable token endpoint");
  const authorizationEndpoint = usable(endpoints.authorization ?? server.authorization_endpoint);
  if (authorizationEndpoint === undefined)
    throw new ProviderUnreachable("the provider's metadata names no usable authorization endpoint");
  const issuer = endpoints.issuer ?? server.issuer;
  const userInfoEndpoint = usable(endpoints.userInfo ?? server.userinfo_endpoint);
  const endSessionEndpoint = usable(provider.endSessionEndpoint ?? server.end_session_endpoint);
  return {
    source,
    metadata,
    ...(typeof issuer === "string" && { issuer }),
    authorizationEndpoint,
    ...(tokenEndpoint !== undefined && { tokenEndpoint }),
    ...(userInfoEndpoint !== undefined && { userInfoEndpoint }),
    ...(endSessionEndpoint !== undefined && { endSessionEndpoint }),
  };
}

function wants({ responseType }: OpenIdConnectProvider, kind: "code" | "id_token" | "token"): boolean {
  return responseType.split(" ").includes(kind);
}

/** An access token through the browser counts only where one was asked for, with an id token that holds its hash. */
function carriedAccessToken(provider: OpenIdConnectProvider, answer: Answer): string | undefined {
  const isBound = wants(provider, "token") && wants(provider, "id_token");
  return isBound ? field(answer, "access_token") : undefined;
}

/** technical-profiles.md 21.3: a challenge is permissible only where discovery lists S256. */
function supportsPkce({ server }: ProviderMetadata): boolean {
  const methods = server.code_challenge_methods_supported;
  return Array.isArray(methods) && methods.includes("S256");
}

function challengeOf(verifier: string): readonly (readonly [string, string])[] {
  return [
    ["code_challenge", createHash("sha256").update(verifier).digest("base64url")],
    ["code_challenge_method", "S256"],
  ];
}

/**
 * RFC 9207: an answer that names its issuer names the right one; where the provider promises to, it must. An id token in
 * the answer names it by itself.
 */
function checkNamedIssuer(
  provider: OpenIdConnectProvider,
  { issuer, metadata }: DiscoveredProvider,
  answer: Answer,
): void {
  const named = field(answer, "iss");
  const promised =
    metadata.server.authorization_response_iss_parameter_supported === true && !wants(provider, "id_token");
  if (named === undefined ? promised : !acceptsIssuer(provider, issuer, named))
    throw refused("AADB2C90273", "the answer is not of the provider that the browser was sent to");
}

/** The claims of an id token that came through the browser; undefined where none was asked for. */
async function frontChannelClaims(
  context: FederationContext,
  provider: OpenIdConnectProvider,
  discovered: DiscoveredProvider,
  answer: Answer,
  nonce: string,
): Promise<Claims | undefined> {
  if (!wants(provider, "id_token")) return undefined;
  const idToken = field(answer, "id_token");
  if (idToken === undefined) throw refused("AADB2C90240", "the answer has no id token");
  const carried = carriedAccessToken(provider, answer);
  return verifyWithProvider(context, provider, idToken, discovered, {
    nonce,
    ...(wants(provider, "code") && { code: requireCode(answer) }),
    ...(carried !== undefined && { carriedAccessToken: carried }),
  });
}

async function redeem(
  context: FederationContext,
  provider: OpenIdConnectProvider,
  discovered: DiscoveredProvider,
  answer: Answer,
  saved: Saved & { readonly nonce: string },
  needsIdToken: boolean,
): Promise<{ readonly tokens: TokenAnswer; readonly claims?: Claims }> {
  const tokens = await redeemCode(context, provider, discovered.tokenEndpoint ?? "", {
    code: requireCode(answer),
    redirect_uri: saved.redirectUri,
    ...(saved.verifier !== undefined && { code_verifier: saved.verifier }),
  });
  const { idToken, accessToken } = tokens;
  if (idToken === undefined && accessToken === undefined)
    throw refused("AADB2C90273", "the token endpoint's answer has no token");
  if (idToken === undefined && needsIdToken)
    throw refused("AADB2C90240", "the token endpoint's answer has no id token");
  if (idToken === undefined) return { tokens };
  const claims = await verifyWithProvider(context, provider, idToken, discovered, {
    nonce: saved.nonce,
    ...(accessToken !== undefined && { accessToken }),
  });
  return { tokens, claims };
}

function tokensOf(
  tokens: TokenAnswer | undefined,
  answer: Answer,
  accessToken: string | undefined,
): FederationSuccess["tokens"] {
  // Type and lifetime are those of the token that counts, and come from where it came.
  const carried = accessToken !== undefined && tokens?.accessToken === undefined ? answer : {};
  const tokenType = tokens?.tokenType ?? field(carried, "token_type");
  const expiresIn = tokens?.expiresIn ?? Number(field(carried, "expires_in") ?? Number.NaN);
  return {
    ...(accessToken !== undefined && { accessToken }),
    ...(tokenType !== undefined && { tokenType }),
    ...(Number.isSafeInteger(expiresIn) && { expiresIn }),
    ...(tokens?.refreshToken !== undefined && { refreshToken: tokens.refreshToken }),
  };
}
