import type { ClaimValue } from "../claims/value.ts";
import type { PreconditionVerdict } from "./preconditions.ts";

/** One thing that a journey did. Values of secret claims are replaced before an entry exists. */
export interface TraceEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind:
    | "event"
    | "step"
    | "stepSkipped"
    | "profile"
    | "transformation"
    | "validation"
    | "directory"
    | "call"
    | "page"
    | "session"
    | "outcome"
    | "warning";
  /** `3`, or `3/1` inside a sub-journey. */
  readonly step: string;
  /** One sentence, for example `SelfAsserted-Social: page shown`. */
  readonly text: string;
  readonly technicalProfile?: string;
  /** Claims that changed: before and after, redacted. */
  readonly claims?: Readonly<Record<string, { readonly before?: ClaimValue; readonly after?: ClaimValue }>>;
  /** Whether `claims` changed the journey's own claims; else they stood behind a form, or between two transformations. */
  readonly written?: true;
  /** What went in, claim type id → value, redacted. */
  readonly inputs?: Readonly<Record<string, ClaimValue>>;
  /** In their order, up to the first that skipped: it is the last one that was asked. */
  readonly preconditions?: readonly PreconditionVerdict[];
  readonly detail?: Readonly<Record<string, unknown>>;
}
