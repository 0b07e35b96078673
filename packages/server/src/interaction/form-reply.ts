import type { JourneyEvent, PageProblem } from "@vestibule/engine";
import type { StoredJourney, StoredReply } from "../store/store.ts";

/** JSON answers of form posts, byte for byte as pages.md 1.6 and 1.7 show them. */
export const acceptedReply = '{"status":"200"}';

/** For a display control or an action that the page does not have: HTTP 400 without a word (pages.md 1.8). */
export const nothingReply = "";

/** A page that the journey left behind (journeys.md 14). */
export const staleReply = refusedReply({
  errorCode: "AADB2C90046",
  message: "We are having trouble loading your current state. You might want to try starting over.",
});

/** `errorCode` is left out where the sentence is an API's own. */
export function refusedReply(problem: Pick<PageProblem, "message" | "errorCode">): string {
  return JSON.stringify({
    status: "400",
    ...(problem.errorCode !== undefined && { errorCode: problem.errorCode }),
    message: problem.message,
  });
}

export function verificationReply(result: number): string {
  return JSON.stringify({ status: "200", result });
}

/** Answer of a phone factor (pages.md 1.10). */
export function phoneReply(status: number): string {
  return JSON.stringify({ status: String(status) });
}

/**
 * The first one's answer for a repeated post: one that arrived while another node worked on the first (retry of a
 * proxy), or that repeats the submission which was accepted and still waits for `confirmed`. A refused form that is
 * posted again later runs again: the API or the directory may have changed its mind.
 */
export function repeatedReply(
  stored: StoredJourney,
  turn: { readonly arrivedAt: number; readonly fingerprint?: string },
): string | undefined {
  const last = stored.lastReply;
  if (last === undefined || turn.fingerprint === undefined) return undefined;
  const separator = last.fingerprint.indexOf(":");
  if (last.fingerprint.slice(separator + 1) !== turn.fingerprint) return undefined;
  if (turn.arrivedAt < last.finishedAt) return last.body;
  const { waiting } = stored.state;
  const stillWaits =
    waiting?.kind === "page" &&
    waiting.accepted !== undefined &&
    String(waiting.pageNumber) === last.fingerprint.slice(0, separator);
  return stillWaits && last.body === acceptedReply ? last.body : undefined;
}

/** Remembers where the browser was sent, in the place of a form's answer. */
export function keepRedirect(url: string, now: number): StoredReply {
  return { fingerprint: redirectMark, finishedAt: now, body: url };
}

/** The GET that led to an identity provider, once more (double click, reload): the same address again, nothing runs. */
export function repeatedRedirect(stored: StoredJourney, event: JourneyEvent): string | undefined {
  return event.kind === "confirmed" &&
    stored.state.waiting?.kind === "provider" &&
    stored.lastReply?.fingerprint === redirectMark
    ? stored.lastReply.body
    : undefined;
}

const redirectMark = "redirect";
