import type { Policy } from "@vestibule/policy";
import { secretClaims } from "../../program/secret-claims.ts";

export const mask = "******";

/** An address without query, fragment and user info, whether or not it still holds placeholders. */
export function withoutSecrets(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1");
}

const secretsOf = new WeakMap<Policy, ReadonlySet<string>>();

export function secretClaimsOf(policy: Policy): ReadonlySet<string> {
  let secrets = secretsOf.get(policy);
  if (!secrets) {
    secrets = secretClaims(policy);
    secretsOf.set(policy, secrets);
  }
  return secrets;
}

/** Passwords and tokens are known by their use: they never leave in a log or a trace, nor in a connector's body. */
export function isSecretClaim(policy: Policy, claimTypeId: string): boolean {
  const secrets = secretClaimsOf(policy);
  return secrets.size > 0 && secrets.has(policy.claimTypes.get(claimTypeId)?.id ?? claimTypeId);
}

/** Values of a query string: API keys live there (api-connectors.md A6). */
export function querySecrets(url: string): string[] {
  const query = /\?([^#]*)/.exec(url)?.[1];
  return query ? [...new URLSearchParams(query).values()] : [];
}

/**
 * A JSON text whose characters are escaped only where they must be: some serializers write `+` as `\u002B` and `/` as
 * `\/`, and a secret in such a spelling is the secret all the same.
 */
export function plainEscapes(json: string): string {
  if (!json.includes("\\")) return json;
  return json.replace(
    /\\(?:u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})|u([\da-f]{4})|(.))/gis,
    (written, high?: string, low?: string, single?: string, other?: string) => {
      if (other !== undefined) return other === "/" ? other : written;
      const units = [high ?? single ?? "", ...(low === undefined ? [] : [low])];
      const character = String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16)));
      return JSON.stringify(character).slice(1, -1);
    },
  );
}

/**
 * Takes every known secret out of texts, longest first, also in its JSON and percent-encoded spelling. `texts` is all
 * that will be redacted: nearly always none of it holds a secret, and then nothing is copied.
 */
export function redactor(secrets: Iterable<string>, texts: readonly string[]): (text: string) => string {
  const everything = texts.join("\n");
  const found = new Set<string>();
  for (const secret of secrets) {
    // A secret this short would tear holes into every text and is found in any of them.
    if (secret.length < 3) continue;
    const spellings = /[^\w.-]/.test(secret)
      ? [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())]
      : [secret];
    // Where one of them is in a body, another may be among what was read out of it.
    if (spellings.some((spelling) => everything.includes(spelling)))
      for (const spelling of spellings) found.add(spelling);
  }
  if (found.size === 0) return (text) => text;
  const ordered = [...found].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((current, secret) => current.replaceAll(secret, mask), text);
}

const secretHeaders = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "www-authenticate",
  "proxy-authenticate",
  // Whoever has them can send the request once more.
  "vestibule-signature",
  "vestibule-request-token",
]);
const addressHeaders = new Set(["location", "content-location", "referer", "link"]);

/** Headers for the record. `alsoSecret` is the header that carries an API key. */
export function redactHeaders(
  headers: Readonly<Record<string, string>>,
  redact: (text: string) => string,
  alsoSecret?: string,
): Record<string, string> {
  const redacted: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const isSecret = secretHeaders.has(lower) || lower === alsoSecret?.toLowerCase();
    redacted[name] = isSecret ? mask : redact(addressHeaders.has(lower) ? withoutSecrets(value) : value);
  }
  return redacted;
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
  let suspicious = secretMember.test(body);
  for (const name of hidden) suspicious ||= body.includes(name);
  const text = redact(suspicious ? hideMembers(body, hidden) : body);
  const clean = text.includes("eyJ") ? text.replace(jsonWebToken, mask) : text;
  return shortened(clean);
}

export function shortened(text: string): string {
  return text.length > longestRecorded
    ? `${text.slice(0, longestRecorded)}… (${text.length} characters in all)`
    : text;
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
