/**
 * Date-times as .NET has them: ticks of 100 ns since 0001-01-01, UTC, seven fraction digits.
 * Source: claims-transformations.md 4.6.
 */

/** Ticks since 0001-01-01T00:00:00Z. */
export type Ticks = bigint;

const ticksPerMillisecond = 10_000n;
export const ticksPerSecond = 10_000_000n;
const ticksPerDay = 86_400n * ticksPerSecond;
/** 1970-01-01 in ticks. */
const epoch = 621_355_968_000_000_000n;
/** The first tick after 9999-12-31. */
const end = 3_155_378_976_000_000_000n;

const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,32}))?)?[ ]?(Z|[+-]\d{2}:?\d{2})?)?$/i;
const us = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AP])M)?)?$/i;
const rfc1123 =
  /^(?:(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat), )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/i;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

export function ticksOf(milliseconds: number): Ticks {
  return epoch + BigInt(Math.trunc(milliseconds)) * ticksPerMillisecond;
}

/** Whether an instant lies in the years 1 to 9999, which is all that .NET has. */
export function isDateTime(ticks: Ticks): boolean {
  return ticks >= 0n && ticks < end;
}

/** ISO 8601; a text without zone is UTC, an offset is converted. Undefined where it is none. */
export function parseIsoDateTime(text: string): Ticks | undefined {
  const match = iso.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
  const offset = zoneOffset(zone);
  const start = instant(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  if (start === undefined || offset === undefined) return undefined;
  return within(start + fractionTicks(fraction) - offset);
}

/** As `parseIsoDateTime`, and the two other forms that .NET's invariant culture reads: `1/3/2022 11:34:22 AM`, RFC 1123. */
export function parseDateTimeText(text: string): Ticks | undefined {
  const found = parseIsoDateTime(text);
  if (found !== undefined) return found;
  const slashes = us.exec(text.trim());
  if (slashes) {
    const [, month, day, year, hour = "0", minute = "0", second = "0", half] = slashes;
    const clock = half === undefined ? Number(hour) : twelveHours(Number(hour), half);
    if (clock === undefined) return undefined;
    return instant(Number(year), Number(month), Number(day), clock, Number(minute), Number(second));
  }
  const named = rfc1123.exec(text.trim());
  if (!named) return undefined;
  const [, day, month = "", year, hour, minute, second] = named;
  const number = months.indexOf(month.toLowerCase()) + 1;
  return instant(Number(year), number, Number(day), Number(hour), Number(minute), Number(second));
}

/** `yyyy-MM-ddTHH:mm:ss.fffffffZ`. */
export function dateTimeText(ticks: Ticks): string {
  const seconds = (ticks - epoch - positiveRest(ticks - epoch, ticksPerSecond)) / ticksPerSecond;
  const fraction = positiveRest(ticks - epoch, ticksPerSecond)
    .toString()
    .padStart(7, "0");
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** `yyyy-MM-dd` of the UTC day. */
export function dateText(ticks: Ticks): string {
  return dateTimeText(ticks - positiveRest(ticks, ticksPerDay)).slice(0, 10);
}

function positiveRest(value: bigint, divisor: bigint): bigint {
  const rest = value % divisor;
  return rest < 0n ? rest + divisor : rest;
}

function instant(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): Ticks | undefined {
  if (year < 1 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59)
    return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  // A day that the month does not have rolls over to the next one.
  return date.getUTCDate() === day && date.getUTCMonth() === month - 1 ? ticksOf(date.getTime()) : undefined;
}

/** More than seven digits are rounded. */
function fractionTicks(fraction: string): Ticks {
  const seven = BigInt(fraction.slice(0, 7).padEnd(7, "0"));
  return fraction.charAt(7) >= "5" ? seven + 1n : seven;
}

function zoneOffset(zone: string): Ticks | undefined {
  if (zone.toUpperCase() === "Z") return 0n;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  const offset = BigInt(hours * 60 + minutes) * 60n * ticksPerSecond;
  return zone.startsWith("-") ? -offset : offset;
}

function twelveHours(hour: number, half: string): number | undefined {
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half.toUpperCase() === "P" ? 12 : 0);
}

function within(ticks: Ticks): Ticks | undefined {
  return isDateTime(ticks) ? ticks : undefined;
}
