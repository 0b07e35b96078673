import type {
  CallRecord,
  ClaimVerdict,
  ClientCertificate,
  HttpResult,
  TransportFailure,
} from "../../ports.ts";
import type { ProfileContext } from "../profile.ts";
import type { RestfulMetadata } from "./metadata.ts";

export type RestfulContext = Omit<ProfileContext<RestfulMetadata>, "codes" | "configuredMessage">;

/** A request without its credentials. */
export interface EncodedRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly warnings: readonly string[];
  /** Of a call that is made again later; absent = each call has its own. */
  readonly idempotencyKey?: string;
}

/** Credentials of one call, and the texts that no log may hold because of them. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly clientCertificate?: ClientCertificate;
  readonly secrets: readonly string[];
  /** Credentials to send instead after the API refused these; absent = there are no others. */
  renew?(): Promise<Credentials | { readonly fault: Fault }>;
}

/**
 * Why an exchange failed. `detail` is for the operator: it names claims and causes, never values. `refused`: the API said
 * that the person must not go on, though not in a form that can be used.
 */
export type Fault =
  /** Nothing usable came back over the network, or nothing could be sent (`unsent`). */
  | {
      readonly kind: "transport";
      /** `token`: the API's token endpoint gave none. */
      readonly failure: TransportFailure | "unsent" | "token";
      readonly detail: string;
    }
  /** An HTTP status that is no success; `reason` is the API's own sentence for the person. */
  | { readonly kind: "status"; readonly status: number; readonly reason?: string; readonly refused?: boolean }
  /** A success that cannot be used. */
  | { readonly kind: "answer"; readonly detail: string; readonly refused?: boolean }
  /** A mistake of the policy or its keys that shows only at the call. */
  | { readonly kind: "configuration"; readonly code: string; readonly message: string };

/** Members of an answer without effect, and warnings, that a record tells of; an API may answer with a hundred thousand. */
export const mostTold = 100;

/** What an answer means, in the words of api-connectors.md ("Outcome vocabulary"). */
export type Decision =
  /** `despite`: the API failed, and its settings say that the journey goes on. */
  (
    | {
        readonly kind: "continue";
        readonly values: Readonly<Record<string, unknown>>;
        readonly despite?: Fault;
      }
    /** The outbox has it. */
    | { readonly kind: "queued" }
    | { readonly kind: "page"; readonly message: string }
    | { readonly kind: "block"; readonly message: string }
    | { readonly kind: "fail"; readonly fault: Fault }
  ) & { readonly verdicts: readonly ClaimVerdict[]; readonly warnings: readonly string[] };

export type HttpAnswer = Extract<HttpResult, { kind: "answer" }>;

/** Turns claims into a request and an answer into a decision; transport and errors are the same for all. */
export interface Codec {
  encode(context: RestfulContext): Promise<EncodedRequest | { readonly fault: Fault }>;
  decode(context: RestfulContext, answer: HttpAnswer): Decision;
}

export type CallFailure = NonNullable<CallRecord["failure"]>;
