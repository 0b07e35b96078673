import type { TechnicalProfile } from "@vestibule/policy";

/**
 * Remembers what follows from a technical profile alone. A profile is immutable and belongs to one policy of one
 * tenant, so what was worked out at its first call holds for every other.
 */
export function perProfile<Context extends { readonly profile: TechnicalProfile }, T>(
  work: (context: Context) => T,
): (context: Context) => T {
  const known = new WeakMap<TechnicalProfile, T>();
  return (context) => {
    let result = known.get(context.profile);
    if (result === undefined) {
      result = work(context);
      known.set(context.profile, result);
    }
    return result;
  };
}
