import type { IdentityProvider } from "@vestibule/engine";
import type { FederationContext } from "./context.ts";
import { refused } from "./failures.ts";
import {
  type Claims,
  type IdTokenChecks,
  NoMatchingKey,
  unverifiedClaims,
  verifyIdToken,
} from "./id-token.ts";
import type { MetadataSource, ProviderMetadata } from "./provider-metadata.ts";

/**
 * Whether a token may be of this issuer: it begins with one of the prefixes where there are some, else it is the
 * provider's own. A prefix counts from the beginning of an address, so that no other host can begin with it; nor does a
 * path that leads out of the prefix again (`…/tenant/../other`), which is where its keys would be fetched.
 */
export function acceptsIssuer(
  { issuerPrefixes }: Pick<IdentityProvider, "issuerPrefixes">,
  own: string | undefined,
  issuer: string,
): boolean {
  if (issuerPrefixes.length === 0) return own !== undefined && issuer === own;
  // OpenID Connect Discovery 1.0, section 3: an issuer has neither query nor fragment.
  if (!URL.canParse(issuer) || /[?#]/.test(issuer)) return false;
  const { origin, href } = new URL(issuer);
  return issuerPrefixes.some((prefix) => {
    if (!URL.canParse(prefix) || !issuer.startsWith(prefix)) return false;
    const own = new URL(prefix);
    return own.origin === origin && href.startsWith(own.href);
  });
}

type TokenChecks = Omit<IdTokenChecks, "acceptsIssuer" | "audience" | "clientId" | "now">;

/** Where the keys of a token are, and whose it must be. */
interface Trust {
  readonly source: MetadataSource;
  readonly metadata: ProviderMetadata;
  accepts(issuer: string): boolean;
}

/**
 * Verifies an id token with the keys of the provider, or with those of its own issuer where the profile says so; keys are
 * fetched once more where none fits. `own` is where the provider's keys are; absent = only the issuer's own can serve.
 */
export async function verifyWithProvider(
  context: FederationContext,
  provider: IdentityProvider,
  idToken: string,
  own:
    | { readonly source: MetadataSource; readonly metadata: ProviderMetadata; readonly issuer?: string }
    | undefined,
  checks: TokenChecks,
): Promise<Claims> {
  const { iss } = unverifiedClaims(idToken);
  if (typeof iss !== "string" || !acceptsIssuer(provider, own?.issuer, iss))
    throw refused("AADB2C90238", "the id token is of an issuer that is not accepted");
  const trust: Trust =
    provider.discoverByIssuer && provider.issuerPrefixes.length > 0
      ? await discoverIssuer(context, iss)
      : own
        ? { ...own, accepts: (issuer) => acceptsIssuer(provider, own.issuer, issuer) }
        : refuse();
  const all: IdTokenChecks = {
    ...checks,
    acceptsIssuer: trust.accepts,
    audience: provider.audience ?? provider.clientId,
    clientId: provider.clientId,
    now: context.now(),
  };
  try {
    return await verifyIdToken(idToken, trust.metadata.keys, all);
  } catch (error) {
    if (!(error instanceof NoMatchingKey)) throw error;
  }
  const newer = await context.cache.refresh(trust.source, trust.metadata);
  try {
    if (newer === trust.metadata) throw new NoMatchingKey("no published key fits");
    return await verifyIdToken(idToken, newer.keys, all);
  } catch (error) {
    if (!(error instanceof NoMatchingKey)) throw error;
    throw refused("AADB2C90239", "the provider publishes no key that fits the id token");
  }
}

/** The issuer of a token names itself only after its prefix was accepted (technical-profiles.md 21.1). */
async function discoverIssuer(context: FederationContext, issuer: string): Promise<Trust> {
  const source = { metadata: `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration` };
  const metadata = await context.cache.get(source);
  if (metadata.server.issuer !== issuer)
    throw refused("AADB2C90238", "the issuer's own metadata names another issuer");
  return { source, metadata, accepts: (other) => other === issuer };
}

function refuse(): never {
  throw refused("AADB2C90239", "nothing says where the keys of the id token are");
}
