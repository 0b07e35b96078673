import type { MergedPolicy, Placed } from "../document/document.ts";
import type { IdMap, SourcePosition } from "../model.ts";
import { didYouMean, type Report } from "../report.ts";
import type { CheckOptions } from "./options.ts";

/** What a check works on: a file merged with its ancestors, and the report. */
export class Scope {
  readonly merged: MergedPolicy;
  readonly options: CheckOptions;
  readonly report: Report;

  constructor(merged: MergedPolicy, options: CheckOptions, report: Report) {
    this.merged = merged;
    this.options = options;
    this.report = report;
  }

  /** What `id` names in `map`; else reports `code`. Another spelling is PL113. */
  resolve<T>(
    map: IdMap<T>,
    id: string,
    at: SourcePosition | undefined,
    code: string,
    kind: string,
  ): T | undefined {
    const found = map.get(id);
    if (found === undefined) {
      if (this.report.full) return undefined;
      const { policyId, tenantId } = this.merged.document;
      const message = `Policy '${policyId}' of tenant '${tenantId}' makes a reference to ${kind} '${id}', but neither the policy nor any of its base policies contain it.`;
      this.report.error(code, at, message, didYouMean(id, map.ids()));
      return undefined;
    }
    this.spelling(map, id, at, kind);
    return found;
  }

  spelling<T>(map: IdMap<T>, id: string, at: SourcePosition | undefined, kind: string): void {
    const declared = map.spelling(id);
    if (declared === undefined || declared === id) return;
    this.report.warning("PL113", at, `${kind} '${id}' is declared as '${declared}'.`);
  }

  claim(id: string, at: SourcePosition | undefined) {
    return this.resolve(this.merged.claimTypes, id, at, "PL101", "ClaimType");
  }

  profile(id: string, at: SourcePosition | undefined) {
    return this.resolve(this.merged.profileFragments, id, at, "PL103", "TechnicalProfile");
  }

  placedProfile(reference: Placed<string> | undefined) {
    return reference && this.profile(reference.value, reference.at);
  }

  transformation({ value, at }: Placed<string>) {
    return this.resolve(this.merged.claimsTransformations, value, at, "PL102", "ClaimsTransformation");
  }
}
