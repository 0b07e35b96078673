import type { ClaimsTransformation, DataType } from "@vestibule/policy";
import { type JsonNode, jsonText } from "../claims/dotnet/json.ts";
import { parseBoolean, parseInteger } from "../claims/dotnet/text.ts";
import type { ClaimValue } from "../claims/value.ts";
import type { TransformationInput } from "./input.ts";
import { type MethodFinding, output, runtime, type TransformationResult } from "./transformation.ts";

/** GenerateJson: paths such as `personalizations.0.to.0.email` make a document. Source: claims-transformations.md 5.5. */

/** A value, or a container whose kind its members' names decide: numbers make an array. */
type Branch = { readonly leaf: JsonNode } | { readonly members: Map<string, Branch> };

const deepest = 32;
const isIndex = (segment: string) => /^(?:0|[1-9]\d{0,5})$/.test(segment);

export function generateJson(input: TransformationInput): TransformationResult {
  const root = new Map<string, Branch>();
  const entries: [string, JsonNode][] = [];
  for (const claim of input.inputs) {
    const value = input.valueOf(claim);
    if (value !== undefined) entries.push([claim.name, claimNode(value, claim.type.dataType)]);
    else if (input.context.nulls.has(claim.type.id)) entries.push([claim.name, { kind: "null" }]);
  }
  for (const { id, dataType, value } of input.parameters) {
    const node = parameterNode(value, dataType);
    if (!node) return runtime(`the value of parameter '${id}' is no ${dataType}`);
    entries.push([id, node]);
  }
  for (const [path, node] of entries) {
    const conflict = place(root, path, node);
    if (conflict !== undefined) return runtime(`the path '${path}' ${conflict}`);
  }
  return output({ outputClaim: jsonText(documentOf({ members: root })) });
}

/** Conflicts of paths, and holes in arrays. */
export function generateJsonFindings({
  inputClaims,
  inputParameters,
}: ClaimsTransformation): MethodFinding[] {
  const root = new Map<string, Branch>();
  const findings: MethodFinding[] = [];
  const error = (message: string) => findings.push({ code: "VB112", severity: "error", message });
  const paths = [
    ...inputClaims.map(({ transformationClaimType }) => transformationClaimType),
    ...inputParameters.map(({ id }) => id),
  ];
  for (const path of paths) {
    const conflict = place(root, path, { kind: "null" });
    if (conflict !== undefined) error(`has the path '${path}', which ${conflict}.`);
  }
  for (const hole of holes({ members: root }, ""))
    error(`has an array at '${hole}' whose indexes do not run from 0 without a hole.`);
  for (const { id, dataType, value } of inputParameters)
    if (!parameterNode(value, dataType))
      findings.push({
        code: "VB106",
        severity: "error",
        message: `has parameter '${id}' of type ${dataType}, which its value is not.`,
      });
  return findings;
}

/** Puts a value at its path; says what is wrong where it cannot stand there. */
function place(root: Map<string, Branch>, path: string, node: JsonNode): string | undefined {
  const segments = path.split(".");
  if (segments.length > deepest) return `is deeper than ${deepest} levels`;
  if (segments.includes("")) return "has an empty part";
  let members = root;
  for (const [depth, segment] of segments.entries()) {
    const [sibling] = members.keys();
    if (sibling !== undefined && isIndex(sibling) !== isIndex(segment))
      return "makes one place an array and an object";
    const last = depth === segments.length - 1;
    const found = members.get(segment);
    if (last) {
      if (found) return "says a place that is taken";
      members.set(segment, { leaf: node });
      return undefined;
    }
    if (found && "leaf" in found) return "runs through a value";
    const next = found && "members" in found ? found.members : new Map<string, Branch>();
    if (!found) members.set(segment, { members: next });
    members = next;
  }
  return undefined;
}

function documentOf(branch: Branch): JsonNode {
  if ("leaf" in branch) return branch.leaf;
  const entries = [...branch.members];
  const [first] = entries;
  if (first && isIndex(first[0])) {
    // Absent claims leave holes, which close.
    const ordered = entries.toSorted(([a], [b]) => Number(a) - Number(b));
    return { kind: "array", items: ordered.map(([, member]) => documentOf(member)) };
  }
  return { kind: "object", members: new Map(entries.map(([name, member]) => [name, documentOf(member)])) };
}

function holes(branch: Branch, path: string): string[] {
  if ("leaf" in branch) return [];
  const names = [...branch.members.keys()];
  const inside = [...branch.members].flatMap(([name, member]) =>
    holes(member, path === "" ? name : `${path}.${name}`),
  );
  const isArray = names[0] !== undefined && isIndex(names[0]);
  const gap = isArray && names.some((_, index) => !branch.members.has(String(index)));
  return gap ? [path, ...inside] : inside;
}

function claimNode(value: ClaimValue, dataType: DataType): JsonNode {
  if (typeof value === "boolean") return { kind: "boolean", value };
  if (typeof value === "number") return { kind: "number", text: String(value) };
  if (typeof value === "string")
    return dataType === "long" || dataType === "int"
      ? { kind: "number", text: value }
      : { kind: "string", value };
  return objectNode(value);
}

function objectNode(value: unknown): JsonNode {
  if (Array.isArray(value)) return { kind: "array", items: value.map(objectNode) };
  if (typeof value === "object" && value !== null)
    return {
      kind: "object",
      members: new Map(Object.entries(value).map(([name, member]) => [name, objectNode(member)])),
    };
  return typeof value === "number"
    ? { kind: "number", text: String(value) }
    : { kind: "string", value: String(value) };
}

function parameterNode(value: string, dataType: string): JsonNode | undefined {
  switch (dataType.toLowerCase()) {
    case "boolean": {
      const parsed = parseBoolean(value);
      return parsed === undefined ? undefined : { kind: "boolean", value: parsed };
    }
    case "int":
    case "long": {
      const parsed = parseInteger(value, dataType.toLowerCase() === "int" ? "int" : "long");
      return parsed === undefined ? undefined : { kind: "number", text: parsed.toString() };
    }
    default:
      return { kind: "string", value };
  }
}
