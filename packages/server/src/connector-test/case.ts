import type { CallRecord, HttpCall, HttpResult, Outcome } from "@vestibule/engine";
import type { Finding } from "./rules.ts";

/** What is done to a request on its way out, where the server itself would not send it so. */
export type Alteration = (call: HttpCall) => HttpCall;

/** One line of the report. */
export interface Case {
  /** `PostAttributeCollection/local/unicode`: stable, for whoever keeps results. */
  readonly id: string;
  /** What it belongs to: a step of a user flow, or a place of a technical profile. */
  readonly step: string;
  readonly title: string;
  /**
   * - `answer`: any answer of the contract will do
   * - `word`: the API must refuse this person, with a sentence
   * - `refusal`: the API must notice that this is not the server
   * - `same`: the request goes out twice, and must be decided alike
   */
  readonly expects: "answer" | "word" | "refusal" | "same";
  readonly alter?: Alteration;
}

/** What came of one case. */
export interface Visited {
  readonly outcome: Outcome;
  /** What was sent and what came, unredacted; absent where nothing was sent. */
  readonly exchange?: { readonly call: HttpCall; readonly result: HttpResult };
  /** The record that the server keeps. */
  readonly record?: CallRecord;
  /** What stood in the way, where nothing was sent and no record says it. */
  readonly unasked?: string;
  /** Attributes of the account that was created. */
  readonly stored?: Readonly<Record<string, unknown>>;
}

/** An API under test, and the way in which the server comes to ask it. */
export interface Subject<C extends Case> {
  /** Without its query. */
  readonly url: string;
  readonly cases: readonly C[];
  visit(each: C, alter?: Alteration): Promise<Visited>;
  /** Credentials that were sent: no answer may hold them. */
  secrets(): readonly string[];
  /** Whether the API refuses the person, with a sentence. */
  refuses(record: CallRecord, visited: Visited): boolean;
  /** The rules that an answer to the server breaks. */
  judge(record: CallRecord, visited: Visited, each: C): readonly Finding[];
  /** What the server does with the answer, as the journey itself ended: one sentence. */
  consequence(record: CallRecord, visited: Visited, each: C): string;
  close(): Promise<void>;
}
