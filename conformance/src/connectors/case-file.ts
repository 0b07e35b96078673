import { readFile } from "node:fs/promises";

/** The file of shared cases (vectors/README.md section 3). Members that a suite does not read are not named. */
export interface CaseFile {
  readonly tenant: {
    readonly defaultDomain: string;
    readonly extensionsAppId: string;
    readonly clientId: string;
    /** Bare name → `String`, `Int`, `Boolean`. */
    readonly customAttributes: Readonly<Record<string, string>>;
  };
  readonly userFlow: {
    readonly connector: {
      readonly targetUrl: string;
      readonly basic: { readonly username: string; readonly password: string };
    };
    readonly defaultSelection: Selection;
    readonly requests?: readonly RequestCase[];
    readonly noCall?: readonly NoCallCase[];
    readonly responses?: readonly ResponseCase[];
    readonly certificateSelection?: readonly CertificateCase[];
    readonly returnedClaimNames?: readonly NameCase[];
    readonly urlSecrecy?: SecrecyCase | readonly SecrecyCase[];
  };
  readonly restTechnicalProfile?: {
    readonly requests?: readonly RestRequestCase[];
    readonly responses?: readonly RestResponseCase[];
    readonly validationChains?: readonly ChainCase[];
    readonly circuitBreaker?: BreakerCase | readonly BreakerCase[];
  };
  readonly graph?: readonly { readonly id: string }[];
}

export interface Selection {
  readonly userAttributes: readonly string[];
  readonly applicationClaims: readonly string[];
}

export type WireStep = "PostFederationSignup" | "PostAttributeCollection" | "PreTokenIssuance";
type Texts = Readonly<Record<string, string>>;
export type Values = Readonly<Record<string, string | number | boolean>>;

export interface RequestCase {
  readonly id: string;
  readonly step: WireStep;
  readonly kind: string;
  readonly context: {
    readonly idpClaims?: Texts;
    readonly form?: Texts;
    readonly directoryUser?: Values;
    readonly uiLocales?: string;
    readonly setting?: string;
  };
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Texts;
    readonly body: Readonly<Record<string, unknown>>;
  };
  readonly mustNotContain?: readonly string[];
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Texts;
  readonly body?: unknown;
  readonly rawBody?: string;
  readonly transport?: string;
  readonly timeoutSeconds?: number;
  readonly attempts?: number;
}

export interface Expected {
  readonly outcome: string;
  readonly message?: string;
  readonly errorCode?: string;
  readonly error?: string;
  /** Of the token endpoint. */
  readonly json?: { readonly error?: string; readonly error_description?: string };
  readonly errorDescription?: string;
  readonly errorDescriptionStartsWith?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly claimsAbsent?: readonly string[];
  readonly prefill?: Values;
  readonly editable?: boolean;
  readonly stored?: Values;
  readonly storedAbsent?: readonly string[];
  readonly directoryUnchanged?: boolean;
  readonly accountCreated?: boolean;
  readonly tokenClaims?: Readonly<Record<string, unknown>>;
  readonly tokenAbsent?: readonly string[];
  readonly nextSignInTokenAbsent?: readonly string[];
  readonly tokenIssued?: boolean;
  readonly stateEchoed?: boolean;
  readonly redirectToApp?: boolean;
  readonly resubmitCallsAgain?: boolean;
  readonly laterProfilesRun?: boolean;
  readonly numberOfAttempts?: number;
  readonly auditRows?: number;
  readonly warnings?: readonly string[];
  readonly pageResponse?: Readonly<Record<string, string>>;
  readonly htmlContains?: string;
  readonly strictMode?: Expected;
  readonly withSetting?: Readonly<Record<string, Expected>>;
}

export interface ResponseCase {
  readonly id: string;
  readonly step: WireStep;
  readonly answer?: Answer;
  readonly answers?: readonly Answer[];
  readonly given?: {
    readonly typed?: Texts;
    readonly userAttributesSelected?: readonly string[];
    readonly applicationClaimsSelected?: readonly string[];
    readonly directory?: Values;
  };
  readonly expected: Expected;
  readonly note?: string;
}

export interface NoCallCase {
  readonly id: string;
  readonly situation: string;
  readonly calls: number;
  readonly expected: Expected;
}

export interface CertificateCase {
  readonly id: string;
  readonly now: number;
  readonly certificates: readonly {
    readonly name: string;
    readonly uploaded: number;
    readonly notBefore: number;
    readonly notAfter: number;
  }[];
  readonly expected: {
    readonly presented: string | null;
    readonly isActive: readonly string[];
    readonly requestSent?: boolean;
    readonly errorCode?: string;
  };
}

export interface NameCase {
  readonly key: string;
  readonly expected: null | { readonly attribute?: string; readonly builtIn?: string; readonly via?: string };
}

export interface SecrecyCase {
  readonly id: string;
  readonly targetUrl: string;
  readonly mustNotAppearInLogsOrMessages: readonly string[];
}

export interface RestRequestCase {
  readonly id: string;
  readonly metadata: Texts;
  readonly keys?: Texts;
  readonly inputClaims: readonly {
    readonly claim: string;
    readonly partner?: string;
    readonly default?: string;
    readonly alwaysUseDefault?: boolean;
  }[];
  readonly claimsBag?: Readonly<Record<string, { readonly type: string; readonly value: never }>>;
  readonly environment?: {
    readonly deploymentMode?: string | null;
    readonly culture?: string;
    readonly clientId?: string;
  };
  readonly expected: {
    readonly requestSent?: boolean;
    readonly errorCode?: string;
    readonly failure?: string;
    readonly method?: string;
    readonly url?: string;
    readonly headers?: Texts;
    readonly json?: unknown;
    readonly form?: Texts;
    readonly rawBody?: string;
    readonly bodyAbsent?: boolean;
    readonly headersAbsent?: readonly string[];
    readonly absent?: readonly string[];
  };
}

interface RestOutputClaim {
  readonly claim: string;
  readonly type?: string;
  readonly partner?: string;
  readonly default?: string;
  readonly alwaysUseDefault?: boolean;
}

export interface RestResponseCase {
  readonly id: string;
  readonly caller: string;
  readonly metadata: Texts;
  readonly technicalProfile: string;
  readonly orchestrationStep: string;
  readonly outputClaims: readonly RestOutputClaim[];
  readonly answer: Answer;
  readonly claimsBag?: Values;
  readonly expected: Expected;
  readonly note?: string;
}

export interface ChainCase {
  readonly id: string;
  readonly claimsBag?: Values;
  readonly selfAssertedOutputClaims?: readonly string[];
  readonly profiles: readonly {
    readonly id: string;
    readonly continueOnError?: boolean;
    readonly continueOnSuccess?: boolean;
    readonly preconditions?: readonly {
      readonly type: string;
      readonly executeActionsIf: boolean;
      readonly values: readonly string[];
    }[];
    readonly outputClaims?: readonly string[];
    readonly answer: Answer;
  }[];
  readonly expected: {
    readonly called: readonly string[];
    readonly outcome: string;
    readonly message?: string;
    readonly visibleInNextStep?: Readonly<Record<string, boolean>>;
  };
}

export interface BreakerCase {
  readonly id: string;
  readonly settings: {
    readonly failures: number;
    readonly windowSeconds: number;
    readonly halfOpenAfterSeconds: number;
  };
  readonly transportFailures: number;
  readonly nextCall: { readonly requestSent: boolean; readonly messageKey?: string };
}

/** Reads a file of cases. Throws where it is not one. */
export async function readCaseFile(path: string): Promise<CaseFile> {
  const file = JSON.parse(await readFile(path, "utf8")) as CaseFile;
  if (!file.tenant || !file.userFlow) throw new Error(`${path} is no file of connector cases.`);
  return file;
}

/** Some parts of a file are one case instead of a list. */
export function casesOf<T extends object>(part: T | readonly T[] | undefined): readonly T[] {
  if (part === undefined) return [];
  return Array.isArray(part) ? part : [part as T];
}
