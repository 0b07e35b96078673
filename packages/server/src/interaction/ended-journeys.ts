import { createHash } from "node:crypto";
import type { JourneyState } from "@vestibule/engine";
import type { ApplicationAnswer, PublicError, ServerContext } from "../context.ts";
import type { FinalResponse, StoredJourney } from "../store/store.ts";
import type { Tenant } from "../tenant/tenant.ts";
import type { InteractionKeys } from "./keys.ts";

/** How long an answer with tokens but without a code may be repeated, in milliseconds. */
const tokenAnswerLife = 5 * 60 * 1000;

export type JourneyEnd =
  | { readonly kind: "answer"; readonly answer: ApplicationAnswer }
  | { readonly kind: "errorPage"; readonly error: PublicError; readonly ended: true };

/**
 * The final response of a finished journey, for a browser that never got it. It holds a live code or tokens, so it is
 * stored sealed: whoever reads the database learns nothing from it.
 */
export interface EndedJourneys {
  keep(tenant: Tenant, state: JourneyState, end: JourneyEnd): FinalResponse;
  /** The same response once more, with the same code; undefined once the code was redeemed (pages.md 1.11). */
  repeat(tenant: Tenant, stored: StoredJourney): Promise<JourneyEnd | undefined>;
}

interface Kept {
  readonly end: JourneyEnd;
  /** Milliseconds since 1970. */
  readonly finishedAt: number;
}

export function endedJourneys(context: ServerContext, keys: InteractionKeys): EndedJourneys {
  return {
    keep(tenant, state, end) {
      const kept: Kept = { end, finishedAt: context.now() };
      const code = end.kind === "answer" ? end.answer.code : undefined;
      return {
        status: end.kind === "answer" ? 302 : end.error.status,
        headers: {},
        body: keys.seal(sealContext(tenant, state.id), JSON.stringify(kept)),
        ...(code !== undefined && { codeHash: createHash("sha256").update(code).digest("base64url") }),
      };
    },

    async repeat(tenant, stored) {
      const text = stored.final && keys.open(sealContext(tenant, stored.state.id), stored.final.body);
      if (text === undefined) return undefined;
      // Sealed by `keep`: the cast stands on the authentication tag.
      const { end, finishedAt } = JSON.parse(text) as Kept;
      if (end.kind === "errorPage") return end;
      const { code, fields } = end.answer;
      if (code !== undefined)
        return (await context.store.grants.peekCode(tenant.id, code)) === undefined ? undefined : end;
      const isError = fields.some(([name]) => name === "error");
      return isError || context.now() - finishedAt < tokenAnswerLife ? end : undefined;
    },
  };
}

function sealContext(tenant: Tenant, tid: string): string {
  return JSON.stringify([tenant.id, tid]);
}
