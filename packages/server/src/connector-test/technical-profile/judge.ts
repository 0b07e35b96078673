import { type CallRecord, parseJson } from "@vestibule/engine";
import { nearestName, type TechnicalProfile } from "@vestibule/policy";
import type { Visited } from "../case.ts";
import { judgeMessage, judgeTime, noAnswer } from "../judge.ts";
import { type Finding, finding } from "../rules.ts";
import type { ProfileCase } from "./cases.ts";

type Json = ReturnType<typeof parseJson>;

/** What an API says to the person: HTTP 4xx with a `userMessage` (api-connectors.md B7). */
export function userMessageOf(record: CallRecord, { exchange }: Visited): string | undefined {
  const status = record.response?.status ?? 0;
  if (exchange?.result.kind !== "answer" || status < 400 || status > 499) return undefined;
  const message = member(parseJson(exchange.result.body), "userMessage");
  return typeof message === "string" && message.trim() !== "" ? message : undefined;
}

/** The rules of a RESTful technical profile's API that an answer breaks. */
export function judgeProfileAnswer(
  profile: TechnicalProfile,
  record: CallRecord,
  visited: Visited,
  { place }: ProfileCase,
): readonly Finding[] {
  const { failure, response } = record;
  const message = userMessageOf(record, visited);
  // In a step the API's own word ends the journey, and is an answer all the same.
  if (failure && message === undefined) {
    return response ? [finding("unusable-answer", failure.detail)] : noAnswer(failure);
  }
  if (visited.exchange?.result.kind !== "answer") return judgeTime(record);
  const { body, headers } = visited.exchange.result;
  const json = parseJson(body);
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  return [
    ...judgeTime(record),
    ...(body.trim() !== "" && !/\bjson\b/i.test(type) ? [finding("content-type")] : []),
    ...(message === undefined
      ? judgeSuccess(profile, record, json)
      : [
          ...(member(json, "version") === undefined ? [finding("version-missing")] : []),
          ...(member(json, "status") === undefined ? [finding("status-missing")] : []),
          ...judgeMessage(message, place.form ? 2000 : 1000),
        ]),
  ];
}

function judgeSuccess(profile: TechnicalProfile, record: CallRecord, json: Json): readonly Finding[] {
  const message = member(json, "userMessage");
  const isError = typeof message === "string" && message !== "" && Number(member(json, "status")) >= 400;
  const ignored = record.verdicts.flatMap((verdict) => (verdict.verdict === "ignored" ? [verdict] : []));
  const unread = ignored
    .filter(({ reason }) => reason === "no output claim takes it")
    .map(({ name }) => name);
  const isRead = new Set(record.verdicts.map(({ name }) => name.toLowerCase()));
  const near = profile.outputClaims.flatMap(({ claimTypeReferenceId, partnerClaimType }) => {
    const name = partnerClaimType ?? claimTypeReferenceId;
    const nearest = isRead.has(name.toLowerCase()) ? undefined : nearestName(name, unread);
    return nearest === undefined
      ? []
      : [finding("claim-nearly-named", `It says '${nearest}', the profile reads '${name}'.`)];
  });
  return [
    ...(isError ? [finding("error-with-200")] : []),
    ...ignored
      .filter(({ name, reason }) => reason.startsWith("null") && member(json, name) === null)
      .map(({ name }) => finding("null-claim", `It is '${name}'.`)),
    ...near,
  ];
}

function member(json: Json, name: string): unknown {
  if (json === null || typeof json !== "object" || Array.isArray(json)) return undefined;
  const lower = name.toLowerCase();
  return Object.entries(json).find(([key]) => key.toLowerCase() === lower)?.[1];
}
