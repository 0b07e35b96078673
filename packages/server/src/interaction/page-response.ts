import { randomBytes, randomUUID } from "node:crypto";
import type { JourneyState, PageModel } from "@vestibule/engine";
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from "fastify";
import type { PublicError } from "../context.ts";
import type { PageRenderer, RenderedPage } from "../pages/contract.ts";
import type { TemplateSource } from "../pages/template-source.ts";
import { parseAddress } from "../relying-party/address.ts";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";
import { noStore } from "./application-response.ts";
import { setCookie } from "./cookies.ts";
import type { CsrfTokens } from "./csrf.ts";
import { csrfCookie } from "./open-transactions.ts";
import { publicError } from "./public-errors.ts";
import { transIdOf } from "./transaction-id.ts";

export interface PageResponses {
  /** 200 with the page, its CSRF cookie and the headers of pages.md 1.3; the error page where its template is lost. */
  page(
    request: FastifyRequest,
    reply: FastifyReply,
    tenant: Tenant,
    policy: TenantPolicy,
    state: JourneyState,
    page: PageModel,
  ): Promise<unknown>;
  error(
    reply: FastifyReply,
    tenant: Tenant | undefined,
    error: PublicError,
    language?: string,
  ): Promise<unknown>;
}

export function pageResponses(deps: {
  readonly pages: PageRenderer;
  readonly templates: TemplateSource;
  readonly csrf: CsrfTokens;
  readonly log: FastifyBaseLogger;
  readonly now: () => number;
}): PageResponses {
  const { pages, templates, csrf, log, now } = deps;

  async function error(
    reply: FastifyReply,
    tenant: Tenant | undefined,
    error: PublicError,
    language = "en",
  ): Promise<unknown> {
    const segment = parseAddress(reply.request.raw.url ?? "")?.tenantSegment;
    const rendered = pages.error({
      error,
      organisation: tenant?.displayName ?? "",
      branding: tenant?.branding ?? { tokens: {} },
      language,
      nonce: newNonce(),
      ...(tenant !== undefined && segment !== undefined && { tenantSegment: segment }),
      timestamp: new Date(now())
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z$/, "Z"),
    });
    return send(reply.status(error.status), error.correlationId, rendered);
  }

  return {
    error,

    async page(request, reply, tenant, policy, state, page) {
      const origin = originOf(request, state);
      const template = await templates.load(tenant, page.contentDefinition.loadUri, origin);
      if (template.kind === "failed") {
        log.warn(
          { correlationId: state.id, loadUri: withoutQuery(page), detail: template.detail },
          "no template",
        );
        return error(reply, tenant, publicError(template.code, state.id), state.culture.language);
      }
      const token = csrf.issue(tenant.id, state.id, page.step, now());
      const policyId = policy.id;
      const rendered = pages.page({
        model: page,
        base: basePath(state, policy),
        policyId,
        origin,
        csrf: token,
        transId: transIdOf(state.id),
        correlationId: state.id,
        pageViewId: randomUUID(),
        nonce: newNonce(),
        organisation: tenant.displayName,
        branding: tenant.branding,
        ...(template.kind === "template" && { template: { html: template.html, url: template.url } }),
        deploymentMode: policy.program.policy.deploymentMode,
      });
      setCookie(request, reply, csrfCookie, token);
      return send(reply.status(200), state.id, rendered);
    },
  };
}

/** `/{T}/{P}`: the tenant as the browser wrote it, the policy in its canonical case (pages.md 1.1). */
function basePath(state: JourneyState, policy: TenantPolicy): string {
  return `/${state.request.tenantSegment}/${policy.id}`;
}

/** The address that the browser uses right now; a host that is no host name is not repeated in a page. */
function originOf(request: FastifyRequest, state: JourneyState): string {
  return /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(request.host)
    ? `${request.protocol}://${request.host}`
    : state.request.origin;
}

function withoutQuery(page: PageModel): string {
  return page.contentDefinition.loadUri.replace(/[?#].*$/s, "");
}

function newNonce(): string {
  return randomBytes(16).toString("base64url");
}

function send(reply: FastifyReply, correlationId: string, rendered: RenderedPage): unknown {
  noStore(reply);
  const { value, enforce } = rendered.contentSecurityPolicy;
  const framing = "frame-ancestors 'none'";
  // A report-only policy cannot forbid framing, so that directive is always enforced by itself.
  const policies = enforce ? (/\bframe-ancestors\b/.test(value) ? value : `${value}; ${framing}`) : framing;
  if (!enforce) reply.header("Content-Security-Policy-Report-Only", value);
  if (reply.request.protocol === "https")
    reply.header("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
  return (
    reply
      .header("Content-Type", "text/html; charset=utf-8")
      .header("Content-Security-Policy", policies)
      .header("X-Frame-Options", "DENY")
      .header("X-Content-Type-Options", "nosniff")
      .header("X-XSS-Protection", "1; mode=block")
      .header("X-UA-Compatible", "IE=edge")
      // The address of a page holds its CSRF token.
      .header("Referrer-Policy", "same-origin")
      .header("X-Request-ID", correlationId)
      .send(rendered.html)
  );
}
