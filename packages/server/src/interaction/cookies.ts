import { isIP } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Cookie name → every value that the browser sent under it (it may hold one with and one without a domain). */
export type Cookies = ReadonlyMap<string, readonly string[]>;

/** B2C's names hold `|`, `:` and `/`, so names are not validated: split at `;`, then at the first `=` (pages.md 1.4). */
export function readCookies(request: FastifyRequest): Cookies {
  const cookies = new Map<string, string[]>();
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const equals = part.indexOf("=");
    if (equals < 1) continue;
    const name = part.slice(0, equals).trim();
    // Real B2C answers 400 to quoted values; we are lenient.
    const value = part
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, "$1");
    const values = cookies.get(name);
    if (values === undefined) cookies.set(name, [value]);
    else values.push(value);
  }
  return cookies;
}

export interface CookieLife {
  /** Seconds; absent = until the browser closes. */
  readonly maxAge?: number;
}

export function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  value: string,
  life: CookieLife = {},
): void {
  const age =
    life.maxAge === undefined
      ? []
      : [`Max-Age=${life.maxAge}`, ...(life.maxAge <= 0 ? ["expires=Thu, 01 Jan 1970 00:00:00 GMT"] : [])];
  reply.header("set-cookie", [`${name}=${value}`, ...attributes(request), ...age].join("; "));
}

export function expireCookie(request: FastifyRequest, reply: FastifyReply, name: string): void {
  setCookie(request, reply, name, "", { maxAge: 0 });
}

function attributes(request: FastifyRequest): string[] {
  const host = cookieDomain(request.hostname);
  const domain = host === undefined ? [] : [`domain=${host}`];
  // `SameSite=None` without `Secure` is refused by browsers, so plain http (development) gets `Lax`.
  return request.protocol === "https"
    ? [...domain, "path=/", "SameSite=None", "secure", "HttpOnly"]
    : [...domain, "path=/", "SameSite=Lax", "HttpOnly"];
}

/** No `domain` for a name without a dot or an address: some clients never send such a cookie back. */
function cookieDomain(hostname: string): string | undefined {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(hostname) && isIP(hostname) === 0 ? hostname : undefined;
}
