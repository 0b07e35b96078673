import type { PageField } from "@vestibule/engine";

/**
 * Dates of a form that was posted without script: three lists `{claim}_day`, `_month`, `_year` become `yyyy-MM-dd`,
 * "" where nothing was chosen (pages.md 3.3, 6.2). A date that does not exist is handed on as it is, to be refused.
 */
export function nativeDates(
  fields: readonly PageField[],
  posted: (name: string) => string | undefined,
): Readonly<Record<string, string>> {
  const dates = new Map<string, string>();
  for (const { id, userInputType } of fields) {
    if (userInputType !== "DateTimeDropdown") continue;
    const [year, month, day] = ["year", "month", "day"].map((part) => posted(`${id}_${part}`));
    if (year === undefined && month === undefined && day === undefined) continue;
    const chosen = [year, month, day].some((part) => part !== undefined && part !== "");
    const pad = (text: string | undefined, length: number) => (text ?? "").padStart(length, "0");
    dates.set(id, chosen ? `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}` : "");
  }
  return Object.fromEntries(dates);
}
