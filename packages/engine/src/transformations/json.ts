import { longClaim } from "../claims/convert.ts";
import { type JsonNode, jsonScalarText, jsonText, readJson } from "../claims/dotnet/json.ts";
import { parseInteger } from "../claims/dotnet/text.ts";
import { xmlToJson } from "../claims/dotnet/xml.ts";
import type { TransformationInput } from "./input.ts";
import { jsonArrayClaims } from "./json-array.ts";
import { generateJson, generateJsonFindings } from "./json-document.ts";
import {
  type Family,
  longestText,
  output,
  runtime,
  string,
  type TransformationResult,
  text,
} from "./transformation.ts";

const arrayParameters = {
  errorOnMissingClaims: { type: "boolean" },
  includeEmptyClaims: { type: "boolean" },
  jsonSourceKeyName: text,
  jsonSourceValueName: text,
} as const;

const wantedClaim = { types: ["string", "int", "long", "boolean", "date", "dateTime"] } as const;

/** Source: claims-transformations.md 5.5. */
export const jsonTransformations: Family = {
  CreateJsonArray: {
    summary: "A JSON array with the text as its only element.",
    inputs: { inputClaim: string },
    parameters: {},
    outputs: { outputClaim: string },
    run: (input) =>
      output({
        outputClaim: input.has("inputClaim") ? JSON.stringify([input.text("inputClaim")]) : "[null]",
      }),
  },

  GenerateJson: {
    summary: "A JSON document of claims and parameters; their names are dot-separated paths in it.",
    inputs: {},
    otherInputs: { types: [], mayBeAbsent: true },
    parameters: {},
    otherParameters: text,
    outputs: { outputClaim: string },
    check: generateJsonFindings,
    run: generateJson,
  },

  GetClaimFromJson: {
    summary: "A member of a JSON object as text.",
    inputs: { inputJson: string },
    parameters: { claimToExtract: text },
    outputs: { extractedClaim: string },
    run: (input) => withMember(input, (member) => output({ extractedClaim: jsonScalarText(member) })),
  },

  GetNumericClaimFromJson: {
    summary: "A member of a JSON object as a whole number.",
    inputs: { inputJson: string },
    parameters: { claimToExtract: text },
    outputs: { extractedClaim: { types: ["long"] } },
    run: (input) =>
      withMember(input, (member) => {
        const isNumeric = member.kind === "number" || member.kind === "string";
        const number = isNumeric ? parseInteger(jsonScalarText(member), "long") : undefined;
        return number === undefined
          ? runtime("the member is no whole number")
          : output({ extractedClaim: longClaim(number) });
      }),
  },

  GetClaimsFromJsonArray: {
    summary:
      "Claims from an array of objects that hold a name and a value; each output's claim id is the name.",
    inputs: { jsonSource: { types: ["string"], aliases: ["jsonSourceClaim"] } },
    parameters: arrayParameters,
    outputs: {},
    otherOutputs: wantedClaim,
    run: (input) =>
      withJson(input.text("jsonSource"), (node) =>
        node.kind === "array" ? jsonArrayClaims(input, node.items) : runtime("jsonSource is no JSON array"),
      ),
  },

  GetClaimsFromJsonArrayV2: {
    summary: "As GetClaimsFromJsonArray, from a collection whose elements are the objects.",
    inputs: { jsonSource: { types: ["stringCollection"], aliases: ["jsonSourceClaim"] } },
    parameters: arrayParameters,
    outputs: {},
    otherOutputs: wantedClaim,
    run(input) {
      const elements: JsonNode[] = [];
      for (const item of input.items("jsonSource")) {
        const reading = readJson(item.slice(0, longestText));
        if (reading.kind === "invalid")
          return runtime(`an element of jsonSource is no JSON: ${reading.reason}`);
        elements.push(reading.node);
      }
      return jsonArrayClaims(input, elements);
    },
  },

  GetSingleItemFromJson: {
    summary: "Name and value of the first member of a JSON object.",
    inputs: { inputJson: string },
    parameters: {},
    outputs: { key: string, value: string },
    run: (input) =>
      withJson(input.text("inputJson"), (node) => {
        const [first] = node.kind === "object" ? node.members : [];
        if (!first) return runtime("inputJson is no JSON object with a member");
        return output({ key: first[0], value: jsonScalarText(first[1]) });
      }),
  },

  GetSingleValueFromJsonArray: {
    summary: "The first element of a JSON array as text.",
    inputs: { inputJsonClaim: string },
    parameters: {},
    outputs: { extractedClaim: string },
    run: (input) =>
      withJson(input.text("inputJsonClaim"), (node) => {
        const first = node.kind === "array" ? node.items[0] : undefined;
        if (!first) return runtime("inputJsonClaim is no JSON array with an element");
        return output({ extractedClaim: jsonScalarText(first) });
      }),
  },

  XmlStringToJsonString: {
    summary: "XML as JSON: attributes as @name, repeated elements as arrays.",
    inputs: { xml: string },
    parameters: {},
    outputs: { json: string },
    run(input) {
      if (input.text("xml").length > longestText) return runtime("xml is too long");
      const reading = xmlToJson(input.text("xml"));
      return reading.kind === "json"
        ? output({ json: jsonText(reading.node) })
        : runtime(`xml cannot be read: ${reading.reason}`);
    },
  },
};

function withJson(source: string, use: (node: JsonNode) => TransformationResult): TransformationResult {
  if (source.length > longestText) return runtime("the JSON text is too long");
  const reading = readJson(source);
  if (reading.kind === "invalid") return runtime(`the input is no JSON: ${reading.reason}`);
  const result = use(reading.node);
  return reading.lenient && result.kind === "claims"
    ? { ...result, warnings: ["the input is JSON only as Json.NET reads it"] }
    : result;
}

function withMember(
  input: TransformationInput,
  use: (member: JsonNode) => TransformationResult,
): TransformationResult {
  return withJson(input.text("inputJson"), (node) => {
    if (node.kind !== "object") return runtime("inputJson is no JSON object");
    const member = node.members.get(input.parameter("claimToExtract"));
    return member ? use(member) : runtime("inputJson has no member of that name");
  });
}
