import { formatText } from "../claims/dotnet/format.ts";
import { seededInteger } from "../claims/dotnet/random.ts";
import { lowerInvariant, upperInvariant } from "../claims/dotnet/text.ts";
import { encodeQueryText, escapePath } from "../claims/dotnet/uri.ts";
import type { TransformationInput } from "./input.ts";
import {
  type Family,
  longestText,
  output,
  type ParameterSlot,
  runtime,
  type StringExpressions,
  string,
  stringCollection,
  type TransformationResult,
  text,
} from "./transformation.ts";

const format: ParameterSlot = { type: "string", holds: "format", aliases: ["formatString"] };
const formatExpressions = ["TechnicalProfileId", "RelyingPartyTenantId", "TrustFrameworkTenantId"] as const;
const expressions = [...formatExpressions, "AuthenticatorIssuer"] as const;

/** Replaces string expressions, literally and with regard to case: they are no claim resolvers. */
function expand(
  value: string,
  input: TransformationInput,
  names: readonly (typeof expressions)[number][],
): string {
  const member = (name: string) => (name.charAt(0).toLowerCase() + name.slice(1)) as keyof StringExpressions;
  return value.replace(/\{([A-Za-z]+)\}/g, (whole, name: string) => {
    const known = names.find((candidate) => candidate === name);
    return known ? input.context.expressions[member(known)] : whole;
  });
}

function formatted(input: TransformationInput, claims: readonly string[]): TransformationResult {
  const made = formatText(
    expand(input.parameter("stringFormat"), input, formatExpressions),
    claims.map((name) => input.text(name)),
    longestText,
  );
  return made === undefined ? runtime("the format cannot be filled in") : output({ outputClaim: made });
}

/** Source: claims-transformations.md 5.8 and 5.10. */
export const stringTransformations: Family = {
  CreateStringClaim: {
    summary: "A fixed text; string expressions in it are replaced.",
    inputs: {},
    parameters: { value: text },
    outputs: { createdClaim: string },
    run: (input) => output({ createdClaim: expand(input.parameter("value"), input, expressions) }),
  },

  FormatStringClaim: {
    summary: "Puts a claim into a format; string expressions are replaced.",
    inputs: { inputClaim: string },
    parameters: { stringFormat: format },
    outputs: { outputClaim: string },
    run: (input) => formatted(input, ["inputClaim"]),
  },

  FormatStringMultipleClaims: {
    summary: "Puts two claims into a format; string expressions are replaced.",
    inputs: { inputClaim1: string, inputClaim2: string },
    parameters: { stringFormat: format },
    outputs: { outputClaim: string },
    run: (input) => formatted(input, ["inputClaim1", "inputClaim2"]),
  },

  CreateRandomString: {
    summary: "A random GUID or number, put into a format, in base64 where asked for.",
    aliases: ["GuidAndRandomGenerator"],
    inputs: {},
    parameters: {
      randomGeneratorType: { type: "string", values: ["GUID", "INTEGER"] },
      stringFormat: { type: "string", holds: "format", default: "{0}" },
      base64: { type: "boolean", default: "false" },
      maximumNumber: { type: "int", optional: true },
      seed: { type: "int", optional: true },
    },
    outputs: { outputClaim: string },
    run(input) {
      const generated = generate(input);
      if (generated === undefined) return runtime("maximumNumber must be greater than 0");
      const made = formatText(
        expand(input.parameter("stringFormat"), input, formatExpressions),
        [generated],
        longestText,
      );
      if (made === undefined) return runtime("the format cannot be filled in");
      return output({
        outputClaim: input.isOn("base64") ? Buffer.from(made, "utf8").toString("base64") : made,
      });
    },
  },

  CreateOtpSecret: {
    summary: "A new secret for time-based codes: 80 bits as 16 lower-case base32 characters.",
    inputs: {},
    parameters: {},
    outputs: { outputClaim: string },
    run({ context }) {
      const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
      const secret = Array.from({ length: 16 }, () =>
        alphabet.charAt(context.random.integer(alphabet.length)),
      );
      return output({ outputClaim: secret.join("") });
    },
  },

  BuildUri: {
    summary: "An address of scheme, host, path and query; claims of the query come before parameters.",
    inputs: { path: string },
    otherInputs: string,
    parameters: { scheme: text, host: text },
    otherParameters: text,
    outputs: { outputClaim: string },
    check: ({ inputClaims, inputParameters }) =>
      [
        ...inputClaims.map(({ transformationClaimType }) => transformationClaimType),
        ...inputParameters.map(({ id }) => id),
      ]
        .filter((name) => !/^(?:path|scheme|host|query\..+)$/i.test(name))
        .map((name) => ({
          code: "VB107",
          severity: "warning" as const,
          message: `has '${name}', which is none of path, scheme, host and query.<name>: it has no effect.`,
        })),
    run: buildUri,
  },

  ChangeCase: {
    summary: "A text in lower or upper case, by the invariant culture.",
    inputs: { inputClaim1: string },
    parameters: { toCase: { type: "string", values: ["LOWER", "UPPER"] } },
    outputs: { outputClaim: string },
    run(input) {
      const change = input.word("toCase") === "upper" ? upperInvariant : lowerInvariant;
      return output({ outputClaim: change(input.text("inputClaim1")) });
    },
  },

  StringSubstring: {
    summary: "A part of a text, counted in UTF-16 units from 0.",
    inputs: { inputClaim: string },
    parameters: { startIndex: { type: "int" }, length: { type: "int" } },
    outputs: { outputClaim: string },
    run(input) {
      const whole = input.text("inputClaim");
      const start = input.number("startIndex");
      const length = input.number("length");
      if (start < 0 || length < 0 || start + length > whole.length)
        return runtime("the part lies outside the text");
      return output({ outputClaim: whole.slice(start, start + length) });
    },
  },

  StringReplace: {
    summary: "Replaces every occurrence of a text, with regard to case.",
    inputs: { inputClaim: string },
    parameters: { oldValue: text, newValue: text },
    outputs: { outputClaim: string },
    run(input) {
      const [old, replacement] = [input.parameter("oldValue"), input.parameter("newValue")];
      if (old === "") return runtime("oldValue is empty");
      const parts = input.text("inputClaim").split(old);
      const whole = input.text("inputClaim").length + (parts.length - 1) * (replacement.length - old.length);
      return whole > longestText
        ? runtime("the text is too long")
        : output({ outputClaim: parts.join(replacement) });
    },
  },

  StringJoin: {
    summary: "The elements of a collection with a delimiter between them.",
    inputs: { inputClaim: stringCollection },
    parameters: { delimiter: text },
    outputs: { outputClaim: string },
    run: (input) => output({ outputClaim: input.items("inputClaim").join(input.parameter("delimiter")) }),
  },

  StringSplit: {
    summary: "The parts of a text between delimiters, empty ones too.",
    inputs: { inputClaim: string },
    parameters: { delimiter: text },
    outputs: { outputClaim: stringCollection },
    run(input) {
      if (!input.has("inputClaim")) return runtime("inputClaim is null");
      const [whole, delimiter] = [input.text("inputClaim"), input.parameter("delimiter")];
      return output({ outputClaim: delimiter === "" ? [whole] : whole.split(delimiter) });
    },
  },

  ParseDomain: {
    summary: "What stands behind the at sign of an e-mail address; empty where it is none.",
    inputs: { emailAddress: string },
    parameters: {},
    outputs: { domain: string },
    run(input) {
      const parts = input.text("emailAddress").trim().split("@");
      return output({ domain: parts.length === 2 && parts[0] !== "" ? (parts[1] ?? "") : "" });
    },
  },
};

function generate(input: TransformationInput): string | undefined {
  if (input.word("randomGeneratorType") !== "integer") return input.context.random.uuid();
  const maximum =
    input.givenParameter("maximumNumber") === undefined ? 2147483647 : input.number("maximumNumber");
  if (maximum < 1) return undefined;
  const seeded = input.givenParameter("seed") !== undefined;
  return String(
    seeded ? seededInteger(input.number("seed"), maximum) : input.context.random.integer(maximum),
  );
}

function buildUri(input: TransformationInput): TransformationResult {
  const scheme = input.parameter("scheme").toLowerCase();
  if (!/^[a-z][a-z0-9+.-]*$/.test(scheme)) return runtime("scheme is no scheme of an address");
  const host = input.parameter("host");
  if (/[\s/?#@\\]/.test(host)) return runtime("host is no name of a host");
  const queryName = (name: string) => /^query\.(.+)$/i.exec(name)?.[1];
  const pairs = [
    ...input.inputs.map((claim) => [queryName(claim.name), input.text(claim.name)] as const),
    ...input.parameters.map(({ id, value }) => [queryName(id), expand(value, input, expressions)] as const),
  ];
  const query = pairs
    .flatMap(([name, value]) =>
      name === undefined ? [] : [`${encodeQueryText(name)}=${encodeQueryText(value)}`],
    )
    .join("&");
  const authority = withoutDefaultPort(scheme, host);
  const made = `${scheme}://${authority}${escapePath(input.text("path"))}${query === "" ? "" : `?${query}`}`;
  return output({ outputClaim: made });
}

function withoutDefaultPort(scheme: string, host: string): string {
  const port = { http: ":80", https: ":443" }[scheme];
  return port !== undefined && host.endsWith(port) ? host.slice(0, -port.length) : host;
}
