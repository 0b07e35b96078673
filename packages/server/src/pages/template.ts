import {
  defaultTreeAdapter as adapter,
  parse,
  html as parse5Html,
  serialize,
  serializeOuter,
  type DefaultTreeAdapterTypes as Tree,
} from "parse5";
import { attributeText, escapeHtml } from "../html-text.ts";
import type { TenantBranding } from "../tenant/tenant.ts";
import { brandAssetUrl } from "./branding.ts";
import { readColour, writeColour } from "./colour.ts";
import { type DocumentParts, documentStart, scriptElement } from "./document.ts";
import { sanitiseTemplate } from "./sanitiser.ts";

/** A page that goes into a template. */
export interface TemplatePage {
  readonly parts: DocumentParts;
  readonly apiAttributes: Readonly<Record<string, string>>;
  readonly apiContent: string;
  readonly before: string;
  readonly noCookie: string;
  readonly branding: TenantBranding;
  readonly tenantSegment: string;
  /** Scripts of the template run; else it is sanitised. */
  readonly scriptsAllowed: boolean;
  /** Scripts in the template's body run, too (layouts before 2.1.21 and 2.1.10). */
  readonly bodyScripts: boolean;
  readonly jQueryUrl?: string;
}

/** A template, parsed and branded once; a page is put between its pieces. */
interface Template {
  readonly head: string;
  readonly hasTitle: boolean;
  readonly hasIcon: boolean;
  readonly beforeApi: string;
  readonly apiAttributes: Readonly<Record<string, string>>;
  readonly afterApi: string;
  readonly bodyScripts: string;
  /** False: there is no element with the id `api`. */
  readonly complete: boolean;
}

/** The template has no element with the id `api`: the page cannot be shown in it (pages.md 4.3 step 9). */
export class TemplateWithoutApiError extends Error {
  constructor() {
    super("The template has no element with the id 'api'.");
    this.name = "TemplateWithoutApiError";
  }
}

const longestCache = 64;
const templates = new Map<string, Template>();

/**
 * Puts a page into a tenant's template (pages.md 4.3, server-rendered by 4.8): the template's head after the page's
 * data, its body around `#api`, its body scripts at the end. Throws TemplateWithoutApiError.
 */
export function mergeTemplate(html: string, page: TemplatePage): string {
  const template = cachedTemplate(html, page);
  if (!template.complete) throw new TemplateWithoutApiError();
  const { parts } = page;
  const nonce = escapeHtml(parts.nonce);
  const jQuery =
    page.scriptsAllowed && page.jQueryUrl !== undefined
      ? `<script data-script="jQuery" src="${escapeHtml(page.jQueryUrl)}" nonce="${nonce}"></script>`
      : "";
  const ownStyle =
    ".no_display{display:none}.error_container{max-width:40em;margin:2em auto;font-family:sans-serif}" +
    ".vb-correlation{font-size:.8em}";
  // Initialise stands before the template's own scripts: they expect a finished page (S4).
  const initialise = page.scriptsAllowed
    ? `<script nonce="${nonce}">window.$element.initialize();</script>`
    : "";
  return (
    documentStart(parts, !template.hasIcon) +
    jQuery +
    scriptElement(parts.nonce, !page.scriptsAllowed) +
    template.head +
    (template.hasTitle ? "" : `<title>${escapeHtml(parts.title)}</title>`) +
    `<style nonce="${nonce}">${ownStyle}</style></head><body>${page.noCookie}` +
    template.beforeApi +
    page.before +
    `<div id="api"${attributeText({ ...page.apiAttributes, ...template.apiAttributes })}>${page.apiContent}</div>` +
    template.afterApi +
    initialise +
    template.bodyScripts +
    "</body></html>"
  );
}

/** Whether a page can be put into a template at all. */
export function hasApiElement(html: string): boolean {
  return [...elementsBelow(parse(html))].some((element) => attribute(element, "id") === "api");
}

function cachedTemplate(html: string, page: TemplatePage): Template {
  const { branding, tenantSegment } = page;
  const key = JSON.stringify([html, page.scriptsAllowed, page.bodyScripts, tenantSegment, branding]);
  const known = templates.get(key);
  if (known !== undefined) return known;
  const made = readTemplate(html, page);
  const oldest = templates.size >= longestCache ? templates.keys().next().value : undefined;
  if (oldest !== undefined) templates.delete(oldest);
  templates.set(key, made);
  return made;
}

/** Every element below a node, in document order. */
function* elementsBelow(node: Tree.ParentNode): Generator<Tree.Element> {
  for (const child of node.childNodes) {
    if (!adapter.isElementNode(child)) continue;
    yield child;
    yield* elementsBelow(child);
  }
}

function attribute(element: Tree.Element, name: string): string | undefined {
  return element.attrs.find((candidate) => candidate.name === name)?.value;
}

function setAttribute(element: Tree.Element, name: string, value: string): void {
  const existing = element.attrs.find((candidate) => candidate.name === name);
  if (existing === undefined) element.attrs.push({ name, value });
  else existing.value = value;
}

function readTemplate(html: string, page: TemplatePage): Template {
  const document = parse(page.scriptsAllowed ? html : sanitiseTemplate(html));
  const all = [...elementsBelow(document)];
  const head = all.find(({ tagName }) => tagName === "head");
  const body = all.find(({ tagName }) => tagName === "body");
  if (head === undefined || body === undefined) return incomplete;
  const scripts: string[] = [];
  for (const element of all) {
    if (element.tagName === "iframe" || element.tagName === "frameset") adapter.detachNode(element);
    if (element.tagName === "script" && !isBelow(element, head)) {
      if (page.bodyScripts) scripts.push(serializeOuter(element));
      adapter.detachNode(element);
    }
  }
  applyBranding(body, page);
  prepareHead(head);
  const api = [...elementsBelow(body)].find((element) => attribute(element, "id") === "api");
  if (api === undefined) return incomplete;
  const apiAttributes = Object.fromEntries(
    api.attrs.filter(({ name }) => name !== "id").map(({ name, value }): [string, string] => [name, value]),
  );
  // A comment with an unguessable text marks the place where the pieces part.
  const mark = `vb-${crypto.randomUUID()}`;
  const parent = api.parentNode;
  if (parent === null) return incomplete;
  adapter.insertBefore(parent, adapter.createCommentNode(mark), api);
  adapter.detachNode(api);
  const [beforeApi = "", afterApi = ""] = serialize(body).split(`<!--${mark}-->`);
  return {
    head: serialize(head),
    hasTitle: head.childNodes.some((node) => adapter.isElementNode(node) && node.tagName === "title"),
    hasIcon: head.childNodes.some(isIcon),
    beforeApi,
    apiAttributes,
    afterApi,
    bodyScripts: scripts.join(""),
    complete: true,
  };
}

const incomplete: Template = {
  head: "",
  hasTitle: false,
  hasIcon: false,
  beforeApi: "",
  apiAttributes: {},
  afterApi: "",
  bodyScripts: "",
  complete: false,
};

function isBelow(element: Tree.Element, ancestor: Tree.Element): boolean {
  for (let node: Tree.ParentNode | null = element.parentNode; node !== null; ) {
    if (node === ancestor) return true;
    node = "parentNode" in node ? node.parentNode : null;
  }
  return false;
}

function isIcon(node: Tree.ChildNode): boolean {
  return (
    adapter.isElementNode(node) && node.tagName === "link" && (attribute(node, "rel") ?? "").endsWith("icon")
  );
}

// pages.md 4.3 step 4: an icon without an address becomes the blank one.
function prepareHead(head: Tree.Element): void {
  for (const node of head.childNodes) {
    if (isIcon(node) && adapter.isElementNode(node) && attribute(node, "href") === undefined) {
      setAttribute(node, "href", "data:;base64,iVBORw0KGgo=");
    }
  }
}

/** pages.md 4.6: background colour, background image and logo of the tenant. */
function applyBranding(body: Tree.Element, page: TemplatePage): void {
  const { branding, tenantSegment } = page;
  const logo = brandAssetUrl(branding.bannerLogo, tenantSegment);
  const image = brandAssetUrl(branding.backgroundImage, tenantSegment);
  for (const element of elementsBelow(body)) {
    if (element.tagName !== "img") continue;
    if (image !== undefined && attribute(element, "data-tenant-branding-background") === "true") {
      setAttribute(element, "src", image);
    }
    if (logo !== undefined && attribute(element, "data-tenant-branding-logo") === "true") {
      setAttribute(element, "src", logo);
      const style = attribute(element, "style")?.replace(/display\s*:\s*none\s*;?/i, "");
      if (style !== undefined) setAttribute(element, "style", style);
    }
  }
  const colour = branding.backgroundColor === undefined ? undefined : readColour(branding.backgroundColor);
  if (colour === undefined) return;
  const rule = `div[data-tenant-branding-background-color=true]#background_branding_container{background-color:${writeColour(colour)}}`;
  const style = adapter.createElement("style", parse5Html.NS.HTML, []);
  adapter.insertText(style, rule);
  adapter.appendChild(body, style);
}
