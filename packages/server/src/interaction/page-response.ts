import { randomBytes, randomUUID } from "node:crypto";
import { errorPageModel, type JourneyState, newJourney, type PageModel } from "@vestibule/engine";
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from "fastify";
import type { PublicError } from "../context.ts";
import type { ErrorView, PageRenderer, RenderedPage } from "../pages/contract.ts";
import type { TemplateSource } from "../pages/template-source.ts";
import { parseAddress } from "../relying-party/address.ts";
import { chooseCulture } from "../relying-party/culture.ts";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";
import { noStore } from "./application-response.ts";
import { setCookie } from "./cookies.ts";
import type { CsrfTokens } from "./csrf.ts";
import { type Framing, framingOf } from "./framing.ts";
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
  /** The error page, in the look and words of the policy where one is known (`api.error`). */
  error(
    reply: FastifyReply,
    tenant: Tenant | undefined,
    error: PublicError,
    where?: { readonly policy: TenantPolicy; readonly state: JourneyState },
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
    where?: { readonly policy: TenantPolicy; readonly state: JourneyState },
  ): Promise<unknown> {
    const address = parseAddress(reply.request.raw.url ?? "");
    const segment = address?.tenantSegment;
    const addressed = tenant?.policies.get((address?.policySegment ?? "").toLowerCase());
    const place =
      where ?? (tenant && addressed && strayed(reply.request, tenant, addressed, error.correlationId));
    const own = tenant && place && (await ownErrorPage(reply.request, tenant, place.policy, place.state));
    const rendered = pages.error({
      error,
      organisation: tenant?.displayName ?? "",
      branding: tenant?.branding ?? { tokens: {} },
      language: place?.state.culture.language ?? "en",
      nonce: newNonce(),
      ...own,
      ...(tenant !== undefined && segment !== undefined && { tenantSegment: segment }),
      timestamp: new Date(now())
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z$/, "Z"),
    });
    return send(reply.status(error.status), error.correlationId, rendered, framingOf(place?.policy));
  }

  /** Somebody at a policy's address whose journey is not known, or did not begin. */
  function strayed(request: FastifyRequest, tenant: Tenant, policy: TenantPolicy, correlationId: string) {
    const origin = `${request.protocol}://${request.host}`;
    const state = newJourney(policy.program, {
      id: correlationId,
      tenantId: tenant.id,
      request: { ...nobody, origin, tenantSegment: tenant.defaultDomain, ipAddress: request.ip },
      culture: chooseCulture(
        undefined,
        request.headers["accept-language"],
        policy.program.policy.localization,
      ),
      now: now(),
    });
    return { policy, state };
  }

  /** The policy's own error page; its template's failure is one more thing that the person need not see. */
  async function ownErrorPage(
    request: FastifyRequest,
    tenant: Tenant,
    policy: TenantPolicy,
    state: JourneyState,
  ): Promise<Pick<ErrorView, "content" | "template">> {
    const model = errorPageModel(policy.program, state, tenant.defaultDomain, now());
    const { contentDefinition, content, scriptsAllowed } = model;
    if (contentDefinition === undefined) return { content };
    const template = await templates.load(tenant, contentDefinition.loadUri, originOf(request, state));
    if (template.kind === "failed")
      log.warn(
        { correlationId: state.id, loadUri: withoutQuery(contentDefinition), detail: template.detail },
        "no template for the error page",
      );
    return {
      content,
      ...(template.kind === "template" && { template: { html: template.html, scriptsAllowed } }),
    };
  }

  return {
    error,

    async page(request, reply, tenant, policy, state, page) {
      const origin = originOf(request, state);
      const template = await templates.load(tenant, page.contentDefinition.loadUri, origin);
      if (template.kind === "failed") {
        log.warn(
          {
            correlationId: state.id,
            loadUri: withoutQuery(page.contentDefinition),
            detail: template.detail,
          },
          "no template",
        );
        return error(reply, tenant, publicError(template.code, state.id), { policy, state });
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
      return send(reply.status(200), state.id, rendered, framingOf(policy));
    },
  };
}

/** What claim resolvers in the address of an error page find where no application's request is known. */
const nobody = {
  protocol: "openid-connect",
  clientId: "",
  clientDisplayName: "",
  redirectUri: "",
  redirectUriType: "web",
  responseType: ["code"],
  responseMode: "query",
  scope: [],
  clientInfo: false,
  parameters: {},
} as const;

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

function withoutQuery({ loadUri }: PageModel["contentDefinition"]): string {
  return loadUri.replace(/[?#].*$/s, "");
}

function newNonce(): string {
  return randomBytes(16).toString("base64url");
}

function send(reply: FastifyReply, correlationId: string, rendered: RenderedPage, framing: Framing): unknown {
  noStore(reply);
  const { enforce } = rendered.contentSecurityPolicy;
  const value = rendered.contentSecurityPolicy.value.replace(/\bframe-ancestors [^;]*/, framing.ancestors);
  // A report-only policy cannot forbid framing, so that directive is always enforced by itself.
  const policies = enforce
    ? /\bframe-ancestors\b/.test(value)
      ? value
      : `${value}; ${framing.ancestors}`
    : framing.ancestors;
  if (!enforce) reply.header("Content-Security-Policy-Report-Only", value);
  if (reply.request.protocol === "https")
    reply.header("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
  return (
    reply
      .header("Content-Type", "text/html; charset=utf-8")
      .header("Content-Security-Policy", policies)
      .header("X-Frame-Options", framing.options)
      .header("X-Content-Type-Options", "nosniff")
      .header("X-XSS-Protection", "1; mode=block")
      .header("X-UA-Compatible", "IE=edge")
      // The address of a page holds its CSRF token.
      .header("Referrer-Policy", "same-origin")
      .header("X-Request-ID", correlationId)
      .send(rendered.html)
  );
}
