import type { Subject } from "../case.ts";
import { type ProfileCase, profileCases } from "./cases.ts";
import { consequence } from "./consequence.ts";
import { judgeProfileAnswer, userMessageOf } from "./judge.ts";
import { ProfileSandbox } from "./sandbox.ts";
import type { ProfileTestSetting } from "./setting.ts";

/** The API behind a RESTful technical profile of a custom policy. */
export function profileSubject(setting: ProfileTestSetting): Subject<ProfileCase> {
  const sandbox = new ProfileSandbox(setting);
  return {
    url: setting.metadata.serviceUrl.replace(/[?#].*$/s, ""),
    cases: profileCases(setting),
    visit: (each, alter) => sandbox.visit(each, alter),
    secrets: () => sandbox.secrets(),
    refuses: (record, visited) => userMessageOf(record, visited) !== undefined,
    judge: (record, visited, each) => judgeProfileAnswer(setting.profile, record, visited, each),
    consequence,
    close: () => sandbox.close(),
  };
}
