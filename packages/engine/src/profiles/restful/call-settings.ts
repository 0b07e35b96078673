import { type MetadataReader, ownPrefix, type Reading } from "./metadata-reader.ts";
import type { CallPolicy } from "./presets.ts";

/** One setting of a call: a metadata item `vestibule.<name>` of a technical profile, a member `<name>` of a connector. */
export type CallSetting = { readonly describe: string } & (
  | {
      readonly kind: "integer";
      readonly least: number;
      readonly most: number;
      readonly unit: "milliseconds" | "tries" | "failures" | "calls";
    }
  | { readonly kind: "statuses" }
  | { readonly kind: "flag" }
);

const milliseconds = (least: number, most: number, describe: string): CallSetting => ({
  kind: "integer",
  least,
  most,
  unit: "milliseconds",
  describe,
});

/** The settings that stand over a preset, by the name of the value that they change. */
const policySettings = {
  timeout: ["timeoutInMilliseconds", milliseconds(1, 600_000, "The longest that one try takes.")],
  tries: [
    "tries",
    { kind: "integer", least: 1, most: 10, unit: "tries", describe: "How often a call is tried in all." },
  ],
  deadline: [
    "deadlineInMilliseconds",
    milliseconds(0, 600_000, "The longest that all tries and pauses take together; 0: no bound of its own."),
  ],
  retryStatuses: [
    "retryStatuses",
    {
      kind: "statuses",
      describe: "HTTP statuses that are tried again, beside calls without an HTTP answer.",
    },
  ],
  pause: [
    "pauseInMilliseconds",
    milliseconds(
      0,
      60_000,
      "The pause before the second try. It doubles from try to try, less a random part of at most half.",
    ),
  ],
  longestPause: [
    "longestPauseInMilliseconds",
    milliseconds(0, 60_000, "What the doubling pauses do not exceed."),
  ],
  longestRetryAfter: [
    "longestRetryAfterInMilliseconds",
    milliseconds(
      0,
      300_000,
      "`Retry-After` is kept up to here; an API that asks for more is not tried again. 0: the header is not read.",
    ),
  ],
  breakerFailures: [
    "breakerFailures",
    {
      kind: "integer",
      least: 0,
      most: 1000,
      unit: "failures",
      describe:
        "Calls in a row without an HTTP answer after which the API is left alone for a while; 0: never.",
    },
  ],
  breakerWindow: [
    "breakerWindowInMilliseconds",
    milliseconds(1, 3_600_000, "The time within which these failures count."),
  ],
  breakerPause: [
    "breakerPauseInMilliseconds",
    milliseconds(1, 3_600_000, "How long the API is left alone until one call is let through to see."),
  ],
  concurrentCalls: [
    "concurrentCalls",
    {
      kind: "integer",
      least: 1,
      most: 256,
      unit: "calls",
      describe:
        "Calls to one address that are under way at the same time, in each thread of a server. As many more may wait.",
    },
  ],
  idempotencyKey: [
    "idempotencyKey",
    {
      kind: "flag",
      describe: "Whether `Idempotency-Key` is sent: new with each call, the same in all its tries.",
    },
  ],
  showServiceUrl: [
    "showServiceUrl",
    {
      kind: "flag",
      describe:
        "Whether B2C's sentences name the service's address to the person, without query and user name.",
    },
  ],
} as const satisfies Readonly<Record<keyof CallPolicy, readonly [name: string, setting: CallSetting]>>;

/** Name → what it takes. */
export const callSettings: Readonly<Record<string, CallSetting>> = Object.fromEntries(
  Object.values(policySettings),
);

/** The preset's numbers with those that the profile sets itself. */
export function readCallPolicy(
  item: MetadataReader,
  preset: CallPolicy,
  take: <T>(reading: Reading<T>, otherwise: T) => T,
): CallPolicy {
  const policy: Record<string, CallPolicy[keyof CallPolicy]> = { ...preset };
  for (const [member, [name, setting]] of Object.entries(policySettings)) {
    const value = take(readSetting(item, `${ownPrefix}${name}`, setting), undefined);
    if (value !== undefined) policy[member] = value;
  }
  return policy as unknown as CallPolicy;
}

function readSetting(
  item: MetadataReader,
  key: string,
  setting: CallSetting,
): Reading<number | boolean | readonly number[] | undefined> {
  if (item.text(key) === undefined) return { value: undefined };
  switch (setting.kind) {
    case "integer":
      return item.integer(key, setting.least, setting.most);
    case "flag":
      return item.boolean(key, false);
    case "statuses":
      return readStatuses(item, key);
  }
}

/** `429 502,503`; `none` for an empty list. */
function readStatuses(item: MetadataReader, key: string): Reading<readonly number[]> {
  const text = item.text(key) ?? "";
  if (/^none$/i.test(text)) return { value: [] };
  const statuses = text.split(/[\s,;]+/).map((word) => (/^\d{3}$/.test(word) ? Number(word) : Number.NaN));
  // An answer of 2xx is what was asked for, and a redirect is never followed.
  return statuses.every((status) => status >= 400 && status <= 599)
    ? { value: statuses }
    : { problem: item.unfit(key, "HTTP statuses from 400 to 599, or 'none'") };
}
