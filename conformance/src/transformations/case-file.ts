import { readFile } from "node:fs/promises";

/** One call of one claims-transformation method: claims-transformations.md 10. */
export interface TransformationCase {
  readonly method: string;
  readonly name: string;
  readonly inputs: readonly CaseClaim[];
  readonly parameters: readonly { readonly id: string; readonly dataType: string; readonly value: string }[];
  readonly outputs: readonly ExpectedClaim[];
  readonly error?: {
    readonly kind: "assertion" | "missingInput" | "runtime" | "policyValidation";
    readonly metadataKey?: string;
    readonly defaultMessage?: string;
  };
  readonly context: CaseContext;
}

export interface CaseClaim {
  readonly type: string;
  readonly dataType: string;
  /** Null = declared, but absent. */
  readonly value: unknown;
}

export interface ExpectedClaim {
  readonly type: string;
  readonly dataType: string;
  readonly value?: unknown;
  readonly matches?: string;
  readonly length?: number;
  readonly compare?: "json" | "set";
  readonly initialValue?: unknown;
}

export interface CaseContext {
  readonly utcNow?: string;
  readonly relyingPartyTenantId?: string;
  readonly trustFrameworkTenantId?: string;
  readonly technicalProfileId?: string;
  readonly authenticatorIssuer?: string;
  readonly policyKeys?: Readonly<Record<string, string>>;
  readonly language?: string;
  readonly localizedStrings?: readonly {
    readonly language: string;
    readonly elementType: string;
    readonly stringId: string;
    readonly text: string;
  }[];
  readonly localizedCollections?: readonly {
    readonly language: string;
    readonly items: readonly { readonly text: string; readonly value: string }[];
  }[];
  readonly outputClaimRestriction?: readonly { readonly text: string; readonly value: string }[];
  readonly outputClaimPredicate?: Readonly<Record<string, string>>;
  readonly inputClaimTypeIds?: Readonly<Record<string, string>>;
}

/** Reads a file of cases; lists that a case leaves out are empty. */
export async function readCases(path: string): Promise<readonly TransformationCase[]> {
  const parsed: unknown = JSON.parse(await readFile(path, "utf8"), exactNumbers);
  if (!Array.isArray(parsed)) throw new Error(`${path} holds no array of cases`);
  return parsed.map((entry: Partial<TransformationCase>) => ({
    ...entry,
    method: String(entry.method),
    name: String(entry.name),
    inputs: entry.inputs ?? [],
    parameters: entry.parameters ?? [],
    outputs: entry.outputs ?? [],
    context: entry.context ?? {},
  }));
}

/** Whole numbers beyond ±2^53 keep their digits, as text. */
function exactNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  const isLong = typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? "");
  return isLong ? source : value;
}
