import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Tenants } from "../tenant/tenant.ts";
import { type Asset, pageAssets } from "./assets.ts";
import { tenantAssetPath } from "./template-source.ts";

/** What tenants may serve; no scripts, no HTML: these addresses share the sign-in pages' origin. */
const tenantTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".ico": "image/x-icon",
  ".svg": "image/svg+xml",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
};

const largestTenantAsset = 5 * 1024 * 1024;

/** Serves our own style sheet and script below `/static/` and tenants' files below `/{tenant}/assets/`. */
export function registerStatic(app: FastifyInstance, options: { readonly tenants: Tenants }): void {
  const { style, script } = pageAssets();
  for (const asset of [style, script]) {
    // By its own name, too, for style sheets that build on it; only the address with the hash is kept for good.
    app.get(asset.url, (request, reply) =>
      sendAsset(request, reply, asset, "public, max-age=31536000, immutable"),
    );
    app.get(`/static/${asset.name}`, (request, reply) =>
      sendAsset(request, reply, asset, "public, max-age=300"),
    );
  }
  app.get<{ Params: { tenant: string; "*": string } }>("/:tenant/assets/*", async (request, reply) => {
    const tenant = options.tenants.find(request.params.tenant);
    const path = request.params["*"];
    const extension = extname(path).toLowerCase();
    const type = Object.hasOwn(tenantTypes, extension) ? tenantTypes[extension] : undefined;
    const file = tenant === undefined || type === undefined ? undefined : await tenantAssetPath(tenant, path);
    if (file === undefined || type === undefined) return notFound(reply);
    const { size, mtimeMs } = await stat(file);
    if (size > largestTenantAsset) return notFound(reply);
    const etag = `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`;
    secure(reply).header("cache-control", "public, max-age=300").header("etag", etag).type(type);
    return request.headers["if-none-match"] === etag
      ? reply.code(304).send()
      : reply.send(await readFile(file));
  });
}

// A file that somebody opens on its own must not run anything: svg images may hold scripts.
function secure(reply: FastifyReply): FastifyReply {
  return reply
    .header("access-control-allow-origin", "*")
    .header("x-content-type-options", "nosniff")
    .header("cross-origin-resource-policy", "cross-origin")
    .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
}

function sendAsset(request: FastifyRequest, reply: FastifyReply, asset: Asset, cacheControl: string) {
  secure(reply).header("cache-control", cacheControl).header("etag", asset.etag).type(asset.type);
  return request.headers["if-none-match"] === asset.etag ? reply.code(304).send() : reply.send(asset.body);
}

function notFound(reply: FastifyReply) {
  return secure(reply).code(404).type("text/plain; charset=utf-8").send("There is no such file.\n");
}
