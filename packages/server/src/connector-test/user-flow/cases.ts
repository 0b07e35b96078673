import { longestValue } from "@vestibule/engine";
import type { Case } from "../case.ts";
import { strangersOf } from "../strangers.ts";
import { unicodeNames, usualNames } from "../values.ts";
import { type AccountKind, isBuiltIn, type Step, type Visit } from "./sandbox.ts";
import { type Claims, proofOf, sampleJson, sampleValues, type TestSetting } from "./setting.ts";

export interface FlowCase extends Case {
  readonly visit: Visit;
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

/** Every case of one step, in the order in which it is run. */
export function casesOf(step: Step, setting: TestSetting): readonly FlowCase[] {
  const custom = Object.fromEntries(
    setting.attributes.map(({ name, dataType }) => [
      name,
      dataType === "string" && setting.jsonClaims?.includes(name) ? sampleJson : sampleValues[dataType],
    ]),
  );
  const everything: Claims = { ...usualNames, ...custom, ...setting.claims };
  const make = (
    account: AccountKind,
    id: string,
    title: string,
    more: Partial<Visit> = {},
    rest: Partial<Pick<Case, "expects" | "alter">> = {},
  ): FlowCase => ({
    id: `${step}/${account}/${id}`,
    step,
    title: `${accountNames[account]}, ${title}`,
    visit: { step, account, claims: everything, ...more },
    expects: "answer",
    ...rest,
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
    make(account, "unicode", "names of the whole world", { claims: { ...everything, ...unicodeNames } }),
    make(account, "long-values", "the longest values", { claims: longest(setting, everything) }),
    make(account, "language", "another language", { uiLocales: "ar-SA" }),
  ]);
  const [account = "local"] = accounts[step];
  // Before the token there is nobody to be told.
  const refused = step === "PreTokenIssuance" ? [] : setting.refused;
  return [
    ...ordinary,
    ...refused.map((claims) => {
      const [name = ""] = Object.keys(claims);
      return make(
        account,
        `refused-${name}`,
        `to be refused for ${name}`,
        { claims: { ...everything, ...claims } },
        { expects: "word" },
      );
    }),
    // A person of its own: the first of its two deliveries must be the first that the API sees.
    make(
      account,
      "repeated-delivery",
      "delivered twice",
      { claims: { ...everything, displayName: "Ida Lund the Second", ...setting.claims } },
      { expects: "same" },
    ),
    ...strangersOf(proofOf(setting)).map(({ id, title, alter }) =>
      make(account, id, title, {}, { expects: "refusal", alter }),
    ),
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
