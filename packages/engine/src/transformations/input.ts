import type { ClaimsTransformation } from "@vestibule/policy";
import { claimText, readClaim } from "../claims/bag.ts";
import { parseIsoDateTime, type Ticks } from "../claims/dotnet/date-time.ts";
import { parseBoolean, parseInteger, type StringComparison } from "../claims/dotnet/text.ts";
import type { AlternativeSecurityId, ClaimValue, UserIdentity } from "../claims/value.ts";
import type { DeclaredClaim, Method, TransformationContext } from "./transformation.ts";

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** One run of a claims transformation: its claims and parameters by name, without regard to case, and typed. */
export class TransformationInput {
  readonly context: TransformationContext;
  /** In document order; claims that the policy does not define are left out. */
  readonly inputs: readonly DeclaredClaim[];
  readonly outputs: readonly DeclaredClaim[];
  readonly parameters: ClaimsTransformation["inputParameters"];
  readonly #method: Method;

  constructor(transformation: ClaimsTransformation, method: Method, context: TransformationContext) {
    const declared = (claims: ClaimsTransformation["inputClaims"]): DeclaredClaim[] =>
      claims.flatMap(({ claimTypeReferenceId, transformationClaimType }) => {
        const type = context.policy.claimTypes.get(claimTypeReferenceId);
        return type ? [{ name: transformationClaimType, type }] : [];
      });
    this.context = context;
    this.#method = method;
    this.inputs = declared(transformation.inputClaims);
    this.outputs = declared(transformation.outputClaims);
    this.parameters = transformation.inputParameters;
  }

  /** The first required input claim that is absent: null counts as given. */
  get missing(): string | undefined {
    const slots = Object.entries(this.#method.inputs);
    return slots.find(([name, { mayBeAbsent }]) => !mayBeAbsent && !this.#given(name))?.[0];
  }

  #given(name: string): boolean {
    const claim = this.input(name);
    return (
      claim !== undefined && (this.valueOf(claim) !== undefined || this.context.nulls.has(claim.type.id))
    );
  }

  input(name: string): DeclaredClaim | undefined {
    const names = [name, ...(this.#method.inputs[name]?.aliases ?? [])];
    return this.inputs.find((claim) => names.some((candidate) => same(candidate, claim.name)));
  }

  output(name: string): DeclaredClaim | undefined {
    return this.outputs.find((claim) => same(claim.name, name));
  }

  valueOf(claim: DeclaredClaim): ClaimValue | undefined {
    return readClaim(this.context.policy, this.context.claims, claim.type.id);
  }

  /** Undefined where the claim is absent or null. */
  claim(name: string): ClaimValue | undefined {
    const claim = this.input(name);
    return claim && this.valueOf(claim);
  }

  has(name: string): boolean {
    return this.claim(name) !== undefined;
  }

  /** A claim as text; empty where it has no value. */
  text(name: string): string {
    const value = this.claim(name);
    return value === undefined ? "" : claimText(value);
  }

  /** A boolean claim; null reads as false. */
  flag(name: string): boolean {
    return this.claim(name) === true;
  }

  /** A claim of type int or long; 0 where it has no value. */
  integer(name: string): bigint {
    return parseInteger(this.text(name), "long") ?? 0n;
  }

  /** A claim of type date or dateTime. */
  instant(name: string): Ticks | undefined {
    return parseIsoDateTime(this.text(name));
  }

  items(name: string): readonly string[] {
    const value = this.claim(name);
    return Array.isArray(value) ? value.map(String) : [];
  }

  userIdentities(name: string): readonly UserIdentity[] {
    return objects(this.claim(name)).filter((item): item is UserIdentity => "issuerUserId" in item);
  }

  alternativeSecurityIds(name: string): readonly AlternativeSecurityId[] {
    return objects(this.claim(name)).filter((item): item is AlternativeSecurityId => "key" in item);
  }

  /** A parameter's text, else its default; empty where it has neither. */
  parameter(name: string): string {
    return this.givenParameter(name) ?? this.#method.parameters[name]?.default ?? "";
  }

  givenParameter(name: string): string | undefined {
    const names = [name, ...(this.#method.parameters[name]?.aliases ?? [])];
    return this.parameters.find(({ id }) => names.some((candidate) => same(candidate, id)))?.value;
  }

  /** A parameter of a list of words, in lower case. */
  word(name: string): string {
    return this.parameter(name).trim().toLowerCase();
  }

  isOn(name: string): boolean {
    return parseBoolean(this.parameter(name)) === true;
  }

  /** A parameter of type int; 0 where it cannot be read, which the check at load refuses. */
  number(name: string): number {
    return Number(parseInteger(this.parameter(name), "int") ?? 0n);
  }

  get comparison(): StringComparison {
    return this.word("stringComparison") === "ordinal" ? "Ordinal" : "OrdinalIgnoreCase";
  }

  get ignoringCase(): StringComparison {
    return this.isOn("ignoreCase") ? "OrdinalIgnoreCase" : "Ordinal";
  }
}

function objects(value: ClaimValue | undefined): readonly object[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.filter((item): item is object => typeof item === "object" && item !== null);
}
