import type { JourneyFragment, StepFragment } from "../document/document.ts";
import type { IdMap } from "../model.ts";
import { didYouMean } from "../report.ts";
import type { Scope } from "./scope.ts";

/** The merged journeys to which the file contributes (PL201 to PL224). Source: policy-language.md 9.4, 14.2. */
export function checkJourneys(scope: Scope): void {
  const { document, userJourneys, subJourneys } = scope.merged;
  for (const own of document.userJourneys) {
    const journey = userJourneys.get(own.id);
    if (journey) checkJourney(scope, own, journey);
  }
  for (const own of document.subJourneys) {
    const journey = subJourneys.get(own.id);
    if (journey) checkJourney(scope, own, journey);
  }
}

export const isSelection = ({ type }: StepFragment) =>
  type === "ClaimsProviderSelection" || type === "CombinedSignInAndSignUp";

const journeyKind = ({ kind }: JourneyFragment) => (kind === "journey" ? "UserJourney" : "SubJourney");

function checkJourney(scope: Scope, own: JourneyFragment, journey: JourneyFragment): void {
  const { report } = scope;
  const name = `${journeyKind(journey)} '${journey.id}'`;
  if (journey.steps.length === 0) report.error("PL202", own.at, `${name} has no orchestration step.`);
  journey.steps.forEach((step, index) => {
    const expected = index + 1;
    const before = journey.steps[index - 1]?.order ?? 0;
    if (step.order !== before + 1) {
      const message = `${name} was expected to have a step with order ${before + 1}, but it was not found.`;
      report.error(
        "PL201",
        step.at,
        message,
        `The orders are 1 to n without gaps; this step is number ${expected}.`,
      );
    }
  });
  for (const [index, step] of journey.steps.entries()) checkStep(scope, journey, step, index);
  checkEnding(scope, own, journey);
  if (journey.preserveOriginalAssertion?.value)
    report.warning("PL018", journey.preserveOriginalAssertion.at, "PreserveOriginalAssertion has no effect.");
  const cycle = subJourneyCycle(scope.merged.subJourneys, journey);
  if (cycle) report.error("PL223", own.at, `Sub-journeys call each other in a circle: ${cycle.join(" → ")}.`);
}

function checkStep(scope: Scope, journey: JourneyFragment, step: StepFragment, index: number): void {
  const { report } = scope;
  const { type, order, at } = step;
  const where = `Step ${order} of ${journeyKind(journey)} '${journey.id}'`;
  const next = journey.steps[index + 1];
  const previous = journey.steps[index - 1];
  if (isSelection(step)) {
    if (step.claimsProviderSelections.length === 0)
      report.error("PL208", at, `${where} (${type}) has no ClaimsProviderSelections.`);
    if (next?.type !== "ClaimsExchange") {
      const found = next ? `step ${next.order} is ${next.type}` : "it is the last one";
      report.error("PL204", at, `${where} (${type}) must be followed by a ClaimsExchange step; ${found}.`);
    }
    if ((step.contentDefinitionReferenceId ?? "") === "")
      report.warning(
        "PL105",
        at,
        `${where} (${type}) has no ContentDefinitionReferenceId.`,
        "At run time this is AADB2C90277.",
      );
  }
  if (type === "ClaimsExchange") {
    if (step.claimsExchanges.length === 0) report.error("PL209", at, `${where} has no ClaimsExchange.`);
    const afterSelection = previous !== undefined && isSelection(previous);
    const selectable = step.claimsProviderSelections.length > 0;
    if (step.claimsExchanges.length > 1 && !afterSelection && !selectable) {
      const message = `${journeyKind(journey)} '${journey.id}' has step ${order} with ${step.claimsExchanges.length} claims exchanges; it must be preceded by a claims provider selection.`;
      report.error("PL205", at, message);
    }
  }
  if (type === "InvokeSubJourney" && step.candidates.length === 0)
    report.error("PL209", at, `${where} has no JourneyList.`);
  if (step.candidates.length > 1)
    report.error(
      "PL222",
      at,
      `${where} names ${step.candidates.length} candidates; a JourneyList holds one.`,
    );
  if (type === "SendClaims" && (step.cpimIssuerTechnicalProfileReferenceId ?? "") === "")
    report.warning(
      "PL209",
      at,
      `${where} (SendClaims) has no CpimIssuerTechnicalProfileReferenceId: nothing is issued.`,
      "At run time this is AADB2C90108.",
    );
  if (type === "GetClaims") {
    if ((step.cpimIssuerTechnicalProfileReferenceId ?? "") === "")
      report.error("PL209", at, `${where} (GetClaims) has no CpimIssuerTechnicalProfileReferenceId.`);
    if (index > 0) report.warning("PL219", at, `${where}: GetClaims should be the first step.`);
  }
  checkSelections(scope, step, next, where);
  checkUnusedParts(scope, step, where);
  if (type === "InvokeSubJourney" && journey.kind === "subJourney")
    report.warning("PL224", at, `${where} calls a sub-journey from a sub-journey.`);
}

function checkSelections(
  { report }: Scope,
  step: StepFragment,
  next: StepFragment | undefined,
  where: string,
): void {
  const same = (id: string) => (exchange: { readonly id: string }) =>
    exchange.id.toLowerCase() === id.toLowerCase();
  let validations = 0;
  for (const {
    targetClaimsExchangeId: target,
    validationClaimsExchangeId: validation,
    at,
  } of step.claimsProviderSelections) {
    if ((target === undefined) === (validation === undefined)) {
      report.error(
        "PL203",
        at,
        `${where}: a selection has either TargetClaimsExchangeId or ValidationClaimsExchangeId.`,
      );
    } else if (target !== undefined) {
      const exchanges = next?.claimsExchanges ?? [];
      if (!exchanges.some(same(target))) {
        const message = `${where}: the next step has no ClaimsExchange '${target}'; its button is not shown.`;
        report.warning(
          "PL203",
          at,
          message,
          didYouMean(
            target,
            exchanges.map(({ id }) => id),
          ),
        );
      } else if (!exchanges.some(({ id }) => id === target))
        report.warning("PL113", at, `ClaimsExchange '${target}' is declared in another spelling.`);
    } else if (validation !== undefined) {
      validations++;
      if (!step.claimsExchanges.some(same(validation))) {
        const message = `${where} has no ClaimsExchange '${validation}' for its validation.`;
        report.error(
          "PL203",
          at,
          message,
          didYouMean(
            validation,
            step.claimsExchanges.map(({ id }) => id),
          ),
        );
      }
    }
  }
  if (validations > 1)
    report.warning(
      "PL218",
      step.at,
      `${where} has ${validations} validation exchanges; at run time this is AADB2C90037.`,
    );
}

/** What a step type does not use is ignored (PL215). */
function checkUnusedParts({ report }: Scope, step: StepFragment, where: string): void {
  const { type, at } = step;
  const unused = [
    step.claimsProviderSelections.length > 0 &&
      !isSelection(step) &&
      type !== "ClaimsExchange" &&
      "ClaimsProviderSelections",
    step.claimsExchanges.length > 0 && !isSelection(step) && type !== "ClaimsExchange" && "ClaimsExchanges",
    step.candidates.length > 0 && type !== "InvokeSubJourney" && "JourneyList",
    step.cpimIssuerTechnicalProfileReferenceId !== undefined &&
      type !== "SendClaims" &&
      type !== "GetClaims" &&
      "CpimIssuerTechnicalProfileReferenceId",
    step.contentDefinitionReferenceId !== undefined && !isSelection(step) && "ContentDefinitionReferenceId",
  ].filter((part): part is string => typeof part === "string");
  if (unused.length > 0) report.warning("PL215", at, `${where} (${type}) does not use ${unused.join(", ")}.`);
}

function checkEnding(scope: Scope, own: JourneyFragment, journey: JourneyFragment): void {
  const { report, merged } = scope;
  const sends = journey.steps.filter(({ type }) => type === "SendClaims");
  if (journey.kind === "subJourney") {
    if (journey.type === "Transfer" && !sendsClaims(merged.subJourneys, journey))
      report.error(
        "PL221",
        own.at,
        `The Transfer sub-journey '${journey.id}' has no SendClaims step: nothing would end it.`,
      );
    if (journey.type === "Call" && sends.length > 0)
      report.warning("PL224", own.at, `The Call sub-journey '${journey.id}' has a SendClaims step.`);
  } else if (journey.steps.length > 0 && !sendsClaims(merged.subJourneys, journey))
    report.error("PL206", own.at, `UserJourney '${journey.id}' does not contain a send-claims step.`);
  const final = journey.steps.findIndex(
    ({ type, preconditions }) => type === "SendClaims" && preconditions.length === 0,
  );
  const after = final < 0 ? undefined : journey.steps[final + 1];
  if (after) {
    const message = `Step ${after.order} of ${journeyKind(journey)} '${journey.id}' is never reached: the SendClaims step before it has no precondition.`;
    report.warning("PL207", after.at, message);
  }
  if (journey.kind === "journey" && sends.length > 1 && !journey.defaultIssuer)
    report.warning(
      "PL217",
      own.at,
      `UserJourney '${journey.id}' has ${sends.length} SendClaims steps and no DefaultCpimIssuerTechnicalProfileReferenceId.`,
    );
}

/** Whether the journey issues a token, itself or through sub-journeys. */
function sendsClaims(
  subJourneys: IdMap<JourneyFragment>,
  journey: JourneyFragment,
  seen: Set<JourneyFragment> = new Set(),
): boolean {
  if (seen.has(journey)) return false;
  seen.add(journey);
  return journey.steps.some(({ type, candidates }) => {
    if (type === "SendClaims") return true;
    if (type !== "InvokeSubJourney" || seen.size > 64) return false;
    const called = subJourneys.get(candidates[0]?.value ?? "");
    // Documents say Transfer; a Call that sends ends the journey as well and is warned of (PL224).
    return called !== undefined && sendsClaims(subJourneys, called, seen);
  });
}

/** Deepest nesting of sub-journeys. Source: policy-language.md 9.2. */
const maximumNesting = 10;

function subJourneyCycle(
  subJourneys: IdMap<JourneyFragment>,
  journey: JourneyFragment,
): readonly string[] | undefined {
  if (journey.kind !== "subJourney") return undefined;
  const visited = new Set<JourneyFragment>();
  const walk = (current: JourneyFragment, path: readonly string[]): readonly string[] | undefined => {
    if (path.length > maximumNesting) return path;
    for (const { candidates } of current.steps)
      for (const { value } of candidates) {
        const called = subJourneys.get(value);
        if (!called) continue;
        if (called === journey) return [...path, value];
        if (visited.has(called)) continue;
        visited.add(called);
        const found = walk(called, [...path, value]);
        if (found) return found;
      }
    return undefined;
  };
  return walk(journey, [journey.id]);
}
