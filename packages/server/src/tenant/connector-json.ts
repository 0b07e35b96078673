import { connectorTemplateProblem } from "@vestibule/engine";
import { type Diagnostic, nearestName } from "@vestibule/policy";
import { type CustomAttributeFacts, customAttributeName, JsonReading, shapes } from "@vestibule/user-flows";
import { tenantCodes } from "./documents.ts";

const { listOf, maybe, text } = shapes;

type Node = Parameters<shapes.Shape<unknown>["read"]>[0];

/** Deeper nesting than an answer may have is refused here, too (api-connectors.md U64). */
const deepest = 32;
/** Characters of a template. A request has at most 256 KiB with all that is filled in. */
const longest = 64 * 1024;

/** A text of a template, and where it stands. */
interface TemplateText {
  readonly path: string;
  readonly text: string;
}

export interface WrittenTemplate {
  /** JSON text. */
  readonly json: string;
  readonly texts: readonly TemplateText[];
}

/** A JSON object with holes. Whole numbers keep all their digits. */
const requestTemplate: shapes.Shape<WrittenTemplate> = {
  name: "an object with `{claim}` in its texts",
  nullable: true,
  read(node, path, reading) {
    if (node.type !== "object") {
      reading.report(reading.codes.wrongType, "error", path, "Expected an object.");
      return undefined;
    }
    const texts: TemplateText[] = [];
    const json = write(node, path, 1, texts, reading);
    if (json === undefined) return undefined;
    if (json.length <= longest) return { json, texts };
    reading.report(
      reading.codes.outOfRange,
      "error",
      path,
      `At most ${longest} characters, found ${json.length}.`,
    );
    return undefined;
  },
};

/** The JSON text of a place; notes where each text stands. Undefined where something was reported. */
function write(
  node: Node,
  path: string,
  depth: number,
  texts: TemplateText[],
  reading: JsonReading,
): string | undefined {
  reading.positions.set(path, reading.at(node.offset));
  if (node.type === "string") {
    texts.push({ path, text: String(node.value) });
    return JSON.stringify(node.value);
  }
  if (node.type !== "object" && node.type !== "array") return reading.source(node);
  if (depth > deepest) {
    reading.report("TN056", "error", path, `A template nests at most ${deepest} levels deep.`);
    return undefined;
  }
  return node.type === "array"
    ? writeList(node, path, depth, texts, reading)
    : writeObject(node, path, depth, texts, reading);
}

function writeList(
  node: Node,
  path: string,
  depth: number,
  texts: TemplateText[],
  reading: JsonReading,
): string | undefined {
  const written = (node.children ?? []).map((child, index) =>
    write(child, `${path}[${index}]`, depth + 1, texts, reading),
  );
  return written.includes(undefined) ? undefined : `[${written.join(",")}]`;
}

function writeObject(
  node: Node,
  path: string,
  depth: number,
  texts: TemplateText[],
  reading: JsonReading,
): string | undefined {
  const seen = new Set<string>();
  const written = (node.children ?? []).map((property) => {
    const [key, value] = property.children ?? [];
    if (!key || !value) return undefined;
    const name = String(key.value);
    if (seen.has(name)) {
      reading.report(reading.codes.syntax, "error", path, `The member '${name}' is written twice.`, {
        at: reading.at(key.offset),
      });
      return undefined;
    }
    seen.add(name);
    const json = write(value, path === "" ? name : `${path}.${name}`, depth + 1, texts, reading);
    return json === undefined ? undefined : `${JSON.stringify(name)}:${json}`;
  });
  return written.includes(undefined) ? undefined : `{${written.join(",")}}`;
}

/** What a connector asks for beyond the flat contract of B2C, whose values are texts, numbers, true and false. */
export const connectorJson = {
  requestTemplate: maybe(requestTemplate),
  jsonClaims: maybe(listOf(text())),
} as const;

/** A template in a file of its own. Absent where a diagnostic says what is wrong with it. */
export function readTemplateFile(
  source: string,
  file: string,
  attributes: readonly string[],
): { readonly template?: string; readonly diagnostics: readonly Diagnostic[] } {
  const reading = new JsonReading(source, file, tenantCodes);
  const root = reading.root();
  const template = root && requestTemplate.read(root, "", reading);
  if (template) checkTexts(template, attributes, reading);
  const { diagnostics } = reading;
  return template && diagnostics.length === 0 ? { template: template.json, diagnostics } : { diagnostics };
}

function checkTexts({ texts }: WrittenTemplate, attributes: readonly string[], reading: JsonReading): void {
  for (const { path, text: written } of texts) {
    const problem = connectorTemplateProblem(written, attributes);
    if (!problem) continue;
    reading.report("TN056", "error", path, `The template ${problem.message}`, {
      ...(problem.hint !== undefined && { hint: problem.hint }),
    });
  }
}

/** Metadata items without `vestibule.`; what the tenant's attributes do not allow is reported. */
export function readConnectorJson(
  { requestTemplate: template, jsonClaims }: shapes.Members<typeof connectorJson>,
  attributes: readonly CustomAttributeFacts[],
  reading: JsonReading,
): Readonly<Record<string, string>> {
  const names = attributes.map(({ name }) => name);
  if (template) checkTexts(template, names, reading);
  const claims = (jsonClaims ?? []).map((id, index) =>
    jsonClaim(id, `jsonClaims[${index}]`, attributes, reading),
  );
  return {
    ...(template && { requestTemplate: template.json }),
    ...(claims.length > 0 && { jsonClaims: [...new Set(claims)].join(", ") }),
  };
}

function jsonClaim(
  id: string,
  path: string,
  attributes: readonly CustomAttributeFacts[],
  reading: JsonReading,
): string {
  const name = customAttributeName(id);
  const known = attributes.find((attribute) => attribute.name.toLowerCase() === name?.toLowerCase());
  const fits = ({ dataType }: CustomAttributeFacts) =>
    dataType === "string" || dataType === "stringCollection";
  if (known && fits(known)) return `extension_${known.name}`;
  const names = attributes.filter(fits).map((attribute) => `extension_${attribute.name}`);
  const near =
    names.find((each) => each.toLowerCase() === `extension_${id}`.toLowerCase()) ?? nearestName(id, names);
  reading.report(
    "TN057",
    "error",
    path,
    known
      ? `'${id}' of type ${known.dataType} holds no JSON; a string or stringCollection may.`
      : `'${id}' is no custom attribute of the tenant.`,
    { hint: near === undefined ? "Define it in userFlowAttributes.json." : `Did you mean '${near}'?` },
  );
  return id;
}
