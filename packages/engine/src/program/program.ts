import type { ClaimsProvider, IdMap, OrchestrationStep, Policy } from "@vestibule/policy";
import type { TokenIssuer } from "../journey/outcome.ts";
import type { JourneyEntry } from "../journey/state.ts";
import type { CompiledProfile } from "./compiled-profile.ts";

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
  readonly profiles: IdMap<CompiledProfile>;
  /** Journey id, or `subJourneyKey` of a sub-journey's → steps in their order. */
  readonly steps: IdMap<readonly OrchestrationStep[]>;
  /** Ids of the journeys that answer requests; absent where the policy has none for that kind of request. */
  readonly entry: Readonly<Partial<Record<JourneyEntry, string>>> & { readonly authorize: string };
  /** The issuer of the default journey's tokens; absent where it issues no JWT. */
  readonly issuer?: TokenIssuer;
  /** Technical profile id → the claims provider that holds it. */
  readonly claimsProviders: IdMap<ClaimsProvider>;
  /** Claim type ids whose values are never shown. */
  readonly secrets: ReadonlySet<string>;
  /** Those of them that live only inside a form. */
  readonly passwords: ReadonlySet<string>;
}
