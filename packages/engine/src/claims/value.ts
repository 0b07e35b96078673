/**
 * A claim's value as it lives in the claims bag. It is JSON, because a journey's state is.
 *
 * - `string`, `phoneNumber`, `duration`: text; `date`: `yyyy-MM-dd`; `dateTime`: ISO 8601 in UTC
 * - `int`, `long`: a number, or its decimal text where a `long` lies beyond ±2^53
 * - `boolean`; `stringCollection`: array of text; `userIdentity…`: object or array of objects
 *
 * An absent claim has no entry in the bag.
 */
export type ClaimValue =
  | string
  | number
  | boolean
  | readonly string[]
  | UserIdentity
  | readonly UserIdentity[];

export interface UserIdentity {
  readonly issuer: string;
  /** Base64 of the UTF-8 text. */
  readonly issuerUserId: string;
}

/** Claim type id in the spelling of its definition → value. */
export type ClaimsBag = Readonly<Record<string, ClaimValue>>;
