import type { CallRecord, ClaimVerdict } from "@vestibule/engine";
import type { Visited } from "../case.ts";
import { judgeMessage, judgeTime, noAnswer } from "../judge.ts";
import { type Finding, finding, type Rule } from "../rules.ts";

/** Warnings of the codec → rules; those about one claim are judged by its verdict. */
const warningRules: Readonly<Record<string, Rule>> = {
  "content-type": "content-type",
  "version-missing": "version-missing",
  "action-missing": "action-missing",
  "legacy-action": "legacy-action",
  "http-status-mismatch": "correction-with-200",
  "status-missing": "status-missing",
  "block-ignored-at-token-step": "block-before-token",
};

/** The rules of the API connectors' contract that an answer breaks. */
export function judgeConnectorAnswer(record: CallRecord, { exchange }: Visited): readonly Finding[] {
  const { failure, response, warnings, verdicts } = record;
  if (failure) {
    return response
      ? [finding("unusable-answer", `${failure.detail}${jsonHint(failure.detail)}`)]
      : noAnswer(failure);
  }
  const found: Finding[] = [...judgeTime(record)];
  for (const warning of warnings) {
    const rule = warningRules[warning.split(":")[0] ?? ""];
    if (rule) found.push(finding(rule));
  }
  for (const verdict of verdicts) {
    const broken = verdict.verdict === "ignored" ? claimFinding(verdict, warnings) : undefined;
    if (broken) found.push(broken);
  }
  if (exchange?.result.kind === "answer") found.push(...judgeMessage(messageOf(exchange.result.body)));
  return found;
}

/** B2C's contract has no lists and objects; ours has, where they are asked for. */
function jsonHint(detail: string): string {
  return /expected text, got (a list|an object)/.test(detail)
    ? " Test with --attribute NAME:json where the connector names it in jsonClaims."
    : "";
}

function claimFinding(
  { name, reason, nearest }: Extract<ClaimVerdict, { verdict: "ignored" }>,
  warnings: readonly string[],
): Finding | undefined {
  const hint = nearest === undefined ? "" : ` Did you mean '${nearest}'?`;
  if (warnings.includes(`not-overwritable:${name}`)) return finding("claim-not-settable", `It is '${name}'.`);
  if (warnings.includes(`unknown-claim:${name}`)) {
    const declare = /^extension_\w+$/.test(name) ? ` Name your tenant's attributes with --attribute.` : "";
    return finding("claim-unknown", `It is '${name}'.${hint || declare}`);
  }
  return reason.startsWith("the application id")
    ? finding("claim-of-another-tenant", `It is '${name}'.`)
    : undefined;
}

function messageOf(body: string): string | undefined {
  try {
    const { userMessage } = JSON.parse(body) as { readonly userMessage?: unknown };
    return typeof userMessage === "string" ? userMessage : undefined;
  } catch {
    return undefined;
  }
}
