import type { ServerContext } from "../context.ts";
import type { AddressedPolicy } from "./addressed-policy.ts";
import type { EndedSessions } from "./contract.ts";
import { endpointPath } from "./discovery.ts";
import { metadataOf, publishedIssuer } from "./token-issuer.ts";

/** Where the browser goes next; without `url` to the page that says that the person is signed out. */
interface Next {
  readonly url?: string;
}

/** Marks the token as what it is; as it has neither `iss` nor `aud`, nothing else takes it for its own. */
const kind = "logout-continuation";
/** Seconds. */
const lifetime = 600;

/**
 * The way through the end-session endpoints of the identity providers of the session, one after the other, to `target`.
 * A provider sends the browser back to this policy's logout endpoint (the one address to register with it); what is left
 * to do travels in `state`, signed. B2C sends providers no `id_token_hint`: journeys.md 11, point 5.
 */
export async function signOutOfProviders(
  context: ServerContext,
  at: AddressedPolicy,
  origin: string,
  providers: EndedSessions["identityProviders"],
  target: string | undefined,
): Promise<Next> {
  const { technicalProfiles } = at.policy.program.policy;
  const urls = providers.flatMap(({ technicalProfile, endSessionEndpoint }) => {
    const profile = technicalProfiles.get(technicalProfile);
    const enabled = metadataOf(profile, "SingleLogoutEnabled");
    if (endSessionEndpoint === undefined || enabled?.toLowerCase() === "false") return [];
    if (!isWebAddress(endSessionEndpoint)) return [];
    const url = new URL(endSessionEndpoint);
    // Without a hint, providers that keep the standard want to know whose post-logout address it is.
    const clientId = metadataOf(profile, "client_id")?.trim();
    if (clientId) url.searchParams.set("client_id", clientId);
    return [url.href];
  });
  const returnTo = origin + endpointPath(at.address, at.policy.id, "oauth2/v2.0/logout");
  return nextStop(context, at, [...new Set(urls)], returnTo, target);
}

/**
 * Goes on where a provider came back with the `state` that it was given; undefined where `state` is the application's.
 */
export async function readContinuation(
  context: ServerContext,
  at: AddressedPolicy,
  state: string | undefined,
): Promise<Next | undefined> {
  if (state === undefined || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(state)) return undefined;
  const claims = await context.signing.verify(at.tenant, state);
  if (claims?.kind !== kind || typeof claims.exp !== "number") return undefined;
  // Tokens for applications have both, and a policy may give them a claim `kind`: they are never a continuation.
  if (claims.iss !== undefined || claims.aud !== undefined) return undefined;
  const policyId = at.policy.id.toLowerCase();
  if (claims.policy !== policyId || claims.exp * 1000 < context.now()) return {};
  const { providers, returnTo, target } = claims;
  if (!Array.isArray(providers) || typeof returnTo !== "string") return {};
  return nextStop(
    context,
    at,
    providers.map(String),
    returnTo,
    typeof target === "string" ? target : undefined,
  );
}

async function nextStop(
  context: ServerContext,
  { tenant, policy }: AddressedPolicy,
  providers: readonly string[],
  returnTo: string,
  target: string | undefined,
): Promise<Next> {
  const [first, ...others] = providers;
  if (first === undefined) return target === undefined ? {} : { url: target };
  const state = await context.signing.sign(tenant, publishedIssuer(policy).signingKeyContainer, {
    kind,
    policy: policy.id.toLowerCase(),
    exp: Math.floor(context.now() / 1000) + lifetime,
    providers: others,
    returnTo,
    ...(target !== undefined && { target }),
  });
  const url = new URL(first);
  url.searchParams.set("post_logout_redirect_uri", returnTo);
  url.searchParams.set("state", state);
  return { url: url.href };
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
