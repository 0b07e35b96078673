import { createHash, createPrivateKey, randomUUID, X509Certificate } from "node:crypto";
import type { AssertionKey, IdentityProvider } from "@vestibule/engine";
import { SignJWT } from "jose";
import { refused } from "./failures.ts";

/** How we prove to a token endpoint who we are: form fields and a header. */
export interface ClientAuthentication {
  readonly fields: Readonly<Record<string, string>>;
  readonly authorization?: string;
}

/** Source: technical-profiles.md 21.1, 22. @throws FederationRefusal AADB2C90243 where the key is not there */
export async function authenticateClient(
  provider: IdentityProvider,
  tokenEndpoint: string,
  now: number,
): Promise<ClientAuthentication> {
  const { clientId, clientSecret, tokenEndpointAuthMethod } = provider;
  const [idName, secretName] =
    provider.protocol === "OAuth2"
      ? [provider.clientIdParameter, provider.clientSecretParameter]
      : ["client_id", "client_secret"];
  if (tokenEndpointAuthMethod === "private_key_jwt") {
    if (provider.assertionKey === undefined)
      throw refused("AADB2C90243", "private_key_jwt needs a valid certificate as assertion_signing_key");
    return {
      fields: {
        [idName]: clientId,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: await signAssertion(provider.assertionKey, clientId, tokenEndpoint, now),
      },
    };
  }
  if (clientSecret === undefined) return { fields: { [idName]: clientId } };
  if (tokenEndpointAuthMethod === "client_secret_basic") {
    const credentials = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
    return { fields: {}, authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
  }
  return { fields: { [idName]: clientId, [secretName]: clientSecret } };
}

/** RFC 7523: issuer and subject are the client, the audience is the token endpoint; good for 5 minutes. */
async function signAssertion(
  { privateKey, certificate, algorithm }: AssertionKey,
  clientId: string,
  tokenEndpoint: string,
  now: number,
): Promise<string> {
  const thumbprint = createHash("sha1").update(new X509Certificate(certificate).raw).digest("base64url");
  const seconds = Math.floor(now / 1000);
  return await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: algorithm, typ: "JWT", kid: thumbprint, x5t: thumbprint })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(tokenEndpoint)
    .setIssuedAt(seconds)
    .setNotBefore(seconds)
    .setExpirationTime(seconds + 300)
    .sign(createPrivateKey(privateKey));
}

/** RFC 6749 2.3.1: each half of the pair is form-encoded by itself. */
function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}
