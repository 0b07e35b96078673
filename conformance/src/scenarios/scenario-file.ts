import { readFile } from "node:fs/promises";

/** One scenario of `unit-test-scenarios.json`; ../../../shared/vectors/README.md has the words. */
export interface Scenario extends Visit {
  readonly id: string;
  readonly policy: string;
  readonly base: string;
  readonly needs?: readonly string[];
  readonly users?: readonly ScenarioUser[];
  readonly then?: readonly LaterVisit[];
  readonly why?: string;
  readonly certainty?: string;
}

export interface Visit {
  readonly request?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly Step[];
  readonly expect: Expectation;
  readonly stubs?: readonly Stub[];
}

export interface LaterVisit extends Visit {
  readonly restartBrowser?: boolean;
  readonly advanceClockSeconds?: number;
}

export interface ScenarioUser {
  readonly signInNames: Readonly<Record<string, string>>;
  readonly password?: string;
  readonly strongAuthenticationPhoneNumber?: string;
  readonly accountEnabled?: boolean;
  readonly forceChangePasswordNextSignIn?: boolean;
  readonly [attribute: string]: unknown;
}

export interface Step {
  readonly page: string;
  readonly fields?: readonly string[];
  readonly shows?: Readonly<Record<string, unknown>>;
  readonly showsMatch?: Readonly<Record<string, string>>;
  readonly hidden?: readonly string[];
  readonly readonly?: readonly string[];
  readonly required?: readonly string[];
  readonly options?: Readonly<
    Record<
      string,
      { readonly values?: readonly string[]; readonly texts?: readonly string[]; readonly selected?: string }
    >
  >;
  readonly traits?: Readonly<Record<string, unknown>>;
  readonly capture?: Readonly<Record<string, string>>;
  readonly fill?: Readonly<Record<string, string | readonly string[] | boolean>>;
  readonly press?: string;
  readonly error?: { readonly kind: string; readonly field?: string; readonly contains?: string };
  readonly until?: string;
  readonly atMost?: number;
  readonly advanceClockSeconds?: number;
  /** At an outside provider. */
  readonly at?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly hasQuery?: readonly string[];
  readonly absentQuery?: readonly string[];
  readonly answer?: {
    readonly query?: Readonly<Record<string, string>>;
    readonly formPost?: Readonly<Record<string, string>>;
  };
}

export interface Stub {
  readonly url: string;
  readonly method?: string;
  readonly expect?: {
    readonly query?: Readonly<Record<string, string>>;
    readonly form?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly bodyAbsent?: boolean;
  };
  readonly answer: Readonly<Record<string, unknown>>;
}

export interface Expectation {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly absent?: readonly string[];
  readonly matches?: Readonly<Record<string, string>>;
  readonly notMatches?: Readonly<Record<string, string>>;
  readonly json?: Readonly<Record<string, unknown>>;
  readonly near?: Readonly<Record<string, { readonly epoch: unknown; readonly withinSeconds: number }>>;
  readonly same?: readonly string[];
  readonly changed?: readonly string[];
  readonly relations?: readonly {
    readonly claim: string;
    readonly equals?: string;
    readonly differs?: string;
  }[];
  readonly error?: Readonly<Record<string, string>>;
  readonly saml?: unknown;
  readonly redirect?: { readonly to: string };
  readonly stays?: boolean;
  readonly noToken?: boolean;
  readonly directory?: {
    readonly user: string;
    readonly exists?: boolean;
    readonly absent?: readonly string[];
  };
  readonly stubCalls?: number;
}

export async function readScenarios(path: string): Promise<readonly Scenario[]> {
  const document: unknown = JSON.parse(await readFile(path, "utf8"));
  if (!Array.isArray(document)) throw new Error(`${path} holds no list of scenarios`);
  return document as readonly Scenario[];
}
