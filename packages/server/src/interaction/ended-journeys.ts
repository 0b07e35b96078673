import { createHash } from "node:crypto";
import type { ApplicationAnswer, PublicError, ServerContext } from "../context.ts";
import type { FinalResponse, StoredJourney } from "../store/store.ts";
import type { Tenant } from "../tenant/tenant.ts";

/** How long an answer with a code or tokens may be repeated, in milliseconds: the life of a code (protocol.md 3.6). */
const answerLife = 10 * 60 * 1000;

export type JourneyEnd =
  | { readonly kind: "answer"; readonly answer: ApplicationAnswer }
  | { readonly kind: "errorPage"; readonly error: PublicError; readonly ended: true };

interface Kept {
  readonly end: JourneyEnd;
  /** Milliseconds since 1970. */
  readonly finishedAt: number;
}

/**
 * The final response of a finished journey, for a browser that never got it. The store seals journeys as a whole, so
 * whoever reads the database learns no code from it.
 */
export function keepEnd(end: JourneyEnd, now: number): FinalResponse {
  const kept: Kept = { end, finishedAt: now };
  const code = end.kind === "answer" ? end.answer.code : undefined;
  return {
    status: end.kind === "errorPage" ? end.error.status : end.answer.mode === "form_post" ? 200 : 302,
    headers: {},
    body: JSON.stringify(kept),
    ...(code !== undefined && { codeHash: createHash("sha256").update(code).digest("base64url") }),
  };
}

/** The same response once more, with the same code; undefined once the code was redeemed (pages.md 1.11). */
export async function repeatEnd(
  context: ServerContext,
  tenant: Tenant,
  stored: StoredJourney,
): Promise<JourneyEnd | undefined> {
  if (stored.final === undefined) return undefined;
  const { end, finishedAt } = JSON.parse(stored.final.body) as Kept;
  if (end.kind === "errorPage") return end;
  const { code, fields } = end.answer;
  if (fields.some(([name]) => name === "error")) return end;
  if (context.now() - finishedAt >= answerLife) return undefined;
  return code === undefined ||
    (await context.store.grants.codeIsLive(tenant.id, code, Math.floor(context.now() / 1000)))
    ? end
    : undefined;
}
