// biome-ignore-all lint/correctness/noUnusedVariables: the parts of the script share one scope (src/pages/assets.ts).

// Values of fields ------------------------------------------------------------------------------------------------

function controlsOf(id) {
  const choices = all(`#attributeList input[name="${CSS.escape(id)}"]:is([type=radio],[type=checkbox])`);
  if (choices.length > 0) return choices;
  const element = byId(id);
  if (element?.classList.contains("date")) return all("select", element);
  return element ? [element] : [];
}

const pad = (text, length) => text.padStart(length, "0");

function fieldValue(field) {
  const controls = controlsOf(field.ID);
  if (field.IS_RADIO || field.IS_CHECK_MULTI) {
    return controls
      .filter((control) => control.checked)
      .map((control) => control.value)
      .join(",");
  }
  if (field.IS_DATE) {
    const [day, month, year] = ["day", "month", "year"].map(
      (part) => byId(`${field.ID}_${part}`)?.value ?? "",
    );
    if (!day && !month && !year) return "";
    return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  }
  const value = controls[0]?.value ?? "";
  return field.IS_PASSWORD && window.SETTINGS.trimSpacesInPassword ? value.trim() : value;
}

function dateExists(text) {
  const [year, month, day] = text.split("-").map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return (
    year > 0 &&
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day
  );
}

// Checks of fields; the server repeats them all (pages.md 2.6, 6.1, 6.2) -------------------------------------------------

function expression(source) {
  try {
    return /^\(\?i\)/.test(source) ? new RegExp(source.slice(4), "i") : new RegExp(source);
  } catch {
    return undefined;
  }
}

/** Ranges and characters; a backslash makes the next one literal (policy-language.md 4.2). The server reads it alike. */
function includesCharacters(set, value) {
  const items = set.match(/(?:\\.|[^\\])-(?:\\.|[^\\])|\\.|./gsu) ?? [];
  const ranges = items.map((item) => {
    const [, escaped, plain, escapedEnd, plainEnd] = /^(?:\\(.)|(.))(?:-(?:\\(.)|(.)))?$/su.exec(item) ?? [];
    const first = escaped ?? plain;
    return [first, escapedEnd ?? plainEnd ?? first];
  });
  return [...value].some((character) =>
    ranges.some(([first, last]) => first <= character && character <= last),
  );
}

function predicateHolds(predicate, value) {
  const parameter = (name) => {
    const found = predicate.PARAMS.find((candidate) => candidate.NAME === name);
    return found === undefined ? undefined : decode(found.VALUE);
  };
  switch (predicate.METHOD) {
    case 1:
      return includesCharacters(parameter(3) ?? "", value);
    case 2:
      return expression(parameter(4) ?? "")?.test(value) ?? true;
    case 3:
      return (
        value.length >= Number(parameter(1) ?? 0) &&
        value.length <= Number(parameter(2) ?? Number.MAX_SAFE_INTEGER)
      );
    case 4: {
      const limit = (text) =>
        /^\d{4}-\d{2}-\d{2}/.test(text ?? "") ? text.slice(0, 10) : new Date().toISOString().slice(0, 10);
      const least = parameter(1);
      const most = parameter(2);
      return (least === undefined || value >= limit(least)) && (most === undefined || value <= limit(most));
    }
    default:
      return true;
  }
}

function groupHolds(group, value) {
  const met = group.PREDICATES.filter((predicate) => predicateHolds(predicate, value)).length;
  return met >= group.MATCH_AT_LEAST !== Boolean(group.REJECT);
}

function predicateMessages(field, value) {
  const rules = field.INPUT_VALIDATION;
  if (!rules) return [];
  const single = rules.PREDICATES.filter((predicate) => !predicateHolds(predicate, value)).map(
    ({ HELP_TEXT }) => decode(HELP_TEXT),
  );
  const groups = rules.PREDICATE_GROUPS.filter((group) => !groupHolds(group, value)).map((group) => {
    const members = group.PREDICATES.map(({ HELP_TEXT }) => decode(HELP_TEXT));
    const head = decode(group.HELP_TEXT);
    return members.length === 1 && (head === "" || head === members[0])
      ? members[0]
      : [head, ...members.map((member) => `\u00a0\u00a0- ${member}`)].join("\n");
  });
  return [...single, ...groups];
}

const isFixed = (field) =>
  field.IS_RDO || field.IS_TEXT_IN_PARAGRAPH || field.IS_LINK || field.USER_INPUT_TYPE === "Readonly";

/** The problem of a field: which page-level error it belongs to, and the sentence that stands at it. */
function problemOf(field) {
  // A field that waits for a verification cannot be filled in yet; the verification is what is missing.
  if (isFixed(field) || controlsOf(field.ID).every((control) => control.disabled)) return undefined;
  const value = fieldValue(field);
  if ((field.IS_TEXT || field.IS_EMAIL ? value.trim() : value) === "") {
    if (!field.IS_REQ) return undefined;
    return { page: "requiredFieldMissing", message: lookup("required_field") };
  }
  const name = decode(field.DN);
  const wrong = (message) => ({ page: "fieldIncorrect", message });
  if (field.IS_DATE && !dateExists(value)) return wrong(fill(texts.field_date, name));
  if (field.PAT && expression(field.PAT)?.test(value) === false) {
    return wrong(decode(field.PAT_DESC) || fill(texts.field_pattern, name));
  }
  const [control] = controlsOf(field.ID);
  if (control.validity?.typeMismatch) return wrong(texts.field_email);
  if (control.validity?.badInput) return wrong(fill(texts.field_number, name));
  const messages = predicateMessages(field, value);
  return messages.length > 0 ? wrong(messages.join("\n")) : undefined;
}
