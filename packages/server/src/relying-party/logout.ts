import { randomBytes } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ServerContext } from "../context.ts";
import type { PageRenderer } from "../pages/contract.ts";
import type { Application, Tenant } from "../tenant/tenant.ts";
import type { Address } from "./address.ts";
import { type AddressedPolicy, findPolicy } from "./addressed-policy.ts";
import { findApplication } from "./authorize.ts";
import type { EndedSessions, Interaction } from "./contract.ts";
import { ProtocolError } from "./errors.ts";
import { readIdTokenHint } from "./id-token-hint.ts";
import { readContinuation, signOutOfProviders } from "./logout-continuation.ts";
import { requestOrigin } from "./origin.ts";
import { type Parameters, queryAndFormParameters } from "./parameters.ts";
import { checkPostLogoutRedirectUri, withState } from "./post-logout-redirect-uri.ts";

const protocolParameters: ReadonlySet<string> = new Set([
  "post_logout_redirect_uri",
  "id_token_hint",
  "client_id",
  "state",
  "logout_hint",
  "ui_locales",
  "p",
]);

/**
 * `GET` and `POST …/oauth2/v2.0/logout`: protocol.md 8, journeys.md 11. Everything is checked first: a request that ends
 * at the error page signs nobody out.
 */
export async function logout(
  context: ServerContext,
  interaction: Interaction,
  pages: PageRenderer,
  address: Address,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const at = findPolicy(context, address);
  const { tenant, policy } = at;
  reply.header("Cache-Control", "no-store").header("Pragma", "no-cache");
  const parameters = queryAndFormParameters(request);
  parameters.refuseRepeated(protocolParameters);
  parameters.refuseMarkup();
  const origin = requestOrigin(request);

  const continuation = await readContinuation(context, at, parameters.get("state"));
  if (continuation) return finish(pages, reply, tenant, [], continuation);

  const application = await initiator(context, at, parameters);
  const enforced = isHintEnforced(at);
  const target = readTarget(tenant, parameters, application, enforced);
  const ended = await interaction.endSession(request, reply, tenant, policy, application?.clientId);
  const next = await signOutOfProviders(context, at, origin, ended.identityProviders, target);
  return finish(pages, reply, tenant, frontChannelUrls(tenant, ended, application), next);
}

function isHintEnforced({ policy }: AddressedPolicy): boolean {
  return policy.program.policy.relyingParty.behaviors.singleSignOn?.enforceIdTokenHintOnLogout ?? false;
}

/**
 * The application that signs out: by its hint, else by `client_id`. Where the policy demands no hint, a bad one counts as
 * none; it proves nothing then.
 *
 * @throws ProtocolError AADB2C90018, 90209, 90272, and those of {@link readIdTokenHint}
 */
async function initiator(
  context: ServerContext,
  at: AddressedPolicy,
  parameters: Parameters,
): Promise<Application | undefined> {
  const { tenant } = at;
  const hint = parameters.get("id_token_hint");
  const clientId = parameters.get("client_id");
  const named = clientId === undefined ? undefined : findApplication(tenant, clientId);
  if (clientId !== undefined && !named)
    throw new ProtocolError("AADB2C90018", [clientId, tenant.defaultDomain]);
  if (hint === undefined) {
    if (isHintEnforced(at)) throw new ProtocolError("AADB2C90272");
    return named;
  }
  try {
    const proved = await readIdTokenHint(context, tenant, hint, Math.floor(context.now() / 1000));
    if (named && named.clientId !== proved.clientId) throw new ProtocolError("AADB2C90209");
    return proved;
  } catch (error) {
    if (isHintEnforced(at) || !(error instanceof ProtocolError)) throw error;
    return named;
  }
}

function readTarget(
  tenant: Tenant,
  parameters: Parameters,
  application: Application | undefined,
  enforced: boolean,
): string | undefined {
  const uri = parameters.get("post_logout_redirect_uri");
  if (uri === undefined) return undefined;
  const applications = application ? [application] : tenant.applications;
  checkPostLogoutRedirectUri(uri, applications, !enforced && tenant.settings.allowAnyPostLogoutRedirect);
  return withState(uri, parameters.get("state"));
}

/** Other applications of the session that want to hear of it: journeys.md 11, point 6. */
function frontChannelUrls(
  tenant: Tenant,
  ended: EndedSessions,
  initiator: Application | undefined,
): readonly string[] {
  const urls = ended.relyingParties.flatMap(({ clientId }) => {
    const application = findApplication(tenant, clientId);
    if (!application?.logoutUrl || application.clientId === initiator?.clientId) return [];
    return /^https:\/\/|^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])[:/]/i.test(application.logoutUrl)
      ? [application.logoutUrl]
      : [];
  });
  return [...new Set(urls)];
}

/** Straight on where nobody else has to be told, else by the page that loads their addresses in frames. */
async function finish(
  pages: PageRenderer,
  reply: FastifyReply,
  tenant: Tenant,
  frames: readonly string[],
  continueTo: { readonly url?: string },
): Promise<unknown> {
  if (frames.length === 0 && continueTo.url !== undefined)
    return reply.redirect(headerText(continueTo.url), 302);
  const { html, contentSecurityPolicy } = pages.signedOut({
    organisation: tenant.displayName,
    branding: tenant.branding,
    tenantSegment: tenant.defaultDomain,
    nonce: randomBytes(16).toString("base64url"),
    frames,
    ...(continueTo.url !== undefined && { continueTo: continueTo.url }),
  });
  const header = contentSecurityPolicy.enforce
    ? "Content-Security-Policy"
    : "Content-Security-Policy-Report-Only";
  return reply
    .header(header, contentSecurityPolicy.value)
    .header("X-Frame-Options", "DENY")
    .header("X-Content-Type-Options", "nosniff")
    .type("text/html; charset=utf-8")
    .send(html);
}

/** A registered address may hold letters that no header can. */
function headerText(url: string): string {
  return url.replace(/[^\x21-\x7e]+/gu, encodeURIComponent);
}
