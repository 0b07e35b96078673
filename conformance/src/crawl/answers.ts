import type { PageField } from "../browser/page.ts";
import { expression, patternText } from "./pattern-text.ts";
import { person, usualText } from "./person.ts";

/** What the person has in mind at a page. */
export interface Intent {
  /** There is an account already: its password is asked, and a new one differs from it. */
  readonly hasAccount: boolean;
  readonly password: string;
  /** How often this page was refused already: other values are tried. */
  readonly refusals: number;
  /** How often this page was shown: the second time it asks for something new. */
  readonly visits: number;
}

/** What the person enters in a field; the first value that its rules take, or the likeliest where none does. */
export function answerFor(field: PageField, shown: string, intent: Intent): string {
  if (field.options.length > 0) return chooseOption(field, shown, intent);
  if (shown !== "" && intent.refusals === 0 && isTaken(field, shown) && !isIdentifier(field)) return shown;
  const candidates = candidatesFor(field, intent);
  const fitting = candidates.filter((each) => isTaken(field, each));
  const chosen = fitting[intent.refusals % Math.max(1, fitting.length)];
  return chosen ?? candidates[0] ?? "value";
}

function chooseOption(field: PageField, shown: string, { refusals }: Intent): string {
  const values = field.options.map(({ value }) => value).filter((value) => value !== "");
  if (field.userInputType === "CheckboxMultiSelect") return values.join(",");
  const home = values.find((each) => /^(US|\+?1)$/.test(each));
  if (/country/i.test(field.id) && home !== undefined && refusals === 0) return home;
  const from = Math.max(0, values.indexOf(shown));
  return values[(from + refusals) % Math.max(1, values.length)] ?? "";
}

const isIdentifier = ({ id }: PageField) => /sign_?in_?name|logon|^email$/i.test(id);

function candidatesFor(field: PageField, intent: Intent): string[] {
  const { id, label } = field;
  const names = `${id} ${label}`;
  if (field.userInputType === "Password" || /password/i.test(id)) return passwords(field, intent);
  if (field.userInputType === "DateTimeDropdown") return dates(field);
  const usual = usualText(id);
  const found = [usual === "value" ? usualText(label) : usual];
  if (/sign_?in_?name|logon|user_?(name|id)|login|identifier/i.test(id))
    found.unshift(
      ...(/phone/i.test(names)
        ? [person.phone, person.email]
        : /user_?name|user ?id/i.test(names) && !/email/i.test(names)
          ? [person.userName, person.email]
          : [person.email, person.userName, person.phone]),
    );
  if (/national/i.test(id))
    found.unshift(intent.visits % 2 === 0 ? person.otherNationalPhone : person.nationalPhone);
  if (/phone|mobile/i.test(names)) found.push(person.phone, person.nationalPhone);
  if (field.inputType === "number" || /number|count|amount|int/i.test(id)) found.push("1", "42");
  if (field.pattern !== undefined)
    for (const extra of [0, 1, 2, 7]) found.push(patternText(field.pattern, extra));
  for (const { predicates } of field.predicateGroups)
    for (const { method, parameters } of predicates)
      if (method === 2 && parameters[4] !== undefined)
        for (const extra of [0, 1, 7]) found.push(patternText(parameters[4], extra));
  return [...found, person.displayName, "Contoso", "12345", "1234567890", person.email, "2000-01-01", "a"];
}

/** The old password is the account's; a new one is another. */
function passwords({ id }: PageField, intent: Intent): string[] {
  const isNew = /new|reenter|confirm/i.test(id);
  const own = isNew && intent.hasAccount ? person.newPassword : intent.password;
  const more = ["Aa1!Aa1!Aa1!", "Abcdefg1", "Passw0rdPassw0rd", "123456", "1234", "12345678", "aA1#bB2#"];
  return isNew || !intent.hasAccount ? [own, ...more] : [own];
}

function dates(field: PageField): string[] {
  const day = (distance: number) => new Date(Date.now() + distance * 86_400_000).toISOString().slice(0, 10);
  const limits = field.predicateGroups.flatMap(({ predicates }) =>
    predicates.flatMap(({ parameters }) => [parameters[1], parameters[2]]),
  );
  return [
    "1990-05-04",
    ...limits.filter((each) => each !== undefined).map((each) => each.slice(0, 10)),
    day(0),
    day(1),
  ];
}

/** True where the rules that the page carries take the value (pages.md 2.6). */
function isTaken(field: PageField, value: string): boolean {
  if (value === "") return !field.required;
  if (field.pattern !== undefined && expression(field.pattern)?.test(value) === false) return false;
  return field.predicateGroups.every(({ matchAtLeast, reject, predicates }) => {
    const met = predicates.filter(({ method, parameters }) => holds(method, parameters, value)).length;
    return met >= matchAtLeast !== reject;
  });
}

function holds(method: number, parameters: Readonly<Record<number, string>>, value: string): boolean {
  const today = new Date().toISOString().slice(0, 10);
  const limit = (text: string | undefined) =>
    /^\d{4}-\d\d-\d\d/.test(text ?? "") ? text?.slice(0, 10) : today;
  const [, least, most, characters, pattern] = [
    0,
    parameters[1],
    parameters[2],
    parameters[3],
    parameters[4],
  ];
  switch (method) {
    case 1:
      return expression(`[${(characters ?? "").replace(/[\\\]^]/g, "\\$&")}]+`)?.test(value) ?? true;
    case 2:
      return expression(pattern ?? "")?.test(value) ?? true;
    case 3:
      return value.length >= Number(least ?? 0) && value.length <= Number(most ?? Number.MAX_SAFE_INTEGER);
    case 4:
      return (
        (least === undefined || value >= (limit(least) ?? "")) &&
        (most === undefined || value <= (limit(most) ?? ""))
      );
    default:
      return true;
  }
}
