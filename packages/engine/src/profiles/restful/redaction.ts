import type { Policy } from "@vestibule/policy";
import { secretClaims } from "../../program/secret-claims.ts";

export const mask = "******";

/** An address without query, fragment and user info, whether or not it still holds placeholders. */
export function withoutSecrets(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1");
}

const secretsOf = new WeakMap<Policy, ReadonlySet<string>>();

/** Passwords and tokens are known by their use: they never leave in a log or a trace, nor in a connector's body. */
export function isSecretClaim(policy: Policy, claimTypeId: string): boolean {
  let secrets = secretsOf.get(policy);
  if (!secrets) {
    secrets = secretClaims(policy);
    secretsOf.set(policy, secrets);
  }
  return secrets.size > 0 && secrets.has(policy.claimTypes.get(claimTypeId)?.id ?? claimTypeId);
}

/** Values of a query string: API keys live there (api-connectors.md A6). */
export function querySecrets(url: string): string[] {
  const query = /\?([^#]*)/.exec(url)?.[1];
  return query ? [...new URLSearchParams(query).values()] : [];
}

/** Takes every known secret out of a text, longest first, also in its JSON and percent-encoded spelling. */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  const spellings = new Set<string>();
  for (const secret of secrets) {
    // A secret this short would tear holes into every text and is found in any of them.
    if (secret.length < 3) continue;
    for (const spelling of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
      spellings.add(spelling);
    }
  }
  const ordered = [...spellings].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((current, secret) => current.replaceAll(secret, mask), text);
}

const secretHeaders =
  /^(authorization|proxy-authorization|cookie|set-cookie|www-authenticate|proxy-authenticate)$/i;

export function redactHeaders(
  headers: Readonly<Record<string, string>>,
  redact: (text: string) => string,
  alsoSecret?: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (secretHeaders.test(name) || name.toLowerCase() === alsoSecret?.toLowerCase()) return [name, mask];
      return [name, redact(/^(location|referer|link)$/i.test(name) ? withoutSecrets(value) : value)];
    }),
  );
}

/** A record is for reading; an API that answers with a megabyte must not fill the store. */
const longestRecorded = 32 * 1024;

/** Members of an answer that carry no claim, and so no type, are hidden where their name says that they are secret. */
const secretMember = /password|passwd|secret|token|credential|api_?key|authorization/i;
const jsonWebToken = /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g;

/** An answer's body for the call inspector. `hidden` names members whose claims are secret by type. */
export function redactBody(
  body: string,
  redact: (text: string) => string,
  hidden: ReadonlySet<string>,
): string {
  // Most answers hold nothing of the kind; they are kept as they came.
  const suspicious = secretMember.test(body) || [...hidden].some((name) => body.includes(name));
  const text = suspicious ? hideMembers(body, hidden) : body;
  const clean = redact(text).replace(jsonWebToken, mask);
  return clean.length > longestRecorded
    ? `${clean.slice(0, longestRecorded)}… (${clean.length} characters in all)`
    : clean;
}

function hideMembers(body: string, hidden: ReadonlySet<string>): string {
  try {
    const hide = (key: string, value: unknown) =>
      (secretMember.test(key) || hidden.has(key)) && value !== null && value !== "" ? mask : value;
    return JSON.stringify(JSON.parse(body, hide));
  } catch {
    // Not JSON, yet it speaks of secrets: a form-encoded token answer, for example.
    return `${mask} (${body.length} characters that may hold a secret)`;
  }
}
