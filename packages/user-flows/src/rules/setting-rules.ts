import type { ConnectorStep } from "../document/user-flow.ts";
import { type UserFlowType, userFlowShape, type WrittenUserFlow } from "../document/user-flow-schema.ts";
import type { Rule } from "./rule.ts";

type Setting = readonly [
  path: string,
  read: (flow: WrittenUserFlow) => unknown,
  types: readonly UserFlowType[],
];

const interactive: readonly UserFlowType[] = [
  "signUp",
  "signIn",
  "signUpOrSignIn",
  "profileUpdate",
  "passwordReset",
];
const withSession: readonly UserFlowType[] = ["signUp", "signIn", "signUpOrSignIn", "profileUpdate"];
const withPassword: readonly UserFlowType[] = ["signUp", "signUpOrSignIn", "passwordReset"];
const signIns: readonly UserFlowType[] = ["signIn", "signUpOrSignIn"];
const multifactor: readonly UserFlowType[] = [...interactive];

/** Which settings a type offers (user-flows.md 1). At its default, a setting may stand in any document. */
const settings: readonly Setting[] = [
  ["userFlowIdentityProviders", (flow) => flow.userFlowIdentityProviders, withSession],
  [
    "userAttributeAssignments",
    (flow) => flow.userAttributeAssignments,
    ["signUp", "signUpOrSignIn", "profileUpdate"],
  ],
  [
    "multifactorAuthenticationConfiguration.multifactorAuthenticationState",
    (flow) => flow.multifactorAuthenticationConfiguration.multifactorAuthenticationState,
    multifactor,
  ],
  [
    "tokenLifetimeConfiguration",
    (flow) => flow.tokenLifetimeConfiguration,
    [...withSession, "resourceOwner"],
  ],
  ...(
    [
      "sessionScope",
      "sessionLifetimeInMinutes",
      "isSessionLifetimeAbsolute",
      "enforceIdTokenHintOnLogout",
    ] as const
  ).map(
    (member): Setting => [
      `singleSignOnSessionConfiguration.${member}`,
      (flow) => flow.singleSignOnSessionConfiguration[member],
      withSession,
    ],
  ),
  [
    "singleSignOnSessionConfiguration.isKeepMeSignedInEnabled",
    (flow) => flow.singleSignOnSessionConfiguration.isKeepMeSignedInEnabled,
    ["signIn", "signUpOrSignIn", "profileUpdate"],
  ],
  [
    "passwordComplexityConfiguration.complexityLevel",
    (flow) => flow.passwordComplexityConfiguration.complexityLevel,
    withPassword,
  ],
  [
    "passwordComplexityConfiguration.isSelfServicePasswordResetAllowed",
    (flow) => flow.passwordComplexityConfiguration.isSelfServicePasswordResetAllowed,
    signIns,
  ],
  [
    "passwordComplexityConfiguration.allowExpiredPasswordReset",
    (flow) => flow.passwordComplexityConfiguration.allowExpiredPasswordReset,
    signIns,
  ],
  ["pageLayouts", (flow) => flow.pageLayouts, interactive],
  ["languages", (flow) => flow.languages, interactive],
  ["isJavaScriptEnabled", (flow) => flow.isJavaScriptEnabled, interactive],
];

/** UF130: a setting that the type does not have. */
export const capabilityRule: Rule = ({ written, flow }, report) => {
  const untouched = { ...userFlowShape.empty(), id: "", userFlowType: flow.userFlowType };
  for (const [path, read, types] of settings) {
    if (
      types.includes(flow.userFlowType) ||
      JSON.stringify(read(written)) === JSON.stringify(read(untouched))
    )
      continue;
    report("UF130", path, `A flow of type ${flow.userFlowType} does not have this setting.`, {
      hint: `Remove it; it exists for ${types.join(", ")}.`,
    });
  }
};

const connectorTypes: Readonly<Record<ConnectorStep, readonly UserFlowType[]>> = {
  postFederationSignup: ["signUpOrSignIn", "signUp"],
  postAttributeCollection: ["signUpOrSignIn", "signUp"],
  preTokenIssuance: ["signUpOrSignIn", "signUp", "signIn"],
};

/** UF141: a connector where the type has no such step. */
export const connectorStepRule: Rule = ({ flow }, report) => {
  for (const step of Object.keys(connectorTypes) as ConnectorStep[]) {
    const [first] = flow.connectors[step];
    if (!first || connectorTypes[step].includes(flow.userFlowType)) continue;
    report("UF141", first.path, `A flow of type ${flow.userFlowType} does not have the step ${step}.`, {
      hint: `It exists for ${connectorTypes[step].join(", ")}.`,
    });
  }
};

/** UF130 (warning): what the legacy version leaves unused (user-flows.md 1, below the table). */
export const legacyRule: Rule = ({ flow, written }, report) => {
  if (flow.userFlowTypeVersion !== 1) return;
  const unused: string[] = [];
  for (const step of Object.keys(connectorTypes) as ConnectorStep[]) {
    if (flow.connectors[step].length > 0) unused.push(`apiConnectorConfiguration.${step}`);
  }
  if (written.passwordComplexityConfiguration.isSelfServicePasswordResetAllowed) {
    unused.push("passwordComplexityConfiguration.isSelfServicePasswordResetAllowed");
  }
  if (written.pageLayouts.some(({ version }) => version !== undefined)) unused.push("pageLayouts");
  for (const path of unused) {
    report("UF130", path, "Version 1 does not have this setting; it has no effect.", {
      severity: "warning",
      hint: "Use version 3.",
    });
  }
};

/** UF111, UF112: numbers that contradict each other. */
export const numberRule: Rule = ({ flow }, report) => {
  const { refreshTokenLifetimeInDays: refresh, rollingRefreshTokenLifetimeInDays: rolling } =
    flow.tokenLifetimeConfiguration;
  if (rolling !== -1 && rolling < refresh) {
    report(
      "UF111",
      "tokenLifetimeConfiguration.rollingRefreshTokenLifetimeInDays",
      `The sliding window (${rolling} days) must not be shorter than the refresh token's lifetime (${refresh} days).`,
      { hint: `Set it to ${refresh} or more, or to -1 for no end.` },
    );
  }
  const { complexityLevel, customConfiguration: custom } = flow.passwordComplexityConfiguration;
  const place = "passwordComplexityConfiguration.customConfiguration";
  if (complexityLevel !== "custom" && custom) {
    report("UF130", place, `A custom configuration has no effect at the level '${complexityLevel}'.`, {
      severity: "warning",
      hint: "Set complexityLevel to 'custom', or remove it.",
    });
  }
  if (!custom) return;
  if (custom.maximumLength < custom.minimumLength) {
    report(
      "UF112",
      `${place}.maximumLength`,
      `The maximum length (${custom.maximumLength}) is below the minimum (${custom.minimumLength}).`,
      {
        hint: `Set it to ${custom.minimumLength} or more.`,
      },
    );
  }
  const classes =
    flow.positions.has(`${place}.minimumCharacterClassesRequired`) &&
    custom.minimumCharacterClassesRequired !== 0;
  if (custom.restrictToNumbersOnly && classes) {
    report(
      "UF112",
      `${place}.minimumCharacterClassesRequired`,
      "Digits only and several character classes exclude each other.",
      {
        hint: "Set minimumCharacterClassesRequired to 0.",
      },
    );
  }
};
