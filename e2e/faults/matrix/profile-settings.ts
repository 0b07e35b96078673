import { type Setting, setting } from "./settings.ts";

/** How a RESTful technical profile calls the API in a case, and what the policy says where it fails. */
export interface ProfileSetting extends Setting {
  readonly metadata: Readonly<Record<string, string>>;
  /** Key id → what holds the secret. */
  readonly keys: Readonly<Record<string, string>>;
}

const basic = { BasicAuthenticationUsername: "user", BasicAuthenticationPassword: "password" };

const profileSetting = (
  name: string,
  call: Setting,
  metadata: ProfileSetting["metadata"],
  keys: ProfileSetting["keys"],
): ProfileSetting => ({ ...call, name, metadata, keys });

/** Each way to send claims, to prove who calls and to word a failure. */
export const profileSettings: readonly ProfileSetting[] = [
  profileSetting(
    "seed, claims in the body",
    setting("seed", "restful"),
    { AuthenticationType: "Basic", SendClaimsIn: "Body" },
    basic,
  ),
  profileSetting(
    "b2c-2025, claims in a form, one sentence for all failures",
    setting("b2c-2025", "restful"),
    {
      AuthenticationType: "Basic",
      SendClaimsIn: "Form",
      DefaultUserMessageIfRequestFailed: "Our register is out of order.",
    },
    basic,
  ),
  profileSetting(
    "strict, claims in the query",
    setting("strict", "restful"),
    { AuthenticationType: "ApiKeyHeader", SendClaimsIn: "QueryString", DebugMode: "true" },
    { "x-functions-key": "header" },
  ),
  profileSetting(
    "resilient, claims in headers, a sentence for each failure",
    setting("resilient", "restful"),
    {
      AuthenticationType: "Bearer",
      SendClaimsIn: "Header",
      UserMessageIfRequestTimeout: "Nobody answered for {0} seconds.",
      UserMessageIfDnsResolutionFailed: "Nobody knows the name.",
    },
    { BearerAuthenticationToken: "password" },
  ),
  profileSetting(
    "settings of its own, claims in the address",
    setting(
      "seed",
      "restful",
      {
        timeout: 2500,
        tries: 4,
        pause: 1000,
        longestPause: 1500,
        retryStatuses: [500, 503],
        longestRetryAfter: 5000,
        deadline: 6000,
        showServiceUrl: false,
      },
      {
        timeoutInMilliseconds: "2500",
        tries: "4",
        pauseInMilliseconds: "1000",
        longestPauseInMilliseconds: "1500",
        retryStatuses: "500 503",
        longestRetryAfterInMilliseconds: "5000",
        deadlineInMilliseconds: "6000",
        showServiceUrl: "false",
      },
    ),
    { AuthenticationType: "Basic", SendClaimsIn: "Url" },
    basic,
  ),
];
