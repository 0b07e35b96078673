const longest = 256;
const shortest = 8;
/** Undocumented minimum of accounts with `DisableStrongPassword`; a published sample sends `1234`. */
const shortestWeak = 4;

const lower = /[a-z]/;
const upper = /[A-Z]/;
const digit = /[0-9]/;
/** The listed symbols and the space; other characters are accepted but count as no class (user-flows.md 9). */
const symbol = /[@#$%^&*\-_+=[\]{}|\\:',.?/`~"();!<> ]/;

const needed = 3;

export interface PasswordPolicies {
  readonly strong: boolean;
  readonly expires: boolean;
}

/** Reads `passwordPolicies`: names joined by commas, with or without blanks, in any case and order. */
export function readPasswordPolicies(value: string | undefined): PasswordPolicies | undefined {
  const names = (value ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "none");
  const known = new Set(["disablepasswordexpiration", "disablestrongpassword"]);
  if (names.some((name) => !known.has(name))) return undefined;
  return {
    strong: !names.includes("disablestrongpassword"),
    expires: !names.includes("disablepasswordexpiration"),
  };
}

/** Why the directory refuses the password; undefined where it takes it (directory-and-graph.md 5). */
export function refusalOf(password: string, policies: PasswordPolicies): string | undefined {
  const length = [...password].length;
  const least = policies.strong ? shortest : shortestWeak;
  if (length < least || length > longest) {
    return `The password must have between ${least} and ${longest} characters.`;
  }
  if (!password.isWellFormed()) return "The password holds a character that cannot be stored.";
  if (!policies.strong) return undefined;
  const classes = [lower, upper, digit, symbol].filter((pattern) => pattern.test(password)).length;
  if (classes < needed) {
    return "The password must have at least 3 of the following: a lowercase letter, an uppercase letter, a digit, a symbol.";
  }
  return undefined;
}
