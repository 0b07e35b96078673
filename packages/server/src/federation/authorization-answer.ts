import { timingSafeEqual } from "node:crypto";
import { ProviderError, refused } from "./failures.ts";

/** What the browser brought back; each field once, as text. */
export type Answer = Readonly<Record<string, string>>;

/**
 * Refuses an answer that belongs to another visit, and reports one that is an error. In this order: an error counts only
 * with the right state.
 */
export function checkAnswer(answer: Answer, expectedState: string): void {
  const state = field(answer, "state");
  if (state === undefined || !equal(state, expectedState))
    throw refused("AADB2C90273", "the answer's state is not the one that was sent");
  const error = field(answer, "error");
  if (error !== undefined) throw new ProviderError(error, field(answer, "error_description"));
}

export function field(answer: Answer, name: string): string | undefined {
  const value = Object.hasOwn(answer, name) ? answer[name] : undefined;
  return value === "" ? undefined : value;
}

export function requireCode(answer: Answer): string {
  const code = field(answer, "code");
  if (code === undefined) throw refused("AADB2C90273", "the answer has no code");
  return code;
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
