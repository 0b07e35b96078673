import type { Diagnostic } from "@vestibule/policy";
import type { AuthenticationMethod, UserFlowDocument } from "../document/user-flow.ts";
import type { WrittenUserFlow } from "../document/user-flow-schema.ts";

/** Reports one diagnostic at a path of the document. */
export type Report = (
  code: string,
  path: string,
  message: string,
  more?: { readonly hint?: string; readonly severity?: Diagnostic["severity"] },
) => void;

/** What a rule looks at: the document as written, and as it is understood. */
export interface RuleSubject {
  readonly written: WrittenUserFlow;
  readonly flow: UserFlowDocument;
  readonly methods: readonly AuthenticationMethod[];
}

/** One rule of user-flows.md 16. */
export type Rule = (subject: RuleSubject, report: Report) => void;

/** `Did you mean 'x'?`, where something is near. */
export function didYouMean(near: string | undefined): { readonly hint?: string } {
  return near === undefined ? {} : { hint: `Did you mean '${near}'?` };
}
