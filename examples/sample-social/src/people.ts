import { createHash } from "node:crypto";

/** Somebody who can sign in to Sample social. */
export interface Person {
  /** Subject identifier: stable for the same e-mail address, over restarts too. */
  readonly sub: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string;
  readonly givenName: string;
  readonly familyName: string;
}

/** The three invented people of the sign-in page. The last one is whom the sample API's allow-list refuses. */
export const people: readonly Person[] = [
  person("alma.lindqvist@social.example", "Alma Lindqvist", true),
  person("ravi.menon@social.example", "Ravi Menon", true),
  person("blocked@blocked.example", "Bela Blocked", true),
];

/**
 * A person made up on the sign-in page. Nobody proved the address, so it is not verified.
 * Gives undefined where the address or the name cannot be used.
 */
export function inventPerson(email: string, name: string): Person | undefined {
  const address = email.trim();
  const fullName = name.trim().replace(/\s+/g, " ");
  if (address.length > 254 || !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address)) return undefined;
  if (fullName.length === 0 || fullName.length > 100) return undefined;
  return person(address, fullName, false);
}

function person(email: string, name: string, emailVerified: boolean): Person {
  const words = name.split(" ");
  const familyName = words.length > 1 ? (words.at(-1) ?? "") : "";
  const givenName = words.length > 1 ? words.slice(0, -1).join(" ") : name;
  const sub = createHash("sha256").update(email.toLowerCase()).digest("base64url").slice(0, 22);
  return { sub, email, emailVerified, name, givenName, familyName };
}
