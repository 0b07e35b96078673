import { type JsonReading, shapes } from "@vestibule/user-flows";

const { dictionary, flag, integer, json, listOf, maybe, object, oneOf, optional, required, text } = shapes;

type Scalar = string | number | boolean | null;

const scalar: shapes.Shape<Scalar> = {
  name: "a text, a number, true, false or null",
  read(node, path, reading) {
    if (["string", "number", "boolean", "null"].includes(node.type)) return node.value as Scalar;
    reading.report(reading.codes.wrongType, "error", path, `Expected ${this.name}.`);
    return undefined;
  },
};

const sentence = text({ pattern: /\S/, describe: "a sentence" });

const rule = object({
  step: maybe(oneOf("PostFederationSignup", "PostAttributeCollection", "PreTokenIssuance")),
  when: optional(dictionary(scalar), {}),
  times: maybe(integer(1, 1_000_000, { unit: "requests" })),
  delayInMilliseconds: optional(integer(0, 600_000, { unit: "milliseconds" }), 0),
  continue: maybe(dictionary(json)),
  block: maybe(sentence),
  correct: maybe(sentence),
  answer: maybe(
    object({
      status: required(integer(200, 599)),
      headers: optional(dictionary(text()), {}),
      body: maybe(json),
    }),
  ),
  reset: optional(flag, false),
});

/** The file of `vestibule connector mock`. */
export const mockShape = object({
  basicAuthentication: maybe(object({ username: required(text()), password: required(text()) })),
  rules: required(listOf(rule)),
});

export type MockRules = shapes.Shaped<typeof mockShape>;
export type MockRule = shapes.Shaped<typeof rule>;

/** A rule does one thing. */
export function checkRules({ rules }: MockRules, reading: JsonReading): void {
  for (const [index, each] of rules.entries()) {
    const does = [each.continue, each.block, each.correct, each.answer].filter((one) => one !== undefined);
    if (does.length + (each.reset ? 1 : 0) === 1) continue;
    reading.report(
      reading.codes.wrongType,
      "error",
      `rules[${index}]`,
      "A rule has exactly one of 'continue', 'block', 'correct', 'answer' and 'reset'.",
    );
  }
}
