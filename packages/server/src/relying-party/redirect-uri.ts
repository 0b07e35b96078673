import type { Application } from "../tenant/tenant.ts";

export type RedirectUriType = "web" | "spa" | "native";

declare const registered: unique symbol;

/** A redirect URI that was found among those of its application. Only {@link findRedirectUri} makes one. */
export interface RegisteredRedirectUri {
  readonly [registered]: true;
  /** As the request wrote it. */
  readonly uri: string;
  readonly type: RedirectUriType;
}

/** Finds the registration that a requested URI is equal to, by the rule of protocol.md 3.4. Nothing is normalised but it. */
export function findRedirectUri(
  application: Application,
  requested: string,
): RegisteredRedirectUri | undefined {
  const match = application.redirectUris.find(
    ({ uri, type }) =>
      redirectUriProblem(uri, type) === undefined &&
      redirectUriProblem(requested, type) === undefined &&
      equalUris(uri, requested, type),
  );
  return match && ({ uri: requested, type: match.type } as RegisteredRedirectUri);
}

/**
 * Says why a URI can be no redirect URI of that type; undefined where it can. For registration, and once more for every
 * request (protocol.md 3.4).
 */
export function redirectUriProblem(uri: string, type: RedirectUriType): string | undefined {
  if (uri.length > 2048) return "is too long";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u0020\u007f\\]/.test(uri)) return "holds a space, a control character or a backslash";
  if (uri.includes("#")) return "holds a fragment";
  const scheme = /^([a-z][a-z0-9+._-]*):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return "is not an absolute URI";
  if (scheme === "http" || scheme === "https") return webUriProblem(uri, scheme);
  if (type !== "native") return "must begin with https://";
  return dangerousSchemes.has(scheme) ? `has the scheme ${scheme}, which is never a redirect URI` : undefined;
}

const dangerousSchemes = new Set([
  "javascript",
  "data",
  "vbscript",
  "file",
  "blob",
  "about",
  "view-source",
  "filesystem",
]);
const loopbackHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

function webUriProblem(uri: string, scheme: string): string | undefined {
  const parts = splitWebUri(uri);
  if (!parts) return "has no usable host";
  if (parts.path.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment)))
    return "holds a dot segment";
  if (scheme === "http" && !loopbackHosts.has(parts.host)) return "must begin with https://";
  return undefined;
}

interface WebUri {
  readonly scheme: string;
  readonly host: string;
  /** Empty for the scheme's default port. */
  readonly port: string;
  readonly path: string;
  readonly query: string;
}

/** By the letters and not by a URL parser: a parser repairs what must be refused (`\`, `@`, `..`, `%2e`). */
function splitWebUri(uri: string): WebUri | undefined {
  const match = /^(https?):\/\/([^/?#@%]+?)(?::([0-9]{1,5}))?(\/[^?#]*)?(\?[^#]*)?$/i.exec(uri);
  const scheme = match?.[1]?.toLowerCase();
  const host = match?.[2]?.toLowerCase();
  if (!match || scheme === undefined || host === undefined) return undefined;
  if (!/^\[[0-9a-f:.]+\]$/.test(host) && /[:[\]]/.test(host)) return undefined;
  const port = match[3] ?? "";
  return {
    scheme,
    host,
    port: port === (scheme === "https" ? "443" : "80") ? "" : port,
    path: match[4] ?? "/",
    query: match[5] ?? "",
  };
}

function equalUris(registeredUri: string, requested: string, type: RedirectUriType): boolean {
  const a = splitWebUri(registeredUri);
  const b = splitWebUri(requested);
  if (!a || !b) return !a && !b && equalOpaque(registeredUri, requested);
  if (a.scheme !== b.scheme || a.host !== b.host || a.path !== b.path || a.query !== b.query) return false;
  // RFC 8252 7.3: a native application listens on whatever loopback port is free.
  const anyPort = type === "native" && a.scheme === "http" && loopbackHosts.has(a.host);
  return anyPort || a.port === b.port;
}

/** Custom schemes: the whole text, the scheme without regard to case. */
function equalOpaque(a: string, b: string): boolean {
  const colonA = a.indexOf(":");
  const colonB = b.indexOf(":");
  return (
    a.slice(0, colonA).toLowerCase() === b.slice(0, colonB).toLowerCase() &&
    a.slice(colonA) === b.slice(colonB)
  );
}

/** Origins from which scripts of an application call the token endpoint (protocol.md 4.4). */
export function singlePageOrigins(application: Application): readonly string[] {
  return application.redirectUris
    .filter(({ uri, type }) => type === "spa" && redirectUriProblem(uri, type) === undefined)
    .map(({ uri }) => new URL(uri).origin);
}
