import type { CallRecord } from "@vestibule/engine";

/**
 * A call as production keeps it: when, where, how it ended and which names came back, but no value of a person's claims
 * and no body. Development keeps everything, for the call inspector. Source: api-connectors.md U70.
 */
export function withoutValues(call: CallRecord): CallRecord {
  const { body: _sent, ...request } = call.request;
  return {
    ...call,
    request,
    ...(call.response && { response: { ...call.response, body: "" } }),
    verdicts: call.verdicts.map((verdict) =>
      verdict.verdict === "used" ? { ...verdict, value: null } : verdict,
    ),
  };
}
