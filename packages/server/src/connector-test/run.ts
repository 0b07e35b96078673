import type { CallRecord } from "@vestibule/engine";
import { type Case, casesOf } from "./cases.ts";
import { consequence } from "./consequence.ts";
import { judge, judgeRepeated } from "./judge.ts";
import type { Finding } from "./rules.ts";
import { Sandbox, type Step, type Visited } from "./sandbox.ts";
import type { TestSetting } from "./setting.ts";

export interface CaseResult {
  readonly id: string;
  readonly step: Step;
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

/** Runs every case of these steps against the API, one after the other. `onResult` hears of each as it comes. */
export async function runContractTests(
  setting: TestSetting,
  steps: readonly Step[],
  onResult: (result: CaseResult) => void = () => undefined,
): Promise<TestReport> {
  const sandbox = new Sandbox(setting);
  const results: CaseResult[] = [];
  const url = setting.url.replace(/[?#].*$/s, "");
  try {
    for (const step of steps) {
      for (const each of casesOf(step, setting)) {
        const result = await runCase(sandbox, each, setting);
        results.push(result);
        onResult(result);
        const { failure } = result.record ?? {};
        if (each.expects !== "refusal" && failure && unreachable.has(failure.kind)) {
          return { url, results, stopped: `The API cannot be reached: ${failure.detail}` };
        }
      }
    }
    return { url, results };
  } finally {
    await sandbox.close();
  }
}

async function runCase(sandbox: Sandbox, each: Case, { credentials }: TestSetting): Promise<CaseResult> {
  const visited = await sandbox.visit(each.visit);
  const found = [...judge(each, visited, credentials)];
  if (each.expects === "same" && visited.record && visited.exchange) {
    const again = await sandbox.visit({ ...each.visit, resent: visited.exchange.call });
    if (again.record) found.push(...judgeRepeated(visited.record, again.record));
  }
  return resultOf(each, visited, found);
}

function resultOf(each: Case, visited: Visited, findings: readonly Finding[]): CaseResult {
  const { record } = visited;
  const failed = findings.some(({ severity }) => severity === "error");
  return {
    id: each.id,
    step: each.visit.step,
    title: each.title,
    verdict: record ? (failed ? "failed" : "ok") : "skipped",
    ...(record && { decision: record.decision }),
    consequence: consequence(each, visited),
    findings,
    ...(record && { record }),
  };
}
