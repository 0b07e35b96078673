import type { Rule } from "./rule.ts";

/** UF190: documented settings that this server does not have yet. They are refused, never passed over. */
export const unsupportedRule: Rule = ({ written, methods }, report) => {
  const refuse = (path: string, what: string, hint: string) =>
    report("UF190", path, `${what} is not supported yet.`, { hint });
  if (methods.includes("phoneWithOneTimePassword")) {
    refuse("authenticationMethods", "Sign-in by phone", "Use 'emailWithPassword' or 'userName'.");
  }
  const { multifactorAuthenticationState: state } = written.multifactorAuthenticationConfiguration;
  if (state === "conditional") {
    refuse(
      "multifactorAuthenticationConfiguration.multifactorAuthenticationState",
      "Conditional Access",
      "Set it to 'on' or 'off'.",
    );
  }
  if (written.isConditionalAccessEnforced)
    refuse("isConditionalAccessEnforced", "Conditional Access", "Set it to false.");
  const { ageGating, captcha, phone } = written.portalSettings;
  if (ageGating.enabled) refuse("portalSettings.ageGating.enabled", "Age gating", "Set it to false.");
  if (captcha.signUp) refuse("portalSettings.captcha.signUp", "CAPTCHA", "Set it to false.");
  if (captcha.signIn) refuse("portalSettings.captcha.signIn", "CAPTCHA", "Set it to false.");
  if (phone.recoveryEmailPrompt)
    refuse("portalSettings.phone.recoveryEmailPrompt", "Sign-in by phone", "Set it to false.");
  if (phone.disclaimer) refuse("portalSettings.phone.disclaimer", "Sign-in by phone", "Remove it.");
};

/** UF131, UF132: second factors that need something else. */
export const secondFactorRule: Rule = ({ written, methods }, report) => {
  const { multifactorAuthenticationMethod: method, multifactorAuthenticationState: state } =
    written.multifactorAuthenticationConfiguration;
  if (state !== "off" && method.startsWith("phone") && methods.includes("phoneWithOneTimePassword")) {
    report(
      "UF131",
      "multifactorAuthenticationConfiguration.multifactorAuthenticationMethod",
      "The phone was proved at sign-in already.",
      {
        severity: "warning",
        hint: "Use 'email' or 'authenticator'.",
      },
    );
  }
  if (state === "conditional" && !written.isConditionalAccessEnforced) {
    report(
      "UF132",
      "multifactorAuthenticationConfiguration.multifactorAuthenticationState",
      "'conditional' needs Conditional Access.",
      {
        hint: "Set isConditionalAccessEnforced to true, or the state to 'on'.",
      },
    );
  }
  if (written.portalSettings.ageGating.enabled) {
    report(
      "UF132",
      "portalSettings.ageGating.enabled",
      "The tenant is not set up for age gating (AADB2C99010).",
      {
        hint: "Set it to false.",
      },
    );
  }
};
