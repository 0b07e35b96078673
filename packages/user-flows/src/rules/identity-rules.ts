import type { UserFlowType } from "../document/user-flow-schema.ts";
import type { Rule } from "./rule.ts";

/** Which combinations of local sign-in methods each type offers (user-flows.md 2). The empty text is "None". */
const combinations: Readonly<Record<UserFlowType, readonly string[]>> = {
  signUp: [
    "",
    "emailWithPassword",
    "userName",
    "phoneWithOneTimePassword",
    "emailWithPassword,phoneWithOneTimePassword",
  ],
  signUpOrSignIn: [
    "",
    "emailWithPassword",
    "userName",
    "phoneWithOneTimePassword",
    "emailWithPassword,phoneWithOneTimePassword",
  ],
  signIn: [
    "",
    "emailWithPassword",
    "userName",
    "phoneWithOneTimePassword",
    "emailWithPassword,phoneWithOneTimePassword",
    "emailWithPassword,userName",
  ],
  profileUpdate: [
    "",
    "emailWithPassword",
    "userName",
    "phoneWithOneTimePassword",
    "emailWithPassword,phoneWithOneTimePassword",
    "emailWithPassword,userName",
  ],
  passwordReset: ["emailWithPassword", "userName"],
  resourceOwner: ["emailWithPassword", "userName", "emailWithPassword,userName"],
};

/** UF104, UF105: how people may sign in. */
export const methodRule: Rule = ({ flow, methods }, report) => {
  const offered = combinations[flow.userFlowType];
  const chosen = [...methods].sort().join(",");
  if (!offered.includes(chosen)) {
    report(
      "UF104",
      "authenticationMethods",
      `A flow of type ${flow.userFlowType} cannot use ${chosen === "" ? "no local account" : `'${chosen}'`}.`,
      {
        hint: `Offered: ${offered.map((each) => (each === "" ? "0" : each)).join(" · ")}.`,
      },
    );
  } else if (methods.length === 0 && flow.userFlowIdentityProviders.length === 0) {
    report(
      "UF105",
      "authenticationMethods",
      "Nobody can sign in: there is neither a local account nor an identity provider.",
      {
        hint: "Set authenticationMethods to 'emailWithPassword', or name an identity provider.",
      },
    );
  }
};

/** UF102: versions other than 1 and 3. */
export const versionRule: Rule = ({ flow }, report) => {
  const version = flow.userFlowTypeVersion;
  if (version === 1 || version === 3) return;
  if (version === 1.1 || version === 2) {
    report("UF102", "userFlowTypeVersion", `Version ${version} is deprecated; it runs as version 3.`, {
      severity: "notice",
      hint: "Use 3.",
    });
  } else {
    report("UF102", "userFlowTypeVersion", `There is no version ${version}.`, {
      hint: "Use 3; 1 is the legacy version.",
    });
  }
};
