import type { IdentityProvider } from "@vestibule/engine";

/** Parameters that belong to the protocol; a policy's input claims cannot set them. */
const ownParameters = new Set([
  "client_id",
  "response_type",
  "response_mode",
  "redirect_uri",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
  "request",
  "request_uri",
]);

/**
 * The address that the browser is sent to: `own` are the protocol's parameters, `further` the policy's. A query that the
 * endpoint has already stays.
 */
export function authorizationUrl(
  endpoint: string,
  further: Readonly<Record<string, string>>,
  own: readonly (readonly [name: string, value: string | undefined])[],
): string {
  const url = new URL(endpoint);
  const reserved = new Set([...ownParameters, ...own.map(([name]) => name)]);
  for (const [name, value] of Object.entries(further))
    if (!reserved.has(name)) url.searchParams.set(name, value);
  for (const [name, value] of own) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** What both protocols send. */
export function commonParameters(
  provider: IdentityProvider,
  redirectUri: string,
  state: string,
): readonly (readonly [string, string | undefined])[] {
  return [
    ["response_mode", provider.responseMode],
    ["redirect_uri", redirectUri],
    ["scope", provider.scope],
    ["state", state],
  ];
}
