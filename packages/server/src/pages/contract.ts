import type { PageModel } from "@vestibule/engine";
import type { PublicError } from "../context.ts";
import type { TenantBranding } from "../tenant/tenant.ts";

/** What a page needs from the request beside its model. */
export interface PageView {
  readonly model: PageModel;
  /** `/{T}/{P}` as the browser wrote the tenant: prefix of every URL of the page. */
  readonly base: string;
  readonly policyId: string;
  /** `https://host:port`. */
  readonly origin: string;
  readonly csrf: string;
  /** `StateProperties=…`. */
  readonly transId: string;
  readonly correlationId: string;
  /** New GUID for each rendering. */
  readonly pageViewId: string;
  /** Nonce of the content security policy. */
  readonly nonce: string;
  readonly organisation: string;
  readonly branding: TenantBranding;
  /** HTML of the tenant's own template, already fetched; absent = the default look. */
  readonly template?: { readonly html: string; readonly url: string };
  /** DeploymentMode, for the comment block at the top. */
  readonly deploymentMode: string;
}

export interface ErrorView {
  readonly error: PublicError;
  readonly organisation: string;
  readonly branding: TenantBranding;
  readonly language: string;
  readonly nonce: string;
  readonly timestamp: string;
  /** The policy's own words; absent where no policy is known, or it is not to be told apart. */
  readonly content?: Readonly<Record<string, string>>;
  /** HTML of the policy's own error page, already fetched; absent = the default look. */
  readonly template?: { readonly html: string; readonly scriptsAllowed: boolean };
  /** The tenant as the browser wrote it, for logo and background below its `assets`; absent = only absolute ones show. */
  readonly tenantSegment?: string;
}

export interface SignedOutView {
  readonly organisation: string;
  readonly branding: TenantBranding;
  readonly nonce: string;
  /** Front-channel logout URLs of other applications, loaded in hidden frames. */
  readonly frames: readonly string[];
  /** Where to go when the frames have loaded, at the latest after 5 seconds. */
  readonly continueTo?: string;
  readonly tenantSegment?: string;
}

export interface RenderedPage {
  readonly html: string;
  /** Value of `Content-Security-Policy` and whether it is enforced or only reported. */
  readonly contentSecurityPolicy: { readonly value: string; readonly enforce: boolean };
}

/** The renderer that `interaction/` and `relying-party/` use; `renderer.tsx` makes one. */
export interface PageRenderer {
  page(view: PageView): RenderedPage;
  error(view: ErrorView): RenderedPage;
  signedOut(view: SignedOutView): RenderedPage;
}
