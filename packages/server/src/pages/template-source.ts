import { readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { HttpResult } from "@vestibule/engine";
import type { Tenant } from "../tenant/tenant.ts";
import { withoutQuery } from "./page-frame.ts";
import { hasApiElement } from "./template.ts";

/** One GET by the guarded outbound client; it follows no redirect and never throws for what the other side does. */
type FetchText = (
  url: string,
  limits: {
    readonly headers: Readonly<Record<string, string>>;
    /** Milliseconds. */
    readonly timeout: number;
    readonly maxResponseBytes: number;
  },
) => Promise<HttpResult>;

export interface TemplateSourceOptions {
  readonly fetchText: FetchText;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Development: templates by http from this machine's own servers are allowed, too. */
  readonly insecureAllowHttp?: boolean;
}

type TemplateAnswer =
  /** A `~/tenant/…` or `~/common/…` address: our own look. */
  | { readonly kind: "default" }
  | { readonly kind: "template"; readonly html: string; readonly url: string }
  /** `AADB2C90002` where the file does not exist, else `AADB2C90065`; `detail` is for the operator. */
  | { readonly kind: "failed"; readonly code: "AADB2C90002" | "AADB2C90065"; readonly detail: string };

export interface TemplateSource {
  /** The template behind a LoadUri whose resolvers are expanded; `origin` is the page's own. */
  load(tenant: Tenant, loadUri: string, origin: string): Promise<TemplateAnswer>;
}

/** pages.md 4.8 S1. */
const limits = { timeout: 10_000, redirects: 3, bytes: 1024 * 1024, longestFreshness: 60_000 } as const;
const longestCache = 256;

interface CachedTemplate {
  readonly html: string;
  readonly freshUntil: number;
  readonly etag?: string;
}

/** Reads tenants' own templates: from their folder, or over https with HTTP's caching rules. */
export function createTemplateSource(options: TemplateSourceOptions): TemplateSource {
  const cache = new Map<string, CachedTemplate>();
  const running = new Map<string, Promise<TemplateAnswer>>();
  return {
    async load(tenant, loadUri, origin) {
      if (withoutQuery(loadUri).startsWith("~/assets/")) return loadLocal(tenant, loadUri);
      if (loadUri.startsWith("~/")) return { kind: "default" };
      // What another tenant fetched is never answered from here: a template's host may tell its callers apart.
      const key = `${tenant.id} ${origin} ${loadUri}`;
      const known = cache.get(key);
      if (known !== undefined && known.freshUntil > options.now()) {
        return { kind: "template", html: known.html, url: loadUri };
      }
      let fetching = running.get(key);
      if (fetching === undefined) {
        fetching = refresh(key, loadUri, origin).finally(() => running.delete(key));
        running.set(key, fetching);
      }
      return fetching;
    },
  };

  async function refresh(key: string, loadUri: string, origin: string): Promise<TemplateAnswer> {
    const known = cache.get(key);
    const fetched = await fetchTemplate(options, loadUri, origin, known?.etag);
    if (fetched.kind === "failed") {
      // The last good copy keeps a page alive while its host is away (S1).
      return known === undefined ? fetched : { kind: "template", html: known.html, url: loadUri };
    }
    const html = fetched.html ?? known?.html;
    if (html === undefined) return failure("The template's host answered 304 to a first request.");
    const oldest = cache.size >= longestCache ? cache.keys().next().value : undefined;
    if (oldest !== undefined) cache.delete(oldest);
    cache.set(key, {
      html,
      freshUntil: options.now() + fetched.freshness,
      ...(fetched.etag !== undefined && { etag: fetched.etag }),
    });
    return { kind: "template", html, url: loadUri };
  }
}

const withoutApi = "The template has no element with the id 'api'.";

function failure(detail: string, code: "AADB2C90002" | "AADB2C90065" = "AADB2C90065") {
  return { kind: "failed", code, detail } as const;
}

type Fetched =
  /** `html` is absent where the host says that the known copy still holds. */
  | { readonly kind: "fetched"; readonly html?: string; readonly freshness: number; readonly etag?: string }
  | ReturnType<typeof failure>;

async function fetchTemplate(
  options: TemplateSourceOptions,
  loadUri: string,
  origin: string,
  etag: string | undefined,
): Promise<Fetched> {
  let url = loadUri;
  for (let hop = 0; hop <= limits.redirects; hop++) {
    const refused = refusal(url, options.insecureAllowHttp === true);
    if (refused !== undefined) return failure(refused);
    const result = await options.fetchText(url, {
      headers: { accept: "text/html", origin, ...(etag !== undefined && { "if-none-match": etag }) },
      timeout: limits.timeout,
      maxResponseBytes: limits.bytes,
    });
    if (result.kind === "failure") return failure(`${result.failure}: ${result.detail}`);
    const { status, headers } = result;
    const location = headers.location;
    if ([301, 302, 303, 307, 308].includes(status) && location !== undefined) {
      if (!URL.canParse(location, url))
        return failure("The template's host redirects to an address that is none.");
      url = new URL(location, url).href;
      continue;
    }
    const tag = headers.etag;
    const validators = {
      freshness: freshnessOf(headers["cache-control"]),
      ...(tag !== undefined && { etag: tag }),
    };
    if (status === 304 && etag !== undefined) return { kind: "fetched", ...validators };
    if (status === 404) return failure("The template's host answered 404.", "AADB2C90002");
    if (status !== 200) return failure(`The template's host answered ${status}.`);
    if (!/html/i.test(headers["content-type"] ?? "text/html")) {
      return failure("The template's host answered with another content type than text/html.");
    }
    if (!hasApiElement(result.body)) return failure(withoutApi);
    return { kind: "fetched", html: result.body, ...validators };
  }
  return failure("The template's host redirects too often.");
}

function refusal(url: string, httpAllowed: boolean): string | undefined {
  if (!URL.canParse(url)) return "The template's address is none.";
  const { protocol, username, password } = new URL(url);
  if (username !== "" || password !== "") return "The template's address holds credentials.";
  if (protocol === "https:" || (protocol === "http:" && httpAllowed)) return undefined;
  return "The template's address is not https.";
}

/** Milliseconds that a copy counts as fresh; a minute at most, so that a change on the host is seen soon (test 88). */
function freshnessOf(cacheControl: string | undefined): number {
  if (cacheControl === undefined) return limits.longestFreshness;
  if (/\b(no-store|no-cache|must-revalidate)\b/i.test(cacheControl)) return 0;
  const seconds = Number(/\bmax-age=(\d{1,9})\b/i.exec(cacheControl)?.[1] ?? "60");
  return Math.min(seconds * 1000, limits.longestFreshness);
}

/** A file below the tenant's `assets` folder; undefined for anything that leads out of it. */
export async function tenantAssetPath(tenant: Tenant, path: string): Promise<string | undefined> {
  const segments = path.split("/");
  const plain = /^[\w .()+,@~-]+$/;
  if (segments.some((segment) => !plain.test(segment) || segment.startsWith("."))) return undefined;
  try {
    const root = await realpath(join(tenant.directory, "assets"));
    const file = await realpath(join(root, ...segments));
    return file.startsWith(root + sep) && (await stat(file)).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

async function loadLocal(tenant: Tenant, loadUri: string): Promise<TemplateAnswer> {
  const encoded = withoutQuery(loadUri).slice("~/assets/".length);
  const file = await tenantAssetPath(tenant, encoded);
  if (file === undefined) return failure(`The tenant's folder has no assets/${encoded}.`, "AADB2C90002");
  if ((await stat(file)).size > limits.bytes) return failure(`assets/${encoded} is larger than 1 MiB.`);
  const html = await readFile(file, "utf8");
  return hasApiElement(html) ? { kind: "template", html, url: loadUri } : failure(withoutApi);
}
