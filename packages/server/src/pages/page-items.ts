import type { PageControl, PageField, PageModel } from "@vestibule/engine";

/** What stands in the list of a page: a field by itself, or a display control with its own fields. */
export type PageItem =
  | { readonly kind: "field"; readonly field: PageField }
  | { readonly kind: "control"; readonly control: PageControl; readonly fields: readonly PageField[] };

/** The parts of a page's form in their order. */
export function pageItems({ fields, controls }: PageModel): readonly PageItem[] {
  const items: PageItem[] = [];
  for (let index = 0; index <= fields.length; index++) {
    for (const control of controls)
      if (control.position === index)
        items.push({
          kind: "control",
          control,
          fields: fields.filter((field) => field.control?.id === control.id),
        });
    const field = fields[index];
    if (field && field.control === undefined) items.push({ kind: "field", field });
  }
  return items;
}

/** True while an address or a display control on the page still has to be proved. */
export function proofsOpen({ fields, controls }: PageModel): boolean {
  const states = [
    ...fields.map(({ verification }) => verification?.state),
    ...controls.map(({ proof }) => proof?.state),
  ];
  return states.some((state) => state !== undefined && state !== "verified");
}
