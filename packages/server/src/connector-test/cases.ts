import { longestValue } from "@vestibule/engine";
import { type AccountKind, isBuiltIn, type Step, type Visit } from "./sandbox.ts";
import { type Claims, sampleValues, type TestCredentials, type TestSetting } from "./setting.ts";

/** One line of the report. */
export interface Case {
  /** `PostAttributeCollection/local/unicode`: stable, for whoever keeps results. */
  readonly id: string;
  readonly title: string;
  readonly visit: Visit;
  /**
   * - `answer`: any answer of the contract will do
   * - `refusal`: the API must notice that this is not the server
   * - `same`: the request goes out twice, and must be decided alike
   */
  readonly expects: "answer" | "refusal" | "same";
}

const accounts: Readonly<Record<Step, readonly AccountKind[]>> = {
  // A local account never comes by here: api-connectors.md A1.
  PostFederationSignup: ["federated"],
  PostAttributeCollection: ["local", "userName", "federated"],
  PreTokenIssuance: ["local", "userName", "federated"],
};

const accountNames: Readonly<Record<AccountKind, string>> = {
  local: "e-mail account",
  userName: "user name",
  federated: "identity provider",
};

const usual: Claims = {
  displayName: "Ida Lund",
  givenName: "Ida",
  surname: "Lund",
  jobTitle: "Engineer",
  streetAddress: "Storgatan 5",
  city: "Malmö",
  postalCode: "21119",
  state: "Skåne",
  country: "Sweden",
};

/** Scripts, directions, quotes, characters beyond 16 bits, a combining mark, and what must not be taken for SQL or a template. */
const unicode: Claims = {
  displayName: "Zoë Ångström 🦊",
  givenName: "李小龍",
  surname: 'O\'Brien-Łuk\u0301asz "Q" \\',
  jobTitle: "مهندسة; DROP TABLE users --",
  streetAddress: "1 Rue & Co {0} {x} ' OR 1=1",
  city: "Ψυχικό 𝔘𝔫𝔦",
  state: "\u202eedis thgir",
};

/** Every case of one step, in the order in which it is run. */
export function casesOf(step: Step, setting: TestSetting): readonly Case[] {
  const custom = Object.fromEntries(
    setting.attributes.map(({ name, dataType }) => [name, sampleValues[dataType]]),
  );
  const everything: Claims = { ...usual, ...custom, ...setting.claims };
  const make = (
    account: AccountKind,
    id: string,
    title: string,
    more: Partial<Visit> = {},
    expects: Case["expects"] = "answer",
  ): Case => ({
    id: `${step}/${account}/${id}`,
    title: `${accountNames[account]}, ${title}`,
    visit: { step, account, claims: everything, ...more },
    expects,
  });
  const ordinary = accounts[step].flatMap((account) => [
    make(account, "every-attribute", "every attribute"),
    ...(step === "PreTokenIssuance"
      ? [make(account, "sign-up", "at the sign-up", { newAccount: true })]
      : []),
    make(account, "missing-attributes", "no attribute at all", {
      claims: {},
      ...(account === "federated" && { withoutEmail: step === "PostFederationSignup" }),
    }),
    make(account, "unicode", "names of the whole world", { claims: { ...everything, ...unicode } }),
    make(account, "long-values", "the longest values", { claims: longest(setting, everything) }),
    make(account, "language", "another language", { uiLocales: "ar-SA" }),
  ]);
  const [account = "local"] = accounts[step];
  return [
    ...ordinary,
    // A person of its own: the first of its two deliveries must be the first that the API sees.
    make(
      account,
      "repeated-delivery",
      "delivered twice",
      { claims: { ...everything, displayName: "Ida Lund the Second", ...setting.claims } },
      "same",
    ),
    ...strangers(setting).map(([id, title, more]) => make(account, id, title, more, "refusal")),
  ];
}

/** Values that people gave at the command line stand: an API that knows a number by heart must still be asked for it. */
function longest(setting: TestSetting, everything: Claims): Claims {
  const values = Object.entries(everything).map(([name, value]) => {
    if (Object.hasOwn(setting.claims, name)) return [name, value] as const;
    const type = setting.attributes.find((attribute) => attribute.name === name)?.dataType;
    // Beyond 2^53, where a JavaScript number would lose its last digit.
    if (type === "int64") return [name, "9007199254740993"] as const;
    if (typeof value !== "string" || (type !== undefined && type !== "string")) return [name, value] as const;
    return [name, "å".repeat(isBuiltIn(name) ? longestValue(name) : longestValue("custom"))] as const;
  });
  return Object.fromEntries(values);
}

type Stranger = readonly [id: string, title: string, more: Partial<Visit>];

function strangers(setting: TestSetting): readonly Stranger[] {
  return [...forgers(setting), ...withWrongCredentials(setting)];
}

/** Whoever has the credentials but not the signing key. */
function forgers({ signingKey }: TestSetting): readonly Stranger[] {
  if (signingKey === undefined) return [];
  return [
    ["no-signature", "without a signature", { signingKey: null }],
    ["wrong-signature", "signed with a wrong key", { signingKey: `${signingKey}x` }],
  ];
}

function withWrongCredentials({ credentials, url }: TestSetting): readonly Stranger[] {
  const wrong = (id: string, title: string, given: TestCredentials): Stranger => [
    id,
    title,
    { credentials: given },
  ];
  const none = wrong("no-credentials", "without credentials", { kind: "none" });
  const byQuery: readonly Stranger[] =
    credentials.kind === "none" && new URL(url).search !== ""
      ? [["no-key", "without the address's query", { withoutQuery: true }]]
      : [];
  switch (credentials.kind) {
    case "none":
      return byQuery;
    case "basic": {
      const { username, password } = credentials;
      return [
        none,
        wrong("wrong-password", "with a wrong password", {
          ...credentials,
          password: `${password.slice(0, -1)}${password.endsWith("x") ? "y" : "x"}`,
        }),
        wrong("wrong-user-name", "with a wrong user name", { ...credentials, username: `${username}x` }),
        wrong("shorter-password", "with the beginning of the password", {
          ...credentials,
          password: password.slice(0, -1),
        }),
      ];
    }
    case "apiKeyHeader": {
      const { key } = credentials;
      return [
        none,
        wrong("wrong-key", "with a wrong key", { ...credentials, key: `${key}x` }),
        wrong("shorter-key", "with the beginning of the key", { ...credentials, key: key.slice(0, -1) }),
      ];
    }
    case "clientCertificate":
      return [none];
  }
}
