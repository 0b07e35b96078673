import type { RenderedPage } from "./contract.ts";

interface PolicyWishes {
  readonly nonce: string;
  /** Where the browser reports violations. */
  readonly reportUri?: string;
  /** A tenant's template: its styles, images and fonts come from anywhere. */
  readonly template: boolean;
  /** Its scripts, too: then the policy only reports (pages.md 4.8 S16). */
  readonly scriptsAllowed: boolean;
  /** Web addresses of applications that are loaded in frames (front-channel logout). */
  readonly frames?: readonly string[];
}

/**
 * The policy of a page. There is no `form-action`: browsers apply it to the redirects that follow a form post, and the
 * redirect that ends a journey leads to the application.
 */
export function contentSecurityPolicy(wishes: PolicyWishes): RenderedPage["contentSecurityPolicy"] {
  const anywhere = wishes.template ? "https: http: data:" : "https: data:";
  const directives = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${wishes.nonce}'`,
    wishes.template
      ? "style-src 'self' 'unsafe-inline' https: http:"
      : `style-src 'self' 'nonce-${wishes.nonce}'`,
    // `style="display:none"` is part of the pages' contract (pages.md 3.1).
    "style-src-attr 'unsafe-inline'",
    `img-src 'self' ${anywhere}`,
    `font-src 'self' ${anywhere}`,
    `media-src 'self' ${anywhere}`,
    "connect-src 'self'",
    ...frameSource(wishes.frames ?? []),
    "base-uri 'none'",
    ...(wishes.scriptsAllowed ? [] : ["frame-ancestors 'none'"]),
    ...(wishes.reportUri === undefined ? [] : [`report-uri ${wishes.reportUri}`]),
  ];
  return { value: directives.join("; "), enforce: !wishes.scriptsAllowed };
}

/** Only the places of the applications that hear of the sign-out: protocol.md 8. */
function frameSource(addresses: readonly string[]): readonly string[] {
  const origins = new Set(addresses.map((address) => new URL(address).origin));
  return origins.size === 0 ? [] : [`frame-src ${[...origins].join(" ")}`];
}
