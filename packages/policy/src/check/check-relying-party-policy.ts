import type { MergedPolicy, ProfileFragment } from "../document/document.ts";
import type { Report } from "../report.ts";
import type { CheckOptions } from "./options.ts";

export function checkRelyingPartyPolicy(
  _merged: MergedPolicy,
  _profileOf: (id: string) => ProfileFragment | undefined,
  _options: CheckOptions,
  _report: Report,
): void {}
