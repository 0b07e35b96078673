/**
 * A claim's value as it lives in the claims bag. It is JSON, because a journey's state is.
 *
 * - `string`, `duration`: text; `phoneNumber`: `+` and digits; `date`: `yyyy-MM-dd`
 * - `dateTime`: ISO 8601 in UTC with seven fraction digits, `2024-05-01T09:30:00.0000000Z`
 * - `int`, `long`: a number, or its decimal text where a `long` lies beyond ±2^53
 * - `boolean`; `stringCollection`: array of text; identities: object or array of objects
 *
 * An absent claim has no entry in the bag.
 */
export type ClaimValue =
  | string
  | number
  | boolean
  | readonly string[]
  | UserIdentity
  | readonly UserIdentity[]
  | readonly AlternativeSecurityId[];

/** Plain in the bag; outside, `issuerUserId` is the base64 of its UTF-8 text (claims-transformations.md 5.7). */
export interface UserIdentity {
  readonly issuer: string;
  readonly issuerUserId: string;
}

/** An element of an alternativeSecurityIdCollection. */
export interface AlternativeSecurityId {
  readonly type: number;
  readonly identityProvider: string;
  /** Base64 of the provider's user id in UTF-8. */
  readonly key: string;
}

/** Claim type id in the spelling of its definition → value. */
export type ClaimsBag = Readonly<Record<string, ClaimValue>>;
