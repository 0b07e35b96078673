import type { ClaimType, EnumerationItem, Policy, Predicate, PredicateGroup } from "@vestibule/policy";
import { convertClaim } from "../../claims/convert.ts";
import { unsatisfiedGroups } from "../../claims/predicates.ts";
import { matchesPattern } from "../../claims/regular-expression.ts";
import type { ClaimsBag, ClaimValue } from "../../claims/value.ts";
import { fillString } from "../../strings/index.ts";
import { type FormField, isEmailAddress, maxLength, patternOf } from "./fields.ts";

/** What a posted form turned out to hold. `problems`: claim type id → sentence at the field. */
export interface Collected {
  readonly claims: Readonly<Record<string, ClaimValue>>;
  /** Values of password fields, exactly as typed. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What can be shown again when the page comes back: everything but passwords. */
  readonly typed: Readonly<Record<string, string>>;
  readonly problems: Readonly<Record<string, string>>;
  /** The first problem as B2C words it, with its code where it has one. */
  readonly first?: { readonly message: string; readonly code?: string };
}

/** The form's texts in the person's language. */
export interface FormTexts {
  displayName(type: ClaimType): string;
  /** A keyed message about a field. */
  message(key: string, displayName: string): string;
  /** A sentence at a field, its parameters open. */
  fieldError(id: string): string;
  /** B2C's sentence above the form where the two passwords differ. */
  readonly passwordMismatch: string;
  options(type: ClaimType): readonly EnumerationItem[];
  patternHelp(type: ClaimType): string | undefined;
  groupHelp(validationId: string, group: PredicateGroup): string | undefined;
  predicateHelp(predicate: Predicate): string | undefined;
}

export interface CollectOptions {
  readonly policy: Policy;
  readonly bag: ClaimsBag;
  readonly fields: readonly FormField[];
  readonly posted: Readonly<Record<string, string>>;
  readonly texts: FormTexts;
  /** Further names under which the first field may be posted (pages.md R17). */
  readonly identifierAliases: readonly string[];
  readonly emptyBecomesClaim: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type FieldResult =
  | { readonly kind: "ok"; readonly value?: ClaimValue }
  | { readonly kind: "problem"; readonly key: string; readonly sentence: string; readonly code?: string };

/** Reads the declared fields of a post, and nothing else that was posted. Source: technical-profiles.md 2.4, 2.5. */
export function collectFields(options: CollectOptions): Collected {
  const claims: Record<string, ClaimValue> = {};
  const secrets: Record<string, string> = {};
  const typed: Record<string, string> = {};
  const problems: Record<string, string> = {};
  let first: Collected["first"];
  const refuse = (type: ClaimType, key: string, sentence: string, code?: string) => {
    problems[type.id] = sentence;
    first ??= {
      message: options.texts.message(key, options.texts.displayName(type)),
      ...(code !== undefined && { code }),
    };
  };
  for (const [index, field] of options.fields.entries()) {
    const { type } = field;
    if (field.readOnly) {
      const shown = options.bag[type.id];
      if (shown !== undefined) claims[type.id] = shown;
      continue;
    }
    const secret = type.userInputType === "Password";
    const raw = postedValue(options, type, index === 0 ? options.identifierAliases : []);
    const text = secret ? (raw ?? "") : (raw ?? "").trim();
    // An address is mended; other rules judge what was typed, blanks at its ends too.
    const judged = secret || type.userInputType === "EmailBox" ? text : (raw ?? "");
    if (!secret && raw !== undefined) typed[type.id] = text.slice(0, 2048);
    const result =
      text === "" ? emptyField(options, field, raw !== undefined) : filledField(options, field, text, judged);
    if (result.kind === "problem") refuse(type, result.key, result.sentence, result.code);
    else if (result.value !== undefined && secret) secrets[type.id] = text;
    else if (result.value !== undefined) claims[type.id] = result.value;
  }
  const mismatch = passwordMismatch(options, secrets);
  if (mismatch !== undefined && Object.keys(problems).length === 0) {
    problems.reenterPassword = mismatch;
    first = { message: mismatch };
  }
  return { claims, secrets, typed, problems, ...(first && { first }) };
}

function postedValue(
  { posted, texts }: CollectOptions,
  type: ClaimType,
  aliases: readonly string[],
): string | undefined {
  const names = [type.id, ...aliases, texts.displayName(type)];
  for (const name of names) if (Object.hasOwn(posted, name)) return posted[name];
  const wanted = type.id.toLowerCase();
  const found = Object.keys(posted).find((key) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : posted[found];
}

function emptyField(options: CollectOptions, { type, required }: FormField, wasPosted: boolean): FieldResult {
  if (required) {
    const sentence = fillString(
      options.texts.fieldError(isChoice(type) ? "required_choice" : "required"),
      options.texts.displayName(type),
    );
    return { kind: "problem", key: "UserMessageIfMissingRequiredElement", sentence };
  }
  if (options.emptyBecomesClaim && wasPosted && type.dataType === "string") return { kind: "ok", value: "" };
  return { kind: "ok" };
}

/** `<` before a letter, `!`, `/` or `?`, and character references: what request validation refuses (protocol.md 3.1). */
const markup = /<[a-z!/?]|&#/i;

function filledField(
  options: CollectOptions,
  { type }: FormField,
  text: string,
  judged: string,
): FieldResult {
  const { texts } = options;
  const sentence = (id: string) => fillString(texts.fieldError(id), texts.displayName(type));
  const invalid = (id: string): FieldResult => ({
    kind: "problem",
    key: "UserMessageIfInvalidInput",
    sentence: sentence(id),
  });
  const secret = type.userInputType === "Password";
  if (!secret && markup.test(text)) {
    return {
      kind: "problem",
      key: "UserMessageIfInvalidInput",
      sentence: sentence("markup"),
      code: "AADB2C90122",
    };
  }
  const limit = maxLength(type);
  if (limit !== undefined && text.length > limit) {
    const sentence = fillString(texts.fieldError("max_length"), texts.displayName(type), String(limit));
    return { kind: "problem", key: "UserMessageIfInvalidInput", sentence };
  }
  if (hasControlCharacter(text)) return invalid("markup");
  if (type.userInputType === "EmailBox" && !isEmailAddress(text)) return invalid("email");
  const listed = texts.options(type);
  const chosen = isMultiple(type)
    ? text
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "")
    : [text];
  if (listed.length > 0 && chosen.some((value) => !listed.some((option) => option.value === value)))
    return invalid("option");
  const pattern = patternOf(type);
  if (pattern && !matchesPattern(pattern.regularExpression, judged)) {
    return {
      kind: "problem",
      key: "UserMessageIfIncorrectPattern",
      sentence: texts.patternHelp(type) ?? sentence("pattern"),
    };
  }
  const [unsatisfied] = unsatisfiedGroups(options.policy, type, judged, options.now);
  if (unsatisfied) {
    const help = [
      texts.groupHelp(type.predicateValidationReference ?? "", unsatisfied.group),
      ...unsatisfied.predicates.map((predicate) => texts.predicateHelp(predicate)),
    ];
    const words = help.filter((part) => part !== undefined && part !== "").join(" ");
    return {
      kind: "problem",
      key: "UserMessageIfIncorrectPattern",
      sentence: words || sentence(secret ? "password_rules" : "pattern"),
    };
  }
  if (isMultiple(type) && type.dataType === "stringCollection") return { kind: "ok", value: chosen };
  const converted = convertClaim(
    type.dataType,
    isMultiple(type) && type.dataType === "string" ? chosen.join(",") : text,
  );
  if (converted.kind === "value") return { kind: "ok", value: converted.value };
  return invalid(type.dataType === "date" || type.dataType === "dateTime" ? "date" : "number");
}

const isChoice = (type: ClaimType) => /Dropdown|Select/.test(type.userInputType ?? "");

const isMultiple = (type: ClaimType) => type.userInputType === "CheckboxMultiSelect";

function hasControlCharacter(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 127 || (code < 32 && code !== 9 && code !== 10 && code !== 13)) return true;
  }
  return false;
}

function passwordMismatch(
  { fields, texts }: CollectOptions,
  secrets: Readonly<Record<string, string>>,
): string | undefined {
  const both = ["newPassword", "reenterPassword"].every((id) =>
    fields.some(({ type }) => type.id.toLowerCase() === id.toLowerCase()),
  );
  if (!both || secrets.newPassword === secrets.reenterPassword) return undefined;
  return texts.passwordMismatch;
}
