import type { MergedPolicy } from "../document/document.ts";
import type { Report } from "../report.ts";
import type { CheckOptions } from "./options.ts";

export function checkDocument(_merged: MergedPolicy, _options: CheckOptions, _report: Report): void {}
