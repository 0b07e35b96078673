import type { FederationSuccess, OAuth2Provider } from "@vestibule/engine";
import { authorizationUrl, commonParameters } from "./authorization.ts";
import { type Answer, checkAnswer, requireCode } from "./authorization-answer.ts";
import { ProviderUnreachable } from "./bounded-fetch.ts";
import { type FederationContext, usableAddress } from "./context.ts";
import { ProviderError, refused } from "./failures.ts";
import type { Claims } from "./id-token.ts";
import { verifyWithProvider } from "./issuer.ts";
import { readJson } from "./json.ts";
import { readSaved, type Saved, writeSaved } from "./saved.ts";
import {
  defaultUserAgent,
  readMembers,
  redeemCode,
  reportedError,
  type TokenAnswer,
  withQuery,
} from "./token-endpoint.ts";

/** Source: technical-profiles.md 22, step 1. */
export function beginOAuth2(
  context: FederationContext,
  provider: OAuth2Provider,
  request: { readonly state: string; readonly parameters: Readonly<Record<string, string>> },
): { readonly url: string; readonly saved: string } {
  const endpoint = requireAddress(context, provider.authorizationEndpoint, "authorization_endpoint");
  requireAddress(context, provider.tokenEndpoint, "AccessTokenEndpoint");
  const saved: Saved = { state: request.state, redirectUri: new URL(provider.redirectUri).href };
  const url = authorizationUrl(endpoint, { ...provider.authorizationParameters, ...request.parameters }, [
    [provider.clientIdParameter, provider.clientId],
    ["response_type", "code"],
    ...commonParameters(provider, saved.redirectUri, saved.state),
  ]);
  return { url, saved: writeSaved(saved) };
}

/** Source: technical-profiles.md 22, steps 2 to 7. */
export async function completeOAuth2(
  context: FederationContext,
  provider: OAuth2Provider,
  savedText: string,
  answer: Answer,
): Promise<FederationSuccess> {
  const saved = readSaved(savedText);
  checkAnswer(answer, saved.state);
  const endpoint = requireAddress(context, provider.tokenEndpoint, "AccessTokenEndpoint");
  const tokens = await redeemCode(context, provider, endpoint, {
    code: requireCode(answer),
    redirect_uri: saved.redirectUri,
  });
  const { accessToken, tokenType, expiresIn, refreshToken } = tokens;
  if (accessToken === undefined)
    throw refused("AADB2C90273", "the token endpoint's answer has no access token");
  const idToken = await idTokenClaims(context, provider, tokens);
  const extras = Object.fromEntries(
    provider.tokenAnswerClaims.flatMap((name) =>
      Object.hasOwn(tokens.members, name) ? [[name, tokens.members[name]] as const] : [],
    ),
  );
  const claims = await readClaims(context, provider, tokens, accessToken);
  const end = usableAddress(provider.endSessionEndpoint, context.allowInsecureHttp);
  return {
    kind: "claims",
    claims: { ...extras, ...claims, ...idToken },
    tokens: {
      accessToken,
      ...(tokenType !== undefined && { tokenType }),
      ...(expiresIn !== undefined && { expiresIn }),
      ...(refreshToken !== undefined && { refreshToken }),
    },
    ...(end !== undefined && { endSessionEndpoint: end }),
  };
}

/** An id token counts only where the profile says whose keys verify it; else nobody reads it. */
async function idTokenClaims(
  context: FederationContext,
  provider: OAuth2Provider,
  { idToken, accessToken }: TokenAnswer,
): Promise<Claims> {
  if (idToken === undefined || !provider.discoverByIssuer || provider.issuerPrefixes.length === 0) return {};
  return verifyWithProvider(context, provider, idToken, undefined, {
    ...(accessToken !== undefined && { accessToken }),
  });
}

async function readClaims(
  context: FederationContext,
  provider: OAuth2Provider,
  { members }: TokenAnswer,
  accessToken: string,
): Promise<Claims> {
  const { claimsEndpoint, accessTokenParameter, claimsFormat, userAgent } = provider;
  if (claimsEndpoint === undefined) return {};
  const repeated = provider.claimsRequestParameters.flatMap((name): [string, string][] => {
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    return typeof value === "string" || typeof value === "number" ? [[name, String(value)]] : [];
  });
  const url = withQuery(requireAddress(context, claimsEndpoint, "ClaimsEndpoint"), [
    ...repeated,
    ...(claimsFormat ? [[claimsFormat.name, claimsFormat.value] as const] : []),
    ...(accessTokenParameter === undefined ? [] : [[accessTokenParameter, accessToken] as const]),
  ]);
  const response = await context.fetch(url, {
    method: "GET",
    headers: {
      accept: "application/json",
      "user-agent": userAgent ?? defaultUserAgent,
      ...(accessTokenParameter === undefined && { authorization: `Bearer ${accessToken}` }),
    },
  });
  const text = await response.text();
  const claims = readMembers(text, true) ?? listed(readJson(text));
  const reported = claims && reportedError(claims, provider);
  if (reported) throw reported;
  if (response.status < 200 || response.status > 299)
    throw new ProviderError(`the claims endpoint answered ${response.status}`);
  if (claims === undefined || Object.keys(claims).length === 0)
    throw refused("AADB2C90190", "the claims endpoint gave no claims");
  return claims;
}

/** A list is read by paths such as `[0].email`. */
function listed(value: unknown): Claims | undefined {
  return Array.isArray(value) ? { ...value } : undefined;
}

function requireAddress(context: FederationContext, address: string, item: string): string {
  const usable = usableAddress(address, context.allowInsecureHttp);
  if (usable === undefined) throw new ProviderUnreachable(`${item} is no usable address`);
  return usable;
}
