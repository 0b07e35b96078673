import { describe, expect, it } from "vitest";
import { convertClaim } from "./convert.ts";

const value = (converted: unknown) => ({ kind: "value", value: converted });

describe("conversion of a provider's value", () => {
  it.each([
    ["string", 1234, "1234"],
    ["string", { a: 1 }, '{"a":1}'],
    ["phoneNumber", "+1 (425) 555-0100", "+14255550100"],
    ["phoneNumber", "0045 33456789", "+4533456789"],
    ["phoneNumber", "XXX-XXX-0100", "XXX-XXX-0100"],
    ["boolean", "TRUE", true],
    ["boolean", 0, false],
    ["int", "12", 12],
    ["long", 42, 42],
    ["long", "9223372036854775807", "9223372036854775807"],
    ["date", "2024-05-01", "2024-05-01"],
    ["dateTime", 1714555800, "2024-05-01T09:30:00.0000000Z"],
    ["dateTime", "2024-05-01T11:30:00+02:00", "2024-05-01T09:30:00.0000000Z"],
    ["dateTime", "2024-05-01T09:30:00.1234567Z", "2024-05-01T09:30:00.1234567Z"],
    ["dateTime", "1970-00-00T00:00:00.0000000Z", "1970-01-01T00:00:00.0000000Z"],
    ["stringCollection", ["a", 1, { b: 2 }], ["a", "1", '{"b":2}']],
    ["stringCollection", "one", ["one"]],
  ] as const)("%s from %j", (type, raw, expected) => {
    expect(convertClaim(type, raw)).toEqual(value(expected));
  });

  it.each([
    ["string", null],
    ["stringCollection", []],
    ["int", undefined],
  ] as const)("%s from %j is absent", (type, raw) => {
    expect(convertClaim(type, raw).kind).toBe("absent");
  });

  it.each([
    ["int", "gold"],
    ["int", 1.5],
    ["int", 2147483648],
    ["long", "9223372036854775808"],
    ["boolean", "yes"],
    ["date", "2024-02-30"],
    ["dateTime", "yesterday"],
  ] as const)("%s refuses %j", (type, raw) => {
    expect(convertClaim(type, raw).kind).toBe("error");
  });
});
