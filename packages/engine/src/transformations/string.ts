import { resolveClaimResolvers } from "../claims/resolvers.ts";
import { alternativeSecurityId } from "../profiles/directory/names.ts";
import type { Method, TransformationInput } from "./transformation.ts";

/** `{0}`…`{n}` and `{{`, `}}` of .NET's composite formatting; `:format` is ignored for text (claims-transformations.md 4.4). */
function formatText(format: string, fillIns: readonly string[]): string {
  return format.replace(/\{\{|\}\}|\{(\d+)(?:,-?\d+)?(?::[^{}]*)?\}/g, (match, index: string | undefined) => {
    if (index === undefined) return match.slice(1);
    return fillIns[Number(index)] ?? "";
  });
}

/** Parameters may name the tenant of the relying party (technical-profiles.md 1.3). */
function expandPlaceholders(text: string, { scope }: TransformationInput): string {
  const named = text.replaceAll(/\{RelyingPartyTenantId\}/gi, scope.tenantDomain);
  return resolveClaimResolvers(named, scope) ?? "";
}

export const stringTransformations: Readonly<Record<string, Method>> = {
  CreateStringClaim: (input) => ({
    kind: "claims",
    claims: { createdClaim: expandPlaceholders(input.parameter("value") ?? "", input) },
  }),

  FormatStringClaim(input) {
    const text = input.text("inputClaim");
    if (text === undefined) return { kind: "missingInput", name: "inputClaim" };
    const format = input.parameter("stringFormat") ?? input.parameter("formatString") ?? "{0}";
    return { kind: "claims", claims: { outputClaim: formatText(expandPlaceholders(format, input), [text]) } };
  },

  CreateAlternativeSecurityId(input) {
    const key = input.text("key");
    const provider = input.text("identityProvider");
    if (key === undefined) return { kind: "missingInput", name: "key" };
    if (provider === undefined) return { kind: "missingInput", name: "identityProvider" };
    return { kind: "claims", claims: { alternativeSecurityId: alternativeSecurityId(provider, key) } };
  },

  CreateRandomString(input) {
    const integer = input.parameter("randomGeneratorType")?.toUpperCase() === "INTEGER";
    const generated = integer
      ? String(input.random.integer(Number(input.parameter("maximumNumber") ?? 2147483647)))
      : input.random.uuid();
    const text = formatText(expandPlaceholders(input.parameter("stringFormat") ?? "{0}", input), [generated]);
    const base64 = input.parameter("base64")?.toLowerCase() === "true";
    return {
      kind: "claims",
      claims: { outputClaim: base64 ? Buffer.from(text, "utf8").toString("base64") : text },
    };
  },

  CopyClaim(input) {
    const value = input.claim("inputClaim");
    return value === undefined
      ? { kind: "claims", claims: {} }
      : { kind: "claims", claims: { outputClaim: value } };
  },

  NullClaim: () => ({ kind: "claims", claims: { claim_to_null: null } }),

  AssertStringClaimsAreEqual(input) {
    const first = input.text("inputClaim1");
    const second = input.text("inputClaim2");
    if (first === undefined) return { kind: "missingInput", name: "inputClaim1" };
    if (second === undefined) return { kind: "missingInput", name: "inputClaim2" };
    const ordinal = input.parameter("stringComparison")?.toLowerCase() === "ordinal";
    const equal = ordinal ? first === second : first.toUpperCase() === second.toUpperCase();
    return equal
      ? { kind: "claims", claims: {} }
      : { kind: "assertion", key: "UserMessageIfClaimsTransformationStringsAreNotEqual" };
  },
};
