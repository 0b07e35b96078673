import type { ClaimTypeFragment, PredicateFragment } from "../document/document.ts";
import { didYouMean, type Hint, shortened } from "../report.ts";
import { regularExpressionProblem } from "./regular-expression.ts";
import type { Scope } from "./scope.ts";

/** Claim types, predicates and their validations (PL501 to PL512). Source: policy-language.md 3, 4. */
export function checkClaims(scope: Scope): void {
  const { merged, report } = scope;
  const { document, parent } = merged;
  for (const own of document.claimTypes) {
    const effective = merged.claimTypes.get(own.id);
    if (!effective) continue;
    if (!effective.dataType)
      report.error("PL501", own.at, `ClaimType '${own.id}' has no DataType, here or in a base policy.`);
    const inherited = parent?.claimTypes.get(own.id)?.dataType?.value;
    if (own.dataType && inherited !== undefined && inherited !== own.dataType.value) {
      const message = `The base declares '${own.id}' as ${inherited}; a derived policy cannot make it ${own.dataType.value}.`;
      report.error("PL502", own.dataType.at, message);
    }
    checkInput(scope, own, effective);
    checkPattern(scope, own);
    // A directory extension's name becomes an attribute's: `extension_` and letters, digits, `_`.
    if (/^extension_/i.test(own.id) && !/^extension_[A-Za-z0-9_]+$/.test(own.id)) {
      const message = `'${own.id}' is no name of an extension attribute: letters, digits and '_' may follow 'extension_'.`;
      report.error("PL511", own.at, message);
    }
  }
  for (const predicate of document.predicates) checkPredicate(scope, predicate);
  for (const validation of [...document.predicateValidations, ...document.inputValidations])
    for (const { id, matchAtLeast, predicates } of validation.predicateGroups)
      if (matchAtLeast !== undefined && (matchAtLeast <= 0 || matchAtLeast > predicates.length)) {
        const message = `MatchAtLeast="${matchAtLeast}" of group '${id}' with ${predicates.length} predicates: it ${matchAtLeast <= 0 ? "always" : "never"} passes.`;
        report.warning("PL509", validation.at, message);
      }
}

const scalarTypes = ["boolean", "date", "dateTime", "duration", "int", "long", "string", "phoneNumber"];

/** UserInputType → data types that it fits, the documented and the published ones. Source: policy-language.md 3.3. */
const inputTypes: Readonly<Record<string, readonly string[]>> = {
  TextBox: ["boolean", "int", "phoneNumber", "string", "long"],
  EmailBox: ["string"],
  Password: ["string"],
  DateTimeDropdown: ["date", "dateTime"],
  DropdownSingleSelect: ["string", "boolean"],
  RadioSingleSelect: ["string", "boolean"],
  CheckboxMultiSelect: ["string", "boolean", "stringCollection"],
  Readonly: scalarTypes,
  Paragraph: scalarTypes,
  Button: [],
};

const choices = new Set(["DropdownSingleSelect", "RadioSingleSelect", "CheckboxMultiSelect"]);

function checkInput(scope: Scope, own: ClaimTypeFragment, effective: ClaimTypeFragment): void {
  const { report } = scope;
  const input = effective.userInputType?.value;
  const dataType = effective.dataType?.value;
  if (input === undefined || dataType === undefined) return;
  const at = own.userInputType?.at ?? own.at;
  if (!inputTypes[input]?.includes(dataType)) {
    const fitting = Object.keys(inputTypes).filter((name) => inputTypes[name]?.includes(dataType));
    const hint = fitting.length > 0 ? `For ${dataType}: ${fitting.join(", ")}.` : undefined;
    report.warning(
      "PL503",
      at,
      `UserInputType ${input} does not fit DataType ${dataType} of '${own.id}'.`,
      hint,
    );
  }
  if (choices.has(input) && !hasOptions(scope, effective))
    report.warning("PL507", at, `'${own.id}' is chosen from a list, but has no Enumeration.`);
  const selected = effective.restriction?.enumeration.filter(({ selectByDefault }) => selectByDefault) ?? [];
  if (input !== "CheckboxMultiSelect" && selected.length > 1)
    report.warning("PL506", at, `'${own.id}' takes one value and selects ${selected.length} by default.`);
  if (/^(new|reenter|old)?password$/i.test(own.id) && input === "TextBox")
    report.warning("PL510", at, `The password '${own.id}' is typed in the clear.`, "Write 'Password'.");
}

function hasOptions({ merged }: Scope, claim: ClaimTypeFragment): boolean {
  if ((claim.restriction?.enumeration.length ?? 0) > 0) return true;
  const id = claim.id.toLowerCase();
  return merged.localizedResources
    .values()
    .some(({ collections }) => collections.some(({ elementId }) => elementId.toLowerCase() === id));
}

function checkPattern({ report }: Scope, { id, restriction, mask }: ClaimTypeFragment): void {
  if (restriction) {
    // A warning: the starter pack for phone sign-in offers two country codes twice.
    const seen = new Set<string>();
    for (const { value } of restriction.enumeration) {
      if (seen.has(value))
        report.warning("PL506", restriction.at, `'${id}' offers the value '${shortened(value)}' twice.`);
      seen.add(value);
    }
    const problem = restriction.pattern && regularExpressionProblem(restriction.pattern.regularExpression);
    if (problem !== undefined)
      report.error("PL504", restriction.at, `The pattern of '${id}' is no regular expression: ${problem}.`);
  }
  if (mask?.type !== "Regex") return;
  const problem = mask.regex === undefined ? undefined : regularExpressionProblem(mask.regex);
  if (mask.regex === undefined) report.error("PL512", mask.at, `The mask of '${id}' has no Regex attribute.`);
  else if (problem !== undefined)
    report.error("PL504", mask.at, `The mask of '${id}' is no regular expression: ${problem}.`);
}

/** Method → its parameters. Source: policy-language.md 4.2. */
const predicateParameters: Readonly<Record<string, readonly string[]>> = {
  IsLengthRange: ["Minimum", "Maximum"],
  MatchesRegex: ["RegularExpression"],
  IncludesCharacters: ["CharacterSet"],
  IsDateRange: ["Minimum", "Maximum"],
};

function checkPredicate({ report }: Scope, predicate: PredicateFragment): void {
  const { id, at, parameters } = predicate;
  const problem = (message: string, hint?: Hint) =>
    report.error("PL508", at, `Predicate '${id}': ${message}`, hint);
  const method = Object.keys(predicateParameters).find(
    (name) => name.toLowerCase() === predicate.method.toLowerCase(),
  );
  if (method === undefined) {
    problem(
      `there is no method '${predicate.method}'.`,
      didYouMean(predicate.method, Object.keys(predicateParameters)),
    );
    return;
  }
  const wanted = predicateParameters[method] ?? [];
  const given = new Map(
    Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value.trim()]),
  );
  for (const name of Object.keys(parameters))
    if (!wanted.some((each) => each.toLowerCase() === name.toLowerCase()))
      problem(`${method} has no parameter '${name}'.`, didYouMean(name, wanted));
  const missing = wanted.filter((name) => !given.has(name.toLowerCase()));
  for (const name of missing) problem(`${method} needs the parameter '${name}'.`);
  if (missing.length > 0) return;
  const minimum = given.get("minimum") ?? "";
  const maximum = given.get("maximum") ?? "";
  if (method === "IsLengthRange") {
    if (!/^\d{1,9}$/.test(minimum) || !/^\d{1,9}$/.test(maximum))
      problem("Minimum and Maximum are whole numbers.");
    else if (Number(minimum) > Number(maximum)) problem("Minimum is greater than Maximum.");
  } else if (method === "IsDateRange") {
    const today = (text: string) => text.toLowerCase() === "today";
    const bad = [minimum, maximum].find((text) => !today(text) && !isDate(text));
    if (bad !== undefined) problem(`'${shortened(bad)}' is no date.`, "Write yyyy-mm-dd or Today.");
    else if (!today(minimum) && !today(maximum) && minimum > maximum) problem("Minimum is after Maximum.");
  } else if (method === "MatchesRegex") {
    const reason = regularExpressionProblem(given.get("regularexpression") ?? "");
    if (reason !== undefined)
      report.error("PL504", at, `Predicate '${id}' has no regular expression: ${reason}.`);
  } else if (given.get("characterset") === "") problem("CharacterSet is empty.");
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{1,2}-\d{1,2}$/.test(text)) return false;
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
