/**
 * Why `text` is no value of `dataType`, or undefined where it is one. A text with a claim resolver is not judged, nor is
 * one of a collection. Source: policy-language.md 3.2, PL505.
 */
export function defaultValueProblem(text: string, dataType: string): string | undefined {
  const value = text.trim();
  if (value === "" || value.includes("{")) return undefined;
  const expected = expectations.get(dataType);
  return expected === undefined || expected.accepts(value) ? undefined : expected.form;
}

const whole = (bound: bigint) => (text: string) => {
  if (!/^[+-]?\d{1,19}$/.test(text)) return false;
  const number = BigInt(text.replace("+", ""));
  return number >= -bound && number < bound;
};

const dateTime = /^\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

const expectations: ReadonlyMap<
  string,
  { readonly accepts: (text: string) => boolean; readonly form: string }
> = new Map([
  ["boolean", { accepts: (text) => /^(true|false|1|0)$/i.test(text), form: "true or false" }],
  ["int", { accepts: whole(2n ** 31n), form: "a whole number of 32 bits" }],
  ["long", { accepts: whole(2n ** 63n), form: "a whole number of 64 bits" }],
  ["date", { accepts: (text) => dateTime.test(text), form: "a date such as 2024-05-31" }],
  ["dateTime", { accepts: (text) => dateTime.test(text), form: "an ISO 8601 date and time" }],
  [
    "duration",
    {
      accepts: (text) => /^-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/.test(text),
      form: "an ISO 8601 duration such as P1DT2H",
    },
  ],
]);
