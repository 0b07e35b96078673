import type { Program } from "@vestibule/engine";
import type { Policy, TechnicalProfile, ValidationTechnicalProfile } from "@vestibule/policy";

/** Where journeys of a policy come to a technical profile. */
export interface Place {
  /** For the report: `SelfAsserted-SignUp`, `step 4`. */
  readonly name: string;
  /** Order number of the step, as the sentences of failures name it. */
  readonly order: number;
  /** The form behind which it runs; absent = it is a step's own. */
  readonly form?: TechnicalProfile;
  /** As the form refers to it: with its rules about errors and success. */
  readonly reference?: ValidationTechnicalProfile;
}

/** Each form and display control that calls the profile, and the first step that does. */
export function placesOf(
  { policy, steps }: Pick<Program, "policy" | "steps">,
  profileId: string,
): readonly Place[] {
  const same = (id: string) => id.toLowerCase() === profileId.toLowerCase();
  const places = new Map<string, Place>();
  const add = (key: string, place: Place) => {
    if (!places.has(key)) places.set(key, place);
  };
  for (const [, journey] of steps) {
    for (const { order, claimsExchanges } of journey) {
      for (const { technicalProfileReferenceId } of claimsExchanges) {
        if (same(technicalProfileReferenceId)) add("step", { name: `step ${order}`, order });
        const form = policy.technicalProfiles.get(technicalProfileReferenceId);
        if (!form) continue;
        const reference = form.validationTechnicalProfiles.find(({ referenceId }) => same(referenceId));
        if (reference) add(`form ${form.id}`, { name: form.id, order, form, reference });
        for (const { id, reference: called } of controlsOf(policy, form, same)) {
          add(`control ${id}`, { name: id, order, form, reference: called });
        }
      }
    }
  }
  return [...places.values()];
}

/** Display controls of a form whose actions call the profile; what comes of it is shown in the control. */
function controlsOf(policy: Policy, form: TechnicalProfile, same: (id: string) => boolean) {
  return form.displayClaims.flatMap((claim) => {
    const control =
      claim.kind === "control" ? policy.displayControls?.get(claim.displayControlReferenceId) : undefined;
    return (control?.actions ?? []).flatMap((action) => {
      const reference = action.technicalProfiles.find(({ referenceId }) => same(referenceId));
      return control && reference ? [{ id: `${control.id} ${action.id}`, reference }] : [];
    });
  });
}
