import { type ClaimsTransformation, nearestName } from "@vestibule/policy";
import { parseDateTimeText } from "../claims/dotnet/date-time.ts";
import { parseFormat } from "../claims/dotnet/format.ts";
import { dotNetPattern } from "../claims/dotnet/regular-expression.ts";
import { parseBoolean, parseInteger } from "../claims/dotnet/text.ts";
import type { Method, MethodFinding, ParameterSlot } from "./transformation.ts";

/** B2C's own bound of FormatStringClaim. */
const longestFormat = 4000;

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Input parameters against what the method declares: unknown, missing, said twice, unreadable. */
export function checkParameters(transformation: ClaimsTransformation, method: Method): MethodFinding[] {
  const findings: MethodFinding[] = [];
  const seen = new Set<string>();
  const slots = Object.entries(method.parameters);
  for (const { id, dataType, value } of transformation.inputParameters) {
    const found = slots.find(([name, { aliases = [] }]) =>
      [name, ...aliases].some((spelling) => same(spelling, id)),
    );
    // Ids that are data, such as the rows of a look-up table, count with regard to case.
    const name = found?.[0] ?? id;
    if (seen.has(name)) findings.push(error("VB106", `has parameter '${id}' twice.`));
    seen.add(name);
    if (found) findings.push(...checkValue(id, dataType, value, found[1], method));
    else if (!method.otherParameters)
      findings.push(
        unknown(
          id,
          slots.map(([slot]) => slot),
        ),
      );
  }
  for (const [name, slot] of slots) {
    if (slot.optional || slot.default !== undefined || seen.has(name)) continue;
    findings.push(error("VB106", `has no parameter '${name}', which the method needs.`));
  }
  return findings;
}

function error(code: string, message: string): MethodFinding {
  return { code, severity: "error", message };
}

function warning(code: string, message: string, hint?: string): MethodFinding {
  return { code, severity: "warning", message, ...(hint !== undefined && { hint }) };
}

function unknown(id: string, names: readonly string[]): MethodFinding {
  const nearest = nearestName(id, names);
  return warning(
    "VB107",
    `has parameter '${id}', which the method does not know: it has no effect.`,
    nearest === undefined ? undefined : `Nearest: '${nearest}'.`,
  );
}

function checkValue(
  id: string,
  dataType: string,
  value: string,
  slot: ParameterSlot,
  method: Method,
): MethodFinding[] {
  const findings: MethodFinding[] = [];
  if (!same(dataType, slot.type))
    findings.push(
      warning(
        "VB106",
        `has parameter '${id}' of type ${dataType}; B2C fails at run time unless it is ${slot.type}.`,
      ),
    );
  if (!isReadable(value, slot.type))
    findings.push(
      error("VB106", `has parameter '${id}' with the value '${value}', which is no ${slot.type}.`),
    );
  if (slot.values && !slot.values.some((offered) => same(offered, value.trim()))) {
    const nearest = nearestName(value, slot.values);
    findings.push({
      ...error(
        "VB106",
        `has parameter '${id}' with the value '${value}'; offered are ${slot.values.join(", ")}.`,
      ),
      ...(nearest !== undefined && { hint: `Nearest: '${nearest}'.` }),
    });
  }
  if (slot.holds === "format") findings.push(...checkFormat(id, value, method));
  if (slot.holds === "regularExpression") {
    const pattern = dotNetPattern(value);
    if (pattern.kind === "invalid")
      findings.push(
        error("VB109", `has parameter '${id}' with a pattern that cannot be used: ${pattern.reason}.`),
      );
  }
  return findings;
}

function isReadable(value: string, type: ParameterSlot["type"]): boolean {
  switch (type) {
    case "boolean":
      return parseBoolean(value) !== undefined;
    case "int":
      return parseInteger(value, "int") !== undefined;
    case "dateTime":
      return parseDateTimeText(value) !== undefined;
    case "string":
      return true;
  }
}

/** B2C takes such a format and fails when it runs; a journey may never come by, hence warnings. */
function checkFormat(id: string, value: string, method: Method): MethodFinding[] {
  // String expressions are replaced before the format is read.
  const parsed = parseFormat(
    value.replace(/\{(?:TechnicalProfileId|RelyingPartyTenantId|TrustFrameworkTenantId)\}/g, ""),
  );
  const given = Math.max(1, Object.keys(method.inputs).length);
  if (value.length > longestFormat)
    return [
      warning("VB108", `has parameter '${id}' with a format of more than ${longestFormat} characters.`),
    ];
  if (parsed.kind === "invalid")
    return [
      warning("VB108", `has parameter '${id}' with a format that fails when it runs: ${parsed.reason}.`),
    ];
  if (parsed.arguments <= given) return [];
  const place = `{${parsed.arguments - 1}}`;
  return [warning("VB108", `has parameter '${id}' with the place ${place}, for which there is no claim.`)];
}
