import type { OpenIdConnectProvider } from "@vestibule/engine";
import { ProviderUnreachable } from "./bounded-fetch.ts";
import type { FederationContext } from "./context.ts";
import { FederationRefusal, refused } from "./failures.ts";
import { type Claims, NoMatchingKey, verifySignature } from "./id-token.ts";
import { acceptsIssuer } from "./issuer.ts";
import { readObject } from "./json.ts";
import type { DiscoveredProvider } from "./open-id-connect.ts";

/**
 * The claims of the userinfo endpoint, of the same person as the id token. An answer that is a JWT is verified like one.
 *
 * @throws FederationRefusal AADB2C90190; ProviderUnreachable
 */
export async function readUserInfo(
  context: FederationContext,
  provider: OpenIdConnectProvider,
  discovered: DiscoveredProvider,
  accessToken: string,
  subject: string,
): Promise<Claims> {
  const response = await context.fetch(discovered.userInfoEndpoint ?? "", {
    method: "GET",
    headers: { accept: "application/json", authorization: `Bearer ${accessToken}` },
  });
  if (response.status !== 200) throw refused("AADB2C90190", `userinfo answered ${response.status}`);
  const text = await response.text();
  const isJwt = /^application\/jwt\b/i.test(response.headers.get("content-type") ?? "");
  const claims = isJwt ? await signedClaims(text, provider, discovered) : readObject(text);
  if (claims === undefined) throw refused("AADB2C90190", "userinfo is no JSON object");
  // OpenID Connect Core 5.3.2: else it may be anybody's.
  if (claims.sub !== subject) throw refused("AADB2C90190", "userinfo is not of the person of the id token");
  return claims;
}

async function signedClaims(
  jwt: string,
  provider: OpenIdConnectProvider,
  { metadata, issuer }: DiscoveredProvider,
): Promise<Claims> {
  try {
    const { claims } = await verifySignature(jwt.trim(), metadata.keys);
    const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
    const isTheirs = typeof claims.iss === "string" && acceptsIssuer(provider, issuer, claims.iss);
    if (!isTheirs || !audiences.includes(provider.clientId))
      throw refused("AADB2C90190", "userinfo is signed by or for somebody else");
    return claims;
  } catch (error) {
    if (error instanceof ProviderUnreachable) throw error;
    const known = error instanceof FederationRefusal || error instanceof NoMatchingKey;
    throw refused("AADB2C90190", known ? `userinfo: ${error.message}` : "userinfo cannot be verified");
  }
}
