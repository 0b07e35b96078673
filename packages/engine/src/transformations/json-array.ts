import type { DataType } from "@vestibule/policy";
import { convertClaim } from "../claims/convert.ts";
import { type JsonNode, jsonScalarText } from "../claims/dotnet/json.ts";
import type { ClaimValue } from "../claims/value.ts";
import type { TransformationInput } from "./input.ts";
import { output, runtime, type TransformationResult } from "./transformation.ts";

/** Claims from objects that hold a name and a value each: claims-transformations.md 5.5, GetClaimsFromJsonArray. */
export function jsonArrayClaims(
  input: TransformationInput,
  elements: readonly JsonNode[],
): TransformationResult {
  const values = new Map<string, JsonNode>();
  for (const element of elements) {
    if (element.kind !== "object") return runtime("an element of jsonSource is no JSON object");
    const name = element.members.get(input.parameter("jsonSourceKeyName"));
    const value = element.members.get(input.parameter("jsonSourceValueName"));
    if (name?.kind === "string" && !values.has(name.value)) values.set(name.value, value ?? { kind: "null" });
  }
  const withoutCase = new Map([...values].reverse().map(([name, value]) => [name.toLowerCase(), value]));
  const claims: Record<string, ClaimValue | null> = {};
  for (const { name, type } of input.outputs) {
    const node = values.get(name) ?? withoutCase.get(name.toLowerCase());
    if (!node) {
      if (input.isOn("errorOnMissingClaims")) return runtime(`jsonSource holds no '${name}'`);
      continue;
    }
    if (node.kind === "null" || (node.kind === "string" && node.value === "")) {
      if (input.isOn("includeEmptyClaims"))
        claims[name] = node.kind === "string" && type.dataType === "string" ? "" : null;
      continue;
    }
    const converted = convertClaim(type.dataType, scalar(node, type.dataType));
    if (converted.kind !== "value") return runtime(`'${name}' is no ${type.dataType}`);
    claims[name] = converted.value;
  }
  return output(claims);
}

/** What `convertClaim` takes: numbers keep their digits, but for dates, where they are Unix seconds. */
function scalar(node: JsonNode, dataType: DataType): string | number | boolean {
  if (dataType === "string") return jsonScalarText(node);
  if (node.kind === "boolean") return node.value;
  const isDate = dataType === "date" || dataType === "dateTime";
  return node.kind === "number" && isDate ? Number(node.text) : jsonScalarText(node);
}
