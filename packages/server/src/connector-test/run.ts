import type { CallRecord, Outcome } from "@vestibule/engine";
import type { Case, Subject, Visited } from "./case.ts";
import { judgeRefusal, judgeRepeated, judgeSecrets } from "./judge.ts";
import { type Finding, finding } from "./rules.ts";

export interface CaseResult {
  readonly id: string;
  /** A step of a user flow, or a place of a technical profile. */
  readonly step: string;
  readonly title: string;
  /** `ok`: no error; `skipped`: the API could not be asked. */
  readonly verdict: "ok" | "failed" | "skipped";
  /** `continue`, `page`, `block`, `fail`; absent where nothing was sent. */
  readonly decision?: string;
  /** What the server does with this answer, in a sentence. */
  readonly consequence: string;
  readonly findings: readonly Finding[];
  /** The exchange as the server records it: without credentials. */
  readonly record?: CallRecord;
}

export interface TestReport {
  /** Without its query. */
  readonly url: string;
  readonly results: readonly CaseResult[];
  /** Why the remaining cases were not run. */
  readonly stopped?: string;
}

/** Failures of the way to the API: the next case would meet the same. */
const unreachable = new Set(["dns", "connect", "tls", "refusedAddress"]);

/** Runs every case against the API, one after the other, and closes the subject. `onResult` hears of each as it comes. */
export async function runContractTests<C extends Case>(
  subject: Subject<C>,
  onResult: (result: CaseResult) => void = () => undefined,
): Promise<TestReport> {
  const results: CaseResult[] = [];
  const { url } = subject;
  try {
    for (const each of subject.cases) {
      const result = await runCase(subject, each);
      results.push(result);
      onResult(result);
      const { failure } = result.record ?? {};
      if (each.expects !== "refusal" && failure && unreachable.has(failure.kind)) {
        return { url, results, stopped: `The API cannot be reached: ${failure.detail}` };
      }
    }
    return { url, results };
  } finally {
    await subject.close();
  }
}

async function runCase<C extends Case>(subject: Subject<C>, each: C): Promise<CaseResult> {
  const visited = await subject.visit(each, each.alter);
  const { id, step, title } = each;
  const { record, exchange } = visited;
  if (!record || !exchange) {
    const consequence = `The API is not asked: ${record?.failure?.detail ?? visited.unasked ?? whyNot(visited.outcome)}`;
    return { id, step, title, verdict: "skipped", consequence, findings: [] };
  }
  const isRefusal = each.expects === "refusal";
  const findings = [
    ...judgeSecrets(visited, subject.secrets()),
    ...(isRefusal ? judgeRefusal(record) : subject.judge(record, visited, each)),
  ];
  if (each.expects === "word" && !subject.refuses(record, visited)) findings.push(finding("not-refused"));
  if (each.expects === "same") findings.push(...(await repeat(subject, each, record, exchange)));
  return {
    id,
    step,
    title,
    verdict: findings.some(({ severity }) => severity === "error") ? "failed" : "ok",
    decision: record.decision,
    consequence:
      isRefusal && isRefused(record)
        ? "The stranger is refused."
        : subject.consequence(record, visited, each),
    findings,
    record,
  };
}

/** Delivers the same request once more, byte for byte. */
async function repeat<C extends Case>(
  subject: Subject<C>,
  each: C,
  first: CallRecord,
  { call }: NonNullable<Visited["exchange"]>,
): Promise<readonly Finding[]> {
  const { record: second } = await subject.visit(each, () => call);
  return second ? judgeRepeated(first, second) : [];
}

function isRefused({ decision, response }: CallRecord): boolean {
  return decision === "fail" || response?.status === 401 || response?.status === 403;
}

function whyNot(outcome: Outcome): string {
  if (outcome.kind === "refused") return Object.values(outcome.problem.fields)[0] ?? outcome.problem.message;
  if (outcome.kind === "relyingPartyError" || outcome.kind === "errorPage") return outcome.message;
  return "the flow does not come to this step.";
}
