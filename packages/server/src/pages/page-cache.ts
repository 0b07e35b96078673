import { randomBytes } from "node:crypto";
import type { PageField, PageModel } from "@vestibule/engine";
import type { PageView, RenderedPage } from "./contract.ts";

type Render = (view: PageView, year: number) => RenderedPage;

/** What differs between two visits to the same page, and stands in it as it is: none of it needs an escape anywhere. */
const slotNames = ["csrf", "transId", "correlationId", "pageViewId", "nonce"] as const;
type Slots = Readonly<Record<(typeof slotNames)[number], string>>;

/** A text with places: text, slot, text, slot, … text. */
interface Pattern {
  readonly texts: readonly string[];
  readonly slots: readonly (keyof Slots)[];
}

interface KeptPage {
  /** The template that it was drawn in. */
  readonly template: string | undefined;
  /** One object as long as the texts stay the same, like the page's `content`. */
  readonly fieldTexts: PageModel["fieldTexts"];
  readonly html: Pattern;
  readonly policy: Pattern;
  readonly enforce: boolean;
}

/** Pages kept for the texts of one page in one language: of several policies, hosts and templates. */
const mostPages = 32;
const transIdStart = "StateProperties=";

/**
 * Draws a page that says nothing about a person once, and fills in what belongs to the visit from then on: most people
 * who come see such a page first. The bytes are the same as those of `render`.
 */
export function keepPages(render: Render): Render {
  // A browser cannot know them, so none of its values is taken for a place.
  const secret = randomBytes(16).toString("hex");
  const marks = Object.fromEntries(slotNames.map((name) => [name, `${name}${secret}`])) as Slots;
  const anyMark = new RegExp(slotNames.map((name) => marks[name]).join("|"), "g");
  const kept = new WeakMap<PageModel["content"], Map<string, KeptPage>>();

  return (view, year) => {
    const filling = slotsOf(view);
    if (filling === undefined || !isImpersonal(view.model)) return render(view, year);
    let pages = kept.get(view.model.content);
    if (pages === undefined) {
      pages = new Map();
      kept.set(view.model.content, pages);
    }
    const padding = paddingOf(view.csrf);
    const key = keyOf(view, padding, year);
    let page = pages.get(key);
    if (page === undefined || !isUpToDate(page, view)) {
      const { csrf, transId, ...others } = marks;
      const marked = { ...view, ...others, csrf: csrf + padding, transId: transIdStart + transId };
      const { html, contentSecurityPolicy } = render(marked, year);
      page = {
        template: view.template?.html,
        fieldTexts: view.model.fieldTexts,
        html: patternOf(html),
        policy: patternOf(contentSecurityPolicy.value),
        enforce: contentSecurityPolicy.enforce,
      };
      if (pages.size >= mostPages) pages.clear();
      pages.set(key, page);
    }
    return {
      html: fill(page.html, filling),
      contentSecurityPolicy: { value: fill(page.policy, filling), enforce: page.enforce },
    };
  };

  function patternOf(text: string): Pattern {
    const slots = [...text.matchAll(anyMark)].map(([mark]) => mark.slice(0, -secret.length) as keyof Slots);
    return { texts: text.split(anyMark), slots };
  }
}

function isUpToDate({ template, fieldTexts }: KeptPage, view: PageView): boolean {
  return template === view.template?.html && fieldTexts === view.model.fieldTexts;
}

function fill({ texts, slots }: Pattern, filling: Slots): string {
  let filled = texts[0] ?? "";
  for (const [index, slot] of slots.entries()) filled += filling[slot] + (texts[index + 1] ?? "");
  return filled;
}

/** Undefined where a value is of another form than usual, and might need an escape. */
function slotsOf({ csrf, transId, correlationId, pageViewId, nonce }: PageView): Slots | undefined {
  if (!transId.startsWith(transIdStart)) return undefined;
  const slots = {
    csrf: csrf.slice(0, csrf.length - paddingOf(csrf).length),
    transId: transId.slice(transIdStart.length),
    correlationId,
    pageViewId,
    nonce,
  };
  return Object.values(slots).every((value) => /^[\w-]+$/.test(value)) ? slots : undefined;
}

/** A URL escapes the padding of base64, so it stays part of the page. */
function paddingOf(base64: string): string {
  return base64.endsWith("==") ? "==" : base64.endsWith("=") ? "=" : "";
}

/** What a model may hold of a page that is kept. What is not named here may be about a person. */
const pageMembers: ReadonlySet<string> = new Set<keyof PageModel>([
  "api",
  "step",
  "contentDefinition",
  "technicalProfile",
  "language",
  "content",
  "fieldTexts",
  "config",
  "fields",
  "controls",
  "providers",
  "signUpLink",
  "forgotPasswordLink",
  "keepMeSignedInBox",
  "scriptsAllowed",
  "terminal",
]);
const fieldMembers: ReadonlySet<string> = new Set<keyof PageField>([
  "id",
  "userInputType",
  "displayName",
  "helpText",
  "required",
  "readOnly",
  "dataType",
  "maxLength",
  "pattern",
  "options",
  "predicates",
]);

/** Nothing that a person typed, or that is known of one, is kept. */
function isImpersonal(model: PageModel): boolean {
  return (
    !model.terminal &&
    model.controls.length === 0 &&
    hasOnly(model, pageMembers) &&
    model.fields.every((field) => hasOnly(field, fieldMembers))
  );
}

function hasOnly(value: object, members: ReadonlySet<string>): boolean {
  for (const name of Object.keys(value)) if (!members.has(name)) return false;
  return true;
}

function keyOf({ model, template, branding, ...view }: PageView, padding: string, year: number): string {
  const { content: _, fieldTexts: __, ...rest } = model;
  const { base, policyId, origin, organisation, deploymentMode } = view;
  return JSON.stringify([
    rest,
    branding,
    [base, policyId, origin, organisation, deploymentMode, padding, year],
    template?.url ?? null,
  ]);
}
