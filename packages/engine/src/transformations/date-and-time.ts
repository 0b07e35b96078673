import {
  dateText,
  dateTimeText,
  isDateTime,
  parseDateTimeText,
  type Ticks,
  ticksPerSecond,
} from "../claims/dotnet/date-time.ts";
import type { TransformationInput } from "./input.ts";
import {
  assertion,
  boolean,
  dateTime,
  type Family,
  nothing,
  optionalString,
  output,
  runtime,
  string,
} from "./transformation.ts";

const ticksPerMillisecond = 10_000n;
const optionalDateTime = { types: ["dateTime"], mayBeAbsent: true } as const;
const unreadable = (name: string) => runtime(`${name} is no date and time`);

/** Source: claims-transformations.md 5.2. */
export const dateTransformations: Family = {
  AssertDateTimeIsGreaterThan: {
    summary:
      "Raises a message where the right operand is later than the left one by more than the tolerance. The operands are texts.",
    inputs: { leftOperand: string, rightOperand: optionalString },
    parameters: {
      AssertIfEqualTo: { type: "boolean", default: "true" },
      AssertIfRightOperandIsNotPresent: { type: "boolean" },
      // The misspelling is the real id; the corrected one is taken too (claims-transformations.md 8).
      TreatAsEqualIfWithinMillseconds: {
        type: "int",
        aliases: ["TreatAsEqualIfWithinMilliseconds"],
      },
    },
    outputs: {},
    assertion: "DateTimeGreaterThan",
    run(input) {
      const failed = assertion("DateTimeGreaterThan");
      if (!input.has("rightOperand"))
        return input.isOn("AssertIfRightOperandIsNotPresent") ? nothing : failed;
      const left = parseDateTimeText(input.text("leftOperand"));
      const right = parseDateTimeText(input.text("rightOperand"));
      if (left === undefined) return unreadable("leftOperand");
      if (right === undefined) return unreadable("rightOperand");
      const tolerance = BigInt(input.number("TreatAsEqualIfWithinMillseconds")) * ticksPerMillisecond;
      const difference = left < right ? right - left : left - right;
      if (difference <= tolerance) return input.isOn("AssertIfEqualTo") ? failed : nothing;
      return right > left ? failed : nothing;
    },
  },

  ConvertDateTimeToDateClaim: {
    summary: "The UTC day of a date and time.",
    inputs: { inputClaim: dateTime },
    parameters: {},
    outputs: { outputClaim: { types: ["date"] } },
    run: (input) => converted(input, dateText),
  },

  ConvertDateToDateTimeClaim: {
    summary: "Midnight UTC of a day.",
    inputs: { inputClaim: { types: ["date"] } },
    parameters: {},
    outputs: { outputClaim: dateTime },
    run: (input) => converted(input, dateTimeText),
  },

  DateTimeComparison: {
    summary:
      "Compares the first date and time, moved by the span, with the second one; without a second one, with now.",
    inputs: { firstDateTime: dateTime, secondDateTime: optionalDateTime },
    parameters: {
      operator: { type: "string", values: ["same", "later than", "earlier than", "greater than"] },
      timeSpanInSeconds: { type: "int" },
    },
    outputs: { result: boolean },
    run(input) {
      const given = input.instant("firstDateTime");
      const second = input.has("secondDateTime") ? input.instant("secondDateTime") : input.context.now;
      if (given === undefined) return unreadable("firstDateTime");
      if (second === undefined) return unreadable("secondDateTime");
      const first = given + BigInt(input.number("timeSpanInSeconds")) * ticksPerSecond;
      if (!isDateTime(first)) return runtime("the date moved by the span lies outside the years 1 to 9999");
      return output({ result: compare(first, input.word("operator"), second) });
    },
  },

  IsTermsOfUseConsentRequired: {
    summary: "True where no consent is recorded, or where it is older than the text.",
    inputs: { termsOfUseConsentDateTime: optionalDateTime },
    parameters: { termsOfUseTextUpdateDateTime: { type: "dateTime" } },
    outputs: { result: boolean },
    run(input) {
      const updated = parseDateTimeText(input.parameter("termsOfUseTextUpdateDateTime"));
      if (updated === undefined) return unreadable("termsOfUseTextUpdateDateTime");
      const consent = input.instant("termsOfUseConsentDateTime");
      return output({ result: consent === undefined || consent < updated });
    },
  },

  GetCurrentDateTime: {
    summary: "The present date and time in UTC.",
    inputs: {},
    parameters: {},
    outputs: { currentDateTime: dateTime },
    run: ({ context }) => output({ currentDateTime: dateTimeText(context.now) }),
  },
};

function converted(input: TransformationInput, write: (ticks: Ticks) => string) {
  if (!input.has("inputClaim")) return output({ outputClaim: null });
  const ticks = input.instant("inputClaim");
  return ticks === undefined ? unreadable("inputClaim") : output({ outputClaim: write(ticks) });
}

function compare(first: Ticks, operator: string, second: Ticks): boolean {
  switch (operator) {
    case "same":
      return first === second;
    case "earlier than":
      return first < second;
    default:
      // `greater than` is an older word for it.
      return first > second;
  }
}
