import type { TenantPolicy } from "../tenant/tenant.ts";

/** An origin and nothing that could end a header's directive. A wildcard may stand for whole labels in front. */
const origin = /^https?:\/\/(?:\*\.)?[a-z0-9.-]+(?::\d{1,5})?\/?$/i;

/** Headers that say who may show a page in a frame. */
export interface Framing {
  /** Directive of the content security policy. */
  readonly ancestors: string;
  /** `X-Frame-Options`, for browsers that do not know the directive. */
  readonly options: string;
}

const nobody: Framing = { ancestors: "frame-ancestors 'none'", options: "DENY" };

/** Nobody, unless the policy's `JourneyFraming` names origins. Source: journeys.md 9. */
export function framingOf(policy: Pick<TenantPolicy, "program"> | undefined): Framing {
  const framing = policy?.program.policy.relyingParty.behaviors.journeyFraming;
  const sources = framing?.enabled ? framing.sources.filter((source) => origin.test(source)) : [];
  const [first] = sources;
  if (first === undefined) return nobody;
  return { ancestors: `frame-ancestors ${sources.join(" ")}`, options: `ALLOW-FROM ${first}` };
}
