import type { CallRecord, ClaimVerdict } from "@vestibule/engine";
import type { Case } from "./cases.ts";
import { type Finding, finding, type Rule } from "./rules.ts";
import type { Visited } from "./sandbox.ts";
import type { TestCredentials } from "./setting.ts";

/** Milliseconds after which an answer counts as slow. */
const slow = 1000;

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

/** The rules that the answer of one case breaks. */
export function judge(each: Case, visited: Visited, credentials: TestCredentials): readonly Finding[] {
  const { record } = visited;
  if (!record) return [];
  const secret = secretInAnswer(visited, credentials) ? [finding("secret-in-answer")] : [];
  if (each.expects === "refusal") return [...secret, ...judgeRefusal(record)];
  return [...secret, ...judgeAnswer(record, visited)];
}

/** The rules that a second delivery of the same request breaks. */
export function judgeRepeated(first: CallRecord, second: CallRecord): readonly Finding[] {
  if (second.decision !== first.decision) {
    return [finding("repeated-delivery", `First ${first.decision}, then ${second.decision}.`)];
  }
  const claims = ({ verdicts }: CallRecord) =>
    JSON.stringify(
      verdicts
        .filter(({ verdict }) => verdict === "used")
        .map(claimOf)
        .sort(),
    );
  return claims(first) === claims(second) ? [] : [finding("repeated-delivery-differs")];
}

function claimOf(verdict: ClaimVerdict): string {
  return verdict.verdict === "used" ? `${verdict.claim}=${JSON.stringify(verdict.value)}` : "";
}

function judgeRefusal({ response, failure }: CallRecord): readonly Finding[] {
  // A TLS handshake that ends, or a connection that is closed, is a refusal too.
  if (!response) return failure?.kind === "tls" || failure?.kind === "reset" ? [] : noAnswer(failure);
  const { status, body } = response;
  if (status === 401 || status === 403) return [];
  if (status < 400 || /"userMessage"/i.test(body)) return [finding("caller-not-checked", `HTTP ${status}.`)];
  return [finding("not-refused-with-401", `It was HTTP ${status}.`)];
}

function judgeAnswer(record: CallRecord, { exchange }: Visited): readonly Finding[] {
  const { failure, response, attempts, warnings, verdicts } = record;
  if (failure) {
    return response ? [finding("unusable-answer", failure.detail)] : noAnswer(failure);
  }
  const found: Finding[] = [];
  const last = attempts.at(-1);
  if (attempts.length > 1) found.push(finding("tried-again", `It was try ${attempts.length}.`));
  if (last && last.duration > slow) found.push(finding("slow", `It took ${Math.round(last.duration)} ms.`));
  for (const warning of warnings) {
    const rule = warningRules[warning.split(":")[0] ?? ""];
    if (rule) found.push(finding(rule));
  }
  for (const verdict of verdicts) {
    const broken = verdict.verdict === "ignored" ? claimFinding(verdict, warnings) : undefined;
    if (broken) found.push(broken);
  }
  if (exchange?.result.kind === "answer") found.push(...judgeMessage(exchange.result.body));
  return found;
}

function noAnswer(failure: CallRecord["failure"]): readonly Finding[] {
  return [finding("no-answer", failure?.detail)];
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

/** Reads the answer itself: the server has cut the message already. */
function judgeMessage(body: string): readonly Finding[] {
  const message = messageOf(body);
  if (message === undefined) return [];
  return [
    ...(message.length > 2000 ? [finding("message-cut")] : []),
    ...(/<\/?[a-z][^>]*>/i.test(message) ? [finding("message-markup")] : []),
  ];
}

function messageOf(body: string): string | undefined {
  try {
    const { userMessage } = JSON.parse(body) as { readonly userMessage?: unknown };
    return typeof userMessage === "string" ? userMessage : undefined;
  } catch {
    return undefined;
  }
}

function secretInAnswer({ exchange }: Visited, credentials: TestCredentials): boolean {
  if (exchange?.result.kind !== "answer") return false;
  const secret =
    credentials.kind === "basic"
      ? credentials.password
      : credentials.kind === "apiKeyHeader"
        ? credentials.key
        : "";
  if (secret.length < 4) return false;
  const { body, headers } = exchange.result;
  return [body, ...Object.values(headers)].some((text) => text.includes(secret));
}
