import type { Diagnostic, Policy, TechnicalProfile } from "@vestibule/policy";
import type { ClaimsBag, ClaimValue } from "../claims/value.ts";
import type { Presented } from "../journey/event.ts";
import type { IssuedCode, JourneyState } from "../journey/state.ts";
import type { TraceEntry } from "../journey/trace.ts";
import type { Ports } from "../ports.ts";

/** What a technical profile is given when it runs. It reads; only `advance` writes the bag and moves the journey. */
export interface ProfileContext<Metadata> {
  readonly profile: TechnicalProfile;
  readonly metadata: Metadata;
  readonly policy: Policy;
  readonly state: JourneyState;
  readonly ports: Ports;
  /** Claims in scope: the bag, and inside a form also what was submitted and what earlier validation profiles gave. */
  readonly claims: ClaimsBag;
  /** Values of claims that exist only inside a form (passwords). Never traced, never stored. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What the program presented that began this journey. Never traced, never stored. */
  readonly presented?: Presented;
  /** `validation` = inside a form: its failures are shown on the page. */
  readonly caller: "step" | "validation";
  /** Order number of the orchestration step. */
  readonly step: number;
  /** The input claims, resolved: partner name (else claim id) → value; absent claims are left out. */
  readonly input: ReadonlyMap<string, ResolvedClaim>;
  /** The persisted claims, resolved the same way. `undefined` = no value now. */
  readonly persisted: ReadonlyMap<string, ResolvedClaim>;
  /** A keyed message (`UserMessageIf…`) in the page's language, by the lookup order of technical-profiles.md 1.8. */
  message(key: string, ...fillIns: readonly string[]): string;
  /** What the policy says under a message key; undefined where it says nothing. */
  configuredMessage(key: string): string | undefined;
  /** The one-time codes of this journey; what is kept here stays also when the profile fails. */
  readonly codes: JourneyCodes;
  /** A claim's value as it may be shown: secret claims are replaced. */
  redact(claimTypeId: string, value: ClaimValue): ClaimValue;
  trace(entry: Omit<TraceEntry, "at" | "step">): void;
}

/** One-time codes that belong to a journey, by what they were made for. They are never in the bag. */
export interface JourneyCodes {
  find(key: string): IssuedCode | undefined;
  keep(key: string, code: IssuedCode): void;
  forget(key: string): void;
  /** Counts one more code that is sent for this journey; false = it had its share (`limit` over all keys). */
  claim(limit: number): boolean;
}

export interface ResolvedClaim {
  /** Claim type id in the spelling of its definition. */
  readonly claimTypeId: string;
  readonly partnerName: string;
  readonly value: ClaimValue;
}

/**
 * How a run ended.
 * - `values`: partner name → value as the provider gave it (JSON); `advance` converts and maps it to output claims
 * - `userError`: something that the person may correct; inside a form it becomes the page's message
 * - `systemError`: ends the journey, or inside a form is shown with its code
 */
export type ProfileResult =
  | {
      readonly kind: "values";
      readonly values: Readonly<Record<string, unknown>>;
      readonly wroteDirectory?: boolean;
    }
  | {
      readonly kind: "userError";
      readonly message: string;
      readonly code?: string;
      readonly relyingPartyMessage?: string;
    }
  | { readonly kind: "systemError"; readonly code: string; readonly message: string };

/** A kind of technical profile that runs without the browser: it can stand in a step and behind a form. */
export interface ServerProfileKind<Metadata> {
  readonly kind: string;
  /** Reads the metadata into its type once, when the policy is compiled. */
  readMetadata(
    profile: TechnicalProfile,
    policy: Policy,
  ): { readonly metadata: Metadata } | { readonly diagnostics: readonly Diagnostic[] };
  run(context: ProfileContext<Metadata>): Promise<ProfileResult>;
}
