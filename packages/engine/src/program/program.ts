import type { Policy } from "@vestibule/policy";

declare const compiled: unique symbol;

/**
 * A policy that was compiled: every reference is resolved, every technical profile's metadata is read into its type.
 * Only `compile` makes one.
 */
export interface Program {
  readonly [compiled]: true;
  readonly policy: Policy;
  /** Changes whenever the policy's meaning does; a running journey ends with the version that it began with. */
  readonly version: string;
}
