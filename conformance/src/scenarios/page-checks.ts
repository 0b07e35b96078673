import { byId, isHidden } from "../browser/html.ts";
import type { PageField, ShownPage } from "../browser/page.ts";
import type { Checks } from "../match.ts";
import { sameText } from "./compare.ts";
import type { Step } from "./scenario-file.ts";

const apis: Readonly<Record<string, readonly string[]>> = {
  selfasserted: ["SelfAsserted"],
  unifiedssp: ["CombinedSigninAndSignup"],
  multifactor: ["Phonefactor"],
};

/** What a step demands of the page before anything is typed. */
export function checkPage(step: Step, page: ShownPage, checks: Checks): void {
  const wanted = apis[step.page] ?? [step.page];
  checks.truth("page", wanted.includes(page.api), step.page, page.api);
  const visible = page.fields.filter(({ takesCode }) => !takesCode);
  if (step.fields) {
    const [got, expected] = [visible.map(({ id }) => id.toLowerCase()), step.fields.map(lower)];
    checks.equal("fields", got, expected);
  }
  for (const id of step.hidden ?? [])
    checks.truth(`hidden ${id}`, !fieldOf(page, id), "not on the page", "on the page");
  for (const [id, value] of Object.entries(step.shows ?? {})) {
    const got = shownOf(page, id);
    checks.truth(`${id} shows`, sameText(got, value), value, got);
  }
  for (const [id, pattern] of Object.entries(step.showsMatch ?? {})) {
    const got = shownOf(page, id);
    checks.truth(`${id} shows`, got !== undefined && new RegExp(pattern).test(got.trim()), pattern, got);
  }
  for (const id of step.readonly ?? []) {
    const field = fieldOf(page, id);
    checks.truth(`${id} read-only`, field !== undefined && isFixed(field), true, field?.readOnly);
  }
  if (step.required) {
    const got = visible
      .filter((field) => field.required && !isFixed(field))
      .map(({ id }) => id.toLowerCase());
    checks.equal("required", got.toSorted(), step.required.map(lower).toSorted());
  }
  checkOptions(step, page, checks);
  for (const [name, expected] of Object.entries(step.traits ?? {})) checkTrait(name, expected, page, checks);
}

const lower = (text: string) => text.toLowerCase();

export function fieldOf(page: ShownPage, id: string): PageField | undefined {
  return page.fields.find((field) => lower(field.id) === lower(id));
}

function shownOf(page: ShownPage, id: string): string | undefined {
  const field = fieldOf(page, id);
  return field && page.values.get(field.id);
}

function isFixed(field: PageField): boolean {
  return field.readOnly || field.isText;
}

function checkOptions(step: Step, page: ShownPage, checks: Checks): void {
  for (const [id, expected] of Object.entries(step.options ?? {})) {
    const field = fieldOf(page, id);
    const options = field?.options ?? [];
    if (expected.values)
      checks.equal(
        `${id} option values`,
        options.map(({ value }) => value),
        expected.values,
      );
    if (expected.texts)
      checks.equal(
        `${id} option texts`,
        options.map(({ text }) => text.trim()),
        expected.texts.map((text) => text.trim()),
      );
    if (expected.selected !== undefined) {
      const got = shownOf(page, id);
      checks.truth(`${id} selected`, sameText(got, expected.selected), expected.selected, got);
    }
  }
}

function checkTrait(name: string, expected: unknown, page: ShownPage, checks: Checks): void {
  switch (name) {
    case "continueButton":
      checks.equal(name, isShown(page, "continue"), expected);
      return;
    case "cancelButton":
      checks.equal(name, isShown(page, "cancel"), expected);
      return;
    case "signUpLink":
      checks.equal(name, isShown(page, "createAccount"), expected);
      return;
    case "rememberMe":
      checks.equal(name, isShown(page, "rememberMe"), expected);
      return;
    case "forgotPasswordLink":
      checks.equal(name, forgotPasswordPlace(page), expected);
      return;
    case "providers": {
      const wanted = expected as readonly {
        readonly id: string;
        readonly text: string;
        readonly display?: string;
      }[];
      const got = page.providers.map(({ id, text, display }, index) => ({
        id,
        text,
        ...(wanted[index]?.display !== undefined && { display }),
      }));
      checks.equal(name, got, wanted);
      return;
    }
    case "config":
      for (const [key, value] of Object.entries(expected as Readonly<Record<string, string | null>>)) {
        const got = page.config[key];
        const fits = value === null ? got === undefined : sameText(got, value);
        checks.truth(`config ${key}`, fits, value, got);
      }
      return;
    case "remoteResourceMatches":
      checks.truth(
        name,
        new RegExp(String(expected)).test(page.remoteResource),
        expected,
        page.remoteResource,
      );
      return;
    case "inputTypes":
      for (const [id, type] of Object.entries(expected as Readonly<Record<string, string>>)) {
        const field = fieldOf(page, id);
        const got = [field?.inputType, field?.userInputType];
        checks.truth(
          `input type of ${id}`,
          got.some((each) => each?.toLowerCase() === lower(type)),
          type,
          got,
        );
      }
      return;
    case "labels":
      for (const [id, label] of Object.entries(expected as Readonly<Record<string, string>>)) {
        const got = fieldOf(page, id)?.label;
        checks.truth(`label of ${id}`, sameText(got, label), label, got);
      }
      return;
    case "phoneNumbersMatch": {
      const patterns = expected as readonly string[];
      const got = page.phoneNumbers.map(({ masked }) => masked);
      const fits =
        patterns.length === got.length && patterns.every((each, i) => new RegExp(each).test(got[i] ?? ""));
      checks.truth(name, fits, patterns, got);
      return;
    }
    case "phoneEntry":
      checks.equal(name, isShown(page, "number"), expected);
      return;
    default:
      checks.truth(name, false, expected, "a trait that this runner does not know");
      return;
  }
}

function isShown(page: ShownPage, id: string): boolean {
  const element = byId(page.document, id);
  return element !== undefined && !isHidden(element);
}

/** Where the link stands: beside the label, below the password, or below the button. */
function forgotPasswordPlace(page: ShownPage): string {
  const at = (id: string) => page.html.indexOf(`id="${id}"`);
  const link = at("forgotPassword");
  if (link < 0) return "None";
  const password = page.fields.find(({ userInputType }) => userInputType === "Password");
  if (link < at(password?.id ?? "password")) return "AfterLabel";
  return link < at("next") ? "AfterInput" : "AfterButtons";
}
