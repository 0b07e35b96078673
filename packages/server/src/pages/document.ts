import { attributeText, commentText, escapeHtml } from "../html-text.ts";
import type { TenantBranding } from "../tenant/tenant.ts";
import { pageAssets } from "./assets.ts";
import { brandAssetUrl, brandingStyle } from "./branding.ts";
import { scriptJson } from "./script-json.ts";

/** The parts of a page from which a document is made. `api` is the element of pages.md 3.1 in HTML. */
export interface DocumentParts {
  readonly language: string;
  readonly direction: "rtl" | undefined;
  readonly nonce: string;
  readonly title: string;
  readonly comments: readonly string[];
  /** Text of the data script; "" where the page has none. */
  readonly data: string;
  /** Texts that the page's script needs. */
  readonly scriptTexts: Readonly<Record<string, string>>;
  readonly staticHost: string;
}

const blankIcon = '<link rel="icon" href="data:;base64,iVBORw0KGgo=">';

/** Comments, `<html>`, data script and host variables: what comes first in every page (pages.md 1.3). */
export function documentStart(parts: DocumentParts, icon: boolean): string {
  const direction = parts.direction === undefined ? "" : ` dir="${parts.direction}"`;
  const nonce = escapeHtml(parts.nonce);
  const host = [
    `window.staticHost=${scriptJson(parts.staticHost)};`,
    'window.targetSlice="";window.targetDc="";window.initializationTimeout=30000;',
    "window.diagsAlways=true;window.maxTrace=1000;window.contentReady=true;window.pageReady=false;",
    `window.vestibule={texts:${scriptJson(parts.scriptTexts)}};`,
  ].join("");
  return (
    `<!DOCTYPE html>\n${parts.comments.map((comment) => `<!-- ${commentText(comment)} -->\n`).join("")}` +
    `<html lang="${escapeHtml(parts.language)}"${direction}><head>${icon ? blankIcon : ""}` +
    (parts.data === "" ? "" : `<script data-container="true" nonce="${nonce}">${parts.data}</script>`) +
    `<script nonce="${nonce}">${host}</script>`
  );
}

/** The page's script; it waits for the document except where a template's own scripts rely on it (S3). */
export function scriptElement(nonce: string, deferred: boolean): string {
  return `<script data-script="element" src="${pageAssets().script.url}" nonce="${escapeHtml(nonce)}"${deferred ? " defer" : ""}></script>`;
}

export function noCookieBlock(heading: string, help: string): string {
  return `<div id="no_cookie" class="no_display"><div class="error_container"><div><h1>${escapeHtml(heading)}</h1><p>${escapeHtml(help)}</p></div></div></div>`;
}

export interface OwnLook {
  readonly organisation: string;
  readonly branding: TenantBranding;
  /** First segment of the page's address, for the tenant's own assets. */
  readonly tenantSegment: string;
  readonly bodyClass: string;
  /** Attributes and inside of `#api`. */
  readonly apiAttributes: Readonly<Record<string, string>>;
  readonly apiContent: string;
  /** Stands before `#api`, inside the card. */
  readonly before?: string;
  /** Stands after `#api`, inside the card. */
  readonly after?: string;
  readonly noCookie: string;
}

const brandingStyles = new WeakMap<TenantBranding, Map<string, string>>();

function cachedStyle(branding: TenantBranding, tenantSegment: string): string {
  let bySegment = brandingStyles.get(branding);
  if (bySegment === undefined) {
    bySegment = new Map();
    brandingStyles.set(branding, bySegment);
  }
  let style = bySegment.get(tenantSegment);
  if (style === undefined) {
    style = brandingStyle(branding, tenantSegment);
    // Browsers write the tenant's name in any form; a few of them are worth keeping, not all.
    if (bySegment.size < 16) bySegment.set(tenantSegment, style);
  }
  return style;
}

function brandElement(look: OwnLook): string {
  const logo = brandAssetUrl(look.branding.bannerLogo, look.tenantSegment);
  const name = escapeHtml(look.organisation);
  if (logo === undefined && name === "") return "";
  const inside =
    logo === undefined
      ? `<span class="vb-name">${name}</span>`
      : `<img class="vb-logo companyLogo" data-tenant-branding-logo="true" src="${escapeHtml(logo)}" alt="${name}">`;
  return `<header class="vb-brand">${inside}</header>`;
}

/** A whole document in our own look. */
export function ownDocument(parts: DocumentParts, look: OwnLook): string {
  const nonce = escapeHtml(parts.nonce);
  return (
    `${documentStart(parts, true)}${scriptElement(parts.nonce, true)}` +
    `<title>${escapeHtml(parts.title)}</title>` +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<link rel="stylesheet" href="${pageAssets().style.url}">` +
    `<style nonce="${nonce}">${cachedStyle(look.branding, look.tenantSegment)}</style></head>` +
    `<body class="vb ${look.bodyClass}">${look.noCookie}<div class="vb-page"><div class="vb-card">${brandElement(look)}${look.before ?? ""}` +
    `<div id="api" role="main"${attributeText(look.apiAttributes)}>${look.apiContent}</div>${look.after ?? ""}</div></div></body></html>`
  );
}
