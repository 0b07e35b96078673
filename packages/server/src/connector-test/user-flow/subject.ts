import type { Subject } from "../case.ts";
import { casesOf, type FlowCase } from "./cases.ts";
import { consequence } from "./consequence.ts";
import { judgeConnectorAnswer } from "./judge.ts";
import { Sandbox, type Step } from "./sandbox.ts";
import type { TestSetting } from "./setting.ts";

/** An API behind these steps of user flows. */
export function connectorSubject(setting: TestSetting, steps: readonly Step[]): Subject<FlowCase> {
  const sandbox = new Sandbox(setting);
  const { credentials } = setting;
  return {
    url: setting.url.replace(/[?#].*$/s, ""),
    cases: steps.flatMap((step) => casesOf(step, setting)),
    visit: ({ visit }, alter) => sandbox.visit(visit, alter),
    secrets: () =>
      credentials.kind === "basic"
        ? [credentials.password]
        : credentials.kind === "apiKeyHeader"
          ? [credentials.key]
          : [],
    refuses: ({ decision }) => decision === "page" || decision === "block",
    judge: judgeConnectorAnswer,
    consequence,
    close: () => sandbox.close(),
  };
}
