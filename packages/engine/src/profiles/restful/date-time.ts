const pattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,16}))?)?(Z|[+-]\d\d:?\d\d)?)?$/i;
const epoch = "1970-01-01T00:00:00.0000000Z";

/** ISO 8601 text as an instant in UTC with .NET's seven fraction digits; undefined where it is none. */
export function parseDateTime(text: string): string | undefined {
  // The documentation tells authors to send this impossible day for "no value" (U47).
  if (text.startsWith("1970-00-00")) return epoch;
  const parts = pattern.exec(text.trim());
  if (!parts) return undefined;
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", zone = "Z"] = parts;
  const local = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Date.parse rolls 31 April over to May; a date that does not come back as written is none.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(`${year}-${month}-${day}`)) {
    return undefined;
  }
  return dotNetText(local - offsetInMilliseconds(zone), fraction);
}

/** Unix seconds as the same text; undefined outside the years 1 to 9999. */
export function dateTimeOfUnixSeconds(seconds: number): string | undefined {
  if (!Number.isFinite(seconds) || Math.abs(seconds) > 253_402_300_799) return undefined;
  const milliseconds = Math.round(seconds * 1000);
  const instant = new Date(milliseconds);
  return instant.getUTCFullYear() < 1
    ? undefined
    : dotNetText(milliseconds, String(instant.getUTCMilliseconds()).padStart(3, "0"));
}

function offsetInMilliseconds(zone: string): number {
  if (zone.toUpperCase() === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}

function dotNetText(milliseconds: number, fraction: string): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}.${fraction.slice(0, 7).padEnd(7, "0")}Z`;
}
