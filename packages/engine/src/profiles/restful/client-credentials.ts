import { createHash } from "node:crypto";
import type { HttpPort } from "../../ports.ts";
import type { ClientCredentials } from "./authentication.ts";
import type { Fault, RestfulContext } from "./exchange.ts";
import { isJsonObject, parseJson } from "./json.ts";
import { isHeaderText } from "./trust.ts";

/** A token without `expires_in` is used this long, and none longer than the most, in seconds. */
const lifetime = { unsaid: 300, most: 86_400, margin: 60 } as const;
const mostTokens = 256;
const largestAnswer = 64 * 1024;

interface Cached {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

type Fetched = { readonly token: string; readonly lifetime: number } | { readonly fault: Fault };

/** A tenant's client is its own, so that no token of one tenant can serve another. */
const caches = new WeakMap<
  HttpPort,
  { readonly tokens: Map<string, Cached>; readonly under: Map<string, Promise<Fetched>> }
>();

/**
 * A bearer token for the API, from memory while it lives. Callers that ask at the same time share one request.
 * `not` is a token that the API has just refused.
 */
export async function accessToken(
  context: RestfulContext,
  authentication: ClientCredentials,
  not?: string,
): Promise<{ readonly token: string; readonly cached: boolean } | { readonly fault: Fault }> {
  const { keys, http, clock } = context.ports;
  const secret = await keys.secret(authentication.key);
  if (secret === undefined) {
    const message = `The key container with ID '${authentication.key}' in tenant '${context.policy.tenantId}' does not has a valid key. Reason: no key is valid now.`;
    return { fault: { kind: "configuration", code: "AADB2C90019", message } };
  }
  let cache = caches.get(http);
  if (!cache) {
    cache = { tokens: new Map(), under: new Map() };
    caches.set(http, cache);
  }
  const key = cacheKey(authentication, secret);
  const known = cache.tokens.get(key);
  if (known && known.until > clock.now() && known.token !== not) return { token: known.token, cached: true };
  let fetching = cache.under.get(key);
  if (!fetching) {
    const { under } = cache;
    fetching = fetchToken(context, authentication, secret).finally(() => under.delete(key));
    under.set(key, fetching);
  }
  const fetched = await fetching;
  if ("fault" in fetched) return fetched;
  cache.tokens.set(key, { token: fetched.token, until: clock.now() + fetched.lifetime * 1000 });
  for (const oldest of cache.tokens.keys()) {
    if (cache.tokens.size <= mostTokens) break;
    cache.tokens.delete(oldest);
  }
  return { token: fetched.token, cached: false };
}

function cacheKey({ tokenEndpoint, clientId, scope, method }: ClientCredentials, secret: string): string {
  return createHash("sha256")
    .update(JSON.stringify([tokenEndpoint, clientId, scope, method, secret]))
    .digest("base64url");
}

async function fetchToken(
  context: RestfulContext,
  { tokenEndpoint, clientId, scope, method }: ClientCredentials,
  secret: string,
): Promise<Fetched> {
  const { call } = context.metadata;
  const form = new URLSearchParams({ grant_type: "client_credentials", ...(scope && { scope }) });
  if (method === "post") {
    form.set("client_id", clientId);
    form.set("client_secret", secret);
  }
  // RFC 6749 section 2.3.1: both are form-encoded before they become Basic credentials.
  const encoded = (text: string) => new URLSearchParams({ a: text }).toString().slice(2);
  const basic = Buffer.from(`${encoded(clientId)}:${encoded(secret)}`).toString("base64");
  const result = await context.ports.http.send({
    method: "POST",
    url: tokenEndpoint,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
      "user-agent": "Vestibule",
      ...(method === "basic" && { authorization: `Basic ${basic}` }),
    },
    body: form.toString(),
    timeout: call.timeout,
    tries: call.tries,
    rules: call,
    maxResponseBytes: largestAnswer,
  });
  const unusable = (detail: string): Fetched => ({
    fault: { kind: "transport", failure: "token", detail: `The token endpoint ${detail}` },
  });
  if (result.kind === "failure") return unusable(`could not be asked: ${result.detail}`);
  const json = parseJson(result.body);
  const body = isJsonObject(json) ? json : {};
  if (result.status !== 200) {
    const { error } = body;
    const named = typeof error === "string" && /^[a-z_]{1,40}$/.test(error) ? ` (${error})` : "";
    return unusable(`answered HTTP ${result.status}${named}.`);
  }
  const { access_token: token, token_type: type, expires_in: expires } = body;
  if (typeof token !== "string" || token === "" || !isHeaderText(token))
    return unusable("gave no usable access_token.");
  if (typeof type === "string" && type.toLowerCase() !== "bearer")
    return unusable("gave a token that is no bearer token.");
  const seconds = typeof expires === "string" ? Number(expires) : expires;
  const said = typeof seconds === "number" && seconds > 0 ? seconds : lifetime.unsaid;
  return {
    token,
    lifetime: Math.max(0, Math.min(said, lifetime.most) - Math.min(lifetime.margin, said / 10)),
  };
}
