import { refused } from "./failures.ts";

/** What `complete` must know of `begin`. It stays on the server, in the journey's state. */
export interface Saved {
  readonly state: string;
  readonly redirectUri: string;
  /** OpenID Connect only. */
  readonly nonce?: string;
  /** Issuer by the provider's metadata; absent where only prefixes say who it may be. */
  readonly issuer?: string;
  /** PKCE verifier, where a challenge was sent. */
  readonly verifier?: string;
}

export function writeSaved(saved: Saved): string {
  return JSON.stringify(saved);
}

/** Refuses with AADB2C90273 what `writeSaved` did not write: nothing is checked against a missing value. */
export function readSaved(text: string): Saved {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === "object" && value !== null) {
    const { state, nonce, redirectUri, issuer, verifier } = value as Readonly<Record<string, unknown>>;
    const rest = { nonce, issuer, verifier };
    const given = Object.entries(rest).filter(([, member]) => member !== undefined);
    if (isText(state) && isText(redirectUri) && given.every(([, member]) => isText(member)))
      return { state, redirectUri, ...Object.fromEntries(given) };
  }
  throw refused("AADB2C90273", "the federation's saved values are missing");
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0;
}
