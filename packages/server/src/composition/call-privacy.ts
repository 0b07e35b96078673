import type { CallRecord } from "@vestibule/engine";

/** Headers that no claim can stand in. */
const plainHeaders = new Set([
  "accept",
  "content-type",
  "content-length",
  "date",
  "idempotency-key",
  "retry-after",
  "x-correlation-id",
]);

/**
 * A call as production keeps it: when, where, how it ended and which names came back, but no value of a person's claims
 * and no body. Claims may also stand in the path and in headers. Development keeps everything, for the call inspector.
 * Source: api-connectors.md U70.
 */
export function withoutValues(call: CallRecord): CallRecord {
  const { method, url, template, headers } = call.request;
  return {
    ...call,
    request: { method, url: template ?? url, headers: namesOf(headers) },
    ...(call.response && {
      response: { ...call.response, headers: namesOf(call.response.headers), body: "" },
    }),
    verdicts: call.verdicts.map((verdict) =>
      verdict.verdict === "used" ? { ...verdict, value: null } : verdict,
    ),
  };
}

function namesOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      plainHeaders.has(name.toLowerCase()) ? value : "******",
    ]),
  );
}
