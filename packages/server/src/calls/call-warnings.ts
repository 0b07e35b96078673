/**
 * What the warnings of a call record mean. A warning is a code, or `code:name` where it is about one name; those about a
 * name of the answer stand in the verdict on it already.
 */
const sentences: Readonly<Record<string, string>> = {
  "content-type": "The answer's Content-Type is not JSON. The body was read as JSON all the same.",
  "action-missing": "The answer has no action; it was read as Continue.",
  "version-missing": "The answer has no version.",
  "status-missing": "The body of a correction should hold the HTTP status as its member status.",
  "http-status-mismatch": "A correction should come with HTTP status 400.",
  "legacy-action": "This action is an old name of Continue.",
  "block-ignored-at-token-step":
    "A block page is not possible before the token: the flow went on without the answer's claims.",
  "tries-exhausted": "Every try failed.",
  "members-not-told": "So many more members of the answer have no effect.",
  "header-not-settable": "This header cannot be set by a claim, and was left out.",
  "placeholder-without-claim": "The address has a placeholder whose claim has no value.",
};

const inVerdicts = new Set(["unknown-claim", "not-selected", "not-overwritable", "foreign-extension"]);

/** A warning for a person; undefined where the verdicts say it. An unknown code is shown as it is. */
export function warningSentence(warning: string): string | undefined {
  const [code = "", ...rest] = warning.split(":");
  if (inVerdicts.has(code)) return undefined;
  const sentence = Object.hasOwn(sentences, code) ? sentences[code] : undefined;
  if (sentence === undefined) return warning;
  return rest.length === 0 ? sentence : `${rest.join(":")}: ${sentence}`;
}
