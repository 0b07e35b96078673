import type { CallRecord, TraceEntry } from "@vestibule/engine";
import type { JourneyRecordings, JourneyStep } from "./journeys.ts";
import type { Tone } from "./parts.tsx";

/** What one part of a journey was, in words for the person who watches it. */
export interface StepWords {
  /** `3`, `3–9`, or an arrow for what came from outside. */
  readonly order: string;
  readonly headline: string;
  /** Technical profile that the step ran first, or whose page it showed. */
  readonly profile?: string;
  /** What stands below the headline, for example the names of the posted fields. */
  readonly more?: string;
  readonly tone: Tone;
  readonly outcome: string;
  /** Who gave what this part lives on. */
  readonly who: string;
}

export function describeStep(step: JourneyStep, recordings: JourneyRecordings, isLast: boolean): StepWords {
  const { entry } = step.head;
  switch (entry.kind) {
    case "event":
      return { order: "→", ...describeEvent(entry), ...outcomeOf(step, recordings, isLast) };
    case "stepSkipped":
      return describeSkipped(step);
    default: {
      const profile = step.rest.find((one) => one.entry.technicalProfile !== undefined)?.entry
        .technicalProfile;
      return {
        order: entry.step,
        headline: entry.text.replace(/^Step \d+ /, ""),
        ...(profile !== undefined && { profile }),
        who: answeredBy(step),
        ...outcomeOf(step, recordings, isLast),
      };
    }
  }
}

const events: Readonly<Record<string, string>> = {
  confirmed: "The page was confirmed",
  signUpChosen: "The person chose to sign up",
  forgotPassword: "The person forgot the password",
  cancelled: "The person cancelled",
  reload: "The page was asked for again",
};

function describeEvent({ text }: TraceEntry): Pick<StepWords, "headline" | "more" | "who"> {
  if (text === "started") return { headline: "The application asked", who: "the application" };
  const [, what = text, more] = /^([^:]+?)(?:: | with )(.*)$/s.exec(text) ?? [];
  const names = more === undefined || more === "" ? {} : { more };
  if (what === "Form posted") return { headline: "The form was posted", ...names, who: "the person" };
  if (what.startsWith("The identity provider")) return { headline: what, ...names, who: "the provider" };
  return { headline: events[text] ?? text, who: "the person" };
}

function describeSkipped({ head, rest }: JourneyStep): StepWords {
  const last = rest.at(-1)?.entry.step ?? head.entry.step;
  const several = last !== head.entry.step;
  return {
    order: several ? `${head.entry.step}–${last}` : head.entry.step,
    headline: several ? `${rest.length + 1} steps did not apply` : "The step did not apply",
    tone: "quiet",
    outcome: "skipped",
    who: "by precondition",
  };
}

/** `ClaimsExist objectId is true`: why a step was skipped, without the number that stands beside it. */
export function skipReason({ text }: TraceEntry): string {
  return text.replace(/^Step \d+ skipped: /, "");
}

function answeredBy({ rest }: JourneyStep): string {
  if (rest.some(({ entry }) => entry.kind === "call")) return "a REST API";
  if (rest.some(({ entry }) => entry.kind === "directory")) return "the directory";
  return "the server";
}

function outcomeOf(
  { head, rest }: JourneyStep,
  recordings: JourneyRecordings,
  isLast: boolean,
): Pick<StepWords, "tone" | "outcome"> {
  const decisions = rest.flatMap(({ entry }) => callOf(entry, recordings)?.decision ?? []);
  if (decisions.includes("fail")) return { tone: "bad", outcome: "the API failed" };
  if (decisions.includes("block")) return { tone: "bad", outcome: "blocked by the API" };
  if (decisions.includes("page")) return { tone: "warn", outcome: "corrected by the API" };
  const texts = [head, ...rest].map(({ entry }) => entry.text);
  if (texts.some((text) => /: (?:failed|refused): |\bAADB2C\d|was refused/.test(text))) {
    return { tone: "bad", outcome: "refused" };
  }
  if (rest.some(({ entry }) => entry.kind === "warning")) return { tone: "warn", outcome: "with a warning" };
  if (rest.some(({ entry }) => entry.kind === "page")) {
    return isLast && recordings.summary?.status === "suspended"
      ? { tone: "quiet", outcome: "waiting for the person" }
      : { tone: "good", outcome: "page shown" };
  }
  return { tone: "good", outcome: "done" };
}

/** The record of the call that an entry speaks of, where it is still kept. */
export function callOf(
  entry: TraceEntry,
  { calls }: Pick<JourneyRecordings, "calls">,
): CallRecord | undefined {
  const id = entry.detail?.call;
  return typeof id === "string" ? calls.find((call) => call.id === id) : undefined;
}

/** Milliseconds as `551 ms`, `2.7 s`, `3 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
}
