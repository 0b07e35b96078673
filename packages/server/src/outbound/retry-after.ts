/** `Retry-After` in milliseconds from `now`: seconds or a date (RFC 9110 section 10.2.3). Undefined where it is neither. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  // Only a real HTTP date: Date.parse also takes "1" and "-5".
  if (!/^[A-Z][a-z]{2,8}, /.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
