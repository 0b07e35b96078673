import type { ClaimsTransformation, ClaimType, DataType, EnumerationItem, Policy } from "@vestibule/policy";
import type { Ticks } from "../claims/dotnet/date-time.ts";
import type { ClaimsBag, ClaimValue } from "../claims/value.ts";
import type { Random } from "../ports.ts";
import type { TransformationInput } from "./input.ts";

/** What a method takes in or gives out under one TransformationClaimType. */
export interface ClaimSlot {
  /** Data types that a claim may be declared with; empty = any. */
  readonly types: readonly DataType[];
  /** The claim may be absent when the transformation runs. Source: claims-transformations.md 7. */
  readonly mayBeAbsent?: true;
  /** The policy need not declare it. */
  readonly mayBeUndeclared?: true;
  /** Other spellings that the documentation has for the same claim. */
  readonly aliases?: readonly string[];
}

export interface ParameterSlot {
  readonly type: "string" | "int" | "boolean" | "dateTime";
  /** Values that are offered, compared without regard to case. */
  readonly values?: readonly string[];
  /** Value where the policy says none. A parameter without a default is required, unless it is optional. */
  readonly default?: string;
  readonly optional?: true;
  readonly aliases?: readonly string[];
  /** What the text is, where a mistake in it can be found before it runs. */
  readonly holds?: "format" | "regularExpression" | "policyKey";
}

/**
 * - `claims`: TransformationClaimType of the output → value; null leaves the claim without a value; a claim that is not
 *   named stays as it was
 * - `assertion`: an assertion, or a documented error option, fired; `key` names its message
 * - `missingInput`: a required input claim is absent
 * - `runtime`: what is an exception inside the method in B2C; `reason` is for the operator and holds no claim value
 *
 * Source: claims-transformations.md 3.
 */
export type TransformationResult =
  | {
      readonly kind: "claims";
      readonly claims: Readonly<Record<string, ClaimValue | null>>;
      readonly warnings?: readonly string[];
    }
  | { readonly kind: "assertion"; readonly key: string; readonly code?: string }
  | { readonly kind: "missingInput"; readonly name: string }
  | { readonly kind: "runtime"; readonly reason: string };

/** A transformation method: what it declares, from which the checks at load and the documentation come, and what it does. */
export interface Method {
  /** One sentence for the reference pages. */
  readonly summary: string;
  /** Older names of the same method. */
  readonly aliases?: readonly string[];
  /** By TransformationClaimType. */
  readonly inputs: Readonly<Record<string, ClaimSlot>>;
  /** Present where the method takes any number of claims under names of the policy's choice. */
  readonly otherInputs?: ClaimSlot;
  readonly parameters: Readonly<Record<string, ParameterSlot>>;
  readonly otherParameters?: ParameterSlot;
  readonly outputs: Readonly<Record<string, ClaimSlot>>;
  readonly otherOutputs?: ClaimSlot;
  /** True for methods that read the content definition's localization. */
  readonly localized?: true;
  /** Key of the message of the assertion that the method can raise. */
  readonly assertion?: string;
  /** Boolean parameter without which the method raises none. */
  readonly assertionSwitch?: string;
  /** Mistakes of one transformation that the declarations alone do not show. */
  check?(transformation: ClaimsTransformation, policy: Policy): readonly MethodFinding[];
  run(input: TransformationInput): TransformationResult;
}

/** A finding of a method's own check. */
export interface MethodFinding {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint?: string;
}

export type Family = Readonly<Record<string, Method>>;

/** Everything outside its claims and parameters that a method may read. */
export interface TransformationContext {
  readonly policy: Policy;
  readonly claims: ClaimsBag;
  /** Claims that exist with the value null: they count as given and read as empty (claims-transformations.md 2). */
  readonly nulls: ReadonlySet<string>;
  readonly now: Ticks;
  readonly random: Random;
  readonly expressions: StringExpressions;
  /** Value of a policy key, where a parameter names one. */
  secret(name: string): string | undefined;
  readonly texts: TransformationTexts;
}

/** What the string expressions stand for. Source: claims-transformations.md 4.4. */
export interface StringExpressions {
  readonly technicalProfileId: string;
  readonly relyingPartyTenantId: string;
  readonly trustFrameworkTenantId: string;
  readonly authenticatorIssuer: string;
}

/** The localization of the calling technical profile's content definition, in the journey's language. */
export interface TransformationTexts {
  string(elementType: string, stringId: string): string | undefined;
  /** The localized enumeration of a claim type; undefined where the language has none. */
  restriction(claimTypeId: string): readonly EnumerationItem[] | undefined;
}

/** An input or output claim of one transformation, with its definition. */
export interface DeclaredClaim {
  /** TransformationClaimType as the policy writes it. */
  readonly name: string;
  readonly type: ClaimType;
}

/** No text that a transformation makes may be longer, in UTF-16 units: chained formats would double without end. */
export const longestText = 1_000_000;

export const string: ClaimSlot = { types: ["string"] };
export const optionalString: ClaimSlot = { types: ["string"], mayBeAbsent: true };
export const boolean: ClaimSlot = { types: ["boolean"] };
export const dateTime: ClaimSlot = { types: ["dateTime"] };
export const int: ClaimSlot = { types: ["int"] };
export const stringCollection: ClaimSlot = { types: ["stringCollection"] };
export const optionalStringCollection: ClaimSlot = { types: ["stringCollection"], mayBeAbsent: true };

export const text: ParameterSlot = { type: "string" };
/** `ignoreCase` of the comparing methods: B2C wants it declared as a string. */
export const requiredIgnoreCase: ParameterSlot = { type: "string", values: ["true", "false"] };
export const ignoreCase: ParameterSlot = { ...requiredIgnoreCase, default: "false" };
export const stringComparison: ParameterSlot = { type: "string", values: ["Ordinal", "OrdinalIgnoreCase"] };

export const nothing: TransformationResult = { kind: "claims", claims: {} };
export const output = (claims: Readonly<Record<string, ClaimValue | null>>): TransformationResult => ({
  kind: "claims",
  claims,
});
export const runtime = (reason: string): TransformationResult => ({ kind: "runtime", reason });
export const assertion = (key: string): TransformationResult => ({ kind: "assertion", key });
