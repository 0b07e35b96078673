import { collect } from "../call.ts";
import type { Connector } from "../connector.ts";
import { settle } from "./settle.ts";

/**
 * A fetch handler: Deno, Bun, Cloudflare Workers, Next.js and SvelteKit routes, Hono.
 *
 * @example
 * export const POST = toFetch(api);
 */
export function toFetch(connector: Connector): (request: Request) => Promise<Response> {
  return async (request) => {
    const { status, headers, body } = await settle(connector, async () => ({
      method: request.method,
      url: request.url,
      header: (name) => request.headers.get(name) ?? undefined,
      body: request.body
        ? await collect(request.body as AsyncIterable<Uint8Array>, connector.maxBodyBytes)
        : new Uint8Array(),
    }));
    return new Response(body === "" ? null : body, { status, headers });
  };
}
