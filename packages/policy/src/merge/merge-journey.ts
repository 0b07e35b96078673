import type { JourneyFragment, SelectionFragment, StepFragment } from "../document/document.ts";
import { defined } from "../document/element.ts";
import { concatenated, keyed } from "./kinds.ts";

/** A journey or sub-journey over the one of the same id in its base: steps overlay by order. Source: 13.3. */
export function mergeJourneys(child: JourneyFragment, parent: JourneyFragment): JourneyFragment {
  const steps = keyed(child.steps, parent.steps, ({ order }) => String(order), mergeSteps) ?? [];
  return {
    ...parent,
    ...child,
    ...defined({
      authorizationTechnicalProfiles: keyed(
        child.authorizationTechnicalProfiles,
        parent.authorizationTechnicalProfiles,
        ({ value }) => value,
      ),
    }),
    steps: [...steps].sort((a, b) => a.order - b.order),
  };
}

function mergeSteps(child: StepFragment, parent: StepFragment): StepFragment {
  return {
    ...parent,
    ...child,
    preconditions: concatenated(child.preconditions, parent.preconditions) ?? [],
    claimsProviderSelections:
      keyed(child.claimsProviderSelections, parent.claimsProviderSelections, selectionKey) ?? [],
    claimsExchanges: keyed(child.claimsExchanges, parent.claimsExchanges, ({ id }) => id) ?? [],
    candidates: child.candidates.length > 0 ? child.candidates : parent.candidates,
  };
}

function selectionKey(selection: SelectionFragment): string {
  const { targetClaimsExchangeId, validationClaimsExchangeId } = selection;
  return targetClaimsExchangeId === undefined
    ? `validation ${validationClaimsExchangeId ?? ""}`
    : `target ${targetClaimsExchangeId}`;
}
