import type { FormControl } from "../profiles/self-asserted/fields.ts";
import type { Form } from "./forms.ts";
import type { PageControl } from "./page.ts";
import type { ControlProgress } from "./state.ts";

/** A text of a control: the policy's for it, its earlier name's on layout 2.0.0, the built-in one (pages.md 5.4). */
export function controlText(form: Form, { control, kind }: FormControl, id: string): string {
  const { texts } = form;
  const earlier = kind.earlierStrings[id];
  return (
    texts.localized("DisplayControl", control.id, id) ??
    (earlier === undefined ? undefined : texts.localized("UxElement", undefined, earlier)) ??
    texts.builtIn.displayControls[control.userInterfaceControlType]?.[id] ??
    ""
  );
}

const notVerified = "UserMessageIfVerificationControlClaimsNotVerified";

/** Describes a display control for the page. */
export function pageControl(form: Form, part: FormControl, progress: ControlProgress): PageControl {
  const { control, kind, position } = part;
  const { texts } = form;
  const builtIn = texts.builtIn.displayControls[control.userInterfaceControlType] ?? {};
  const optional = kind.optionalStrings.filter((id) => controlText(form, part, id) !== "");
  const ids = [...optional, ...Object.keys(builtIn)];
  const displayName = texts.localized("DisplayControl", control.id, "DisplayName") ?? control.displayName;
  return {
    id: control.id,
    type: control.userInterfaceControlType,
    position,
    displayName: displayName ?? "",
    content: {
      ...Object.fromEntries(ids.map((id) => [id, controlText(form, part, id)])),
      ...(kind.proof && { [notVerified]: texts.message(notVerified, [], [form.compiled.profile]) }),
    },
    ...(kind.proof && {
      proof: { begin: kind.proof.begin, complete: kind.proof.complete, state: progress.state },
    }),
    ...(progress.problem && { problem: progress.problem }),
  };
}
