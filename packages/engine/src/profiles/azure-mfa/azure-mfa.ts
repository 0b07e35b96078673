import { claimText } from "../../claims/bag.ts";
import { dialledNumber } from "../../claims/phone-number.ts";
import type { CheckCodeResult } from "../../ports.ts";
import type { AuthenticatorCheck, SendToPhoneResult } from "../../second-factor-ports.ts";
import type { ProfileContext, ProfileResult, ServerProfileKind } from "../profile.ts";
import { type AzureMfaMetadata, type AzureMfaOperation, readAzureMfaMetadata } from "./metadata.ts";

type Context = ProfileContext<AzureMfaMetadata>;

const sendFailures: Readonly<Record<Exclude<SendToPhoneResult["kind"], "sent">, string>> = {
  throttled: "UserMessageIfThrottled",
  unreachable: "UserMessageIfCouldntSendSms",
  failed: "UserMessageIfServerError",
};

const codeFailures: Readonly<Record<Exclude<CheckCodeResult["kind"], "verified">, string>> = {
  wrong: "UserMessageIfWrongCodeEntered",
  expired: "UserMessageIfWrongCodeEntered",
  tooManyTries: "UserMessageIfMaxAllowedCodeRetryReached",
};

const appFailures: Readonly<Record<Exclude<AuthenticatorCheck["kind"], "verified">, string>> = {
  wrong: "UserMessageIfWrongCodeEntered",
  tooManyTries: "UserMessageIfMaxAllowedCodeRetryReached",
  throttled: "UserMessageIfThrottled",
  notBegun: "UserMessageIfServerError",
};

/** Codes by text message, and codes of authenticator apps, as actions of a policy. It has no page of its own. */
export const azureMfaProfile: ServerProfileKind<AzureMfaMetadata> = {
  kind: "azureMfa",
  readMetadata: readAzureMfaMetadata,
  run: (context) => operations[context.metadata.operation](context),
};

const operations: Readonly<Record<AzureMfaOperation, (context: Context) => Promise<ProfileResult>>> = {
  async OneWaySMS(context) {
    const number = dialledNumber(inputText(context, "phoneNumber"));
    if (number === undefined) return failed(context, "UserMessageIfInvalidFormat", "no phone number");
    const { culture, request } = context.state;
    const sent = await context.ports.phone.sendCode(scopeOf(context), number, {
      language: inputText(context, "locale") || culture.tag,
      organisation: inputText(context, "companyName") || context.ports.organisation,
      origin: request.origin,
      tenantSegment: request.tenantSegment,
    });
    return sent.kind === "sent" ? done : failed(context, sendFailures[sent.kind], sent.kind);
  },

  async Verify(context) {
    const number = dialledNumber(inputText(context, "phoneNumber"));
    if (number === undefined) return failed(context, "UserMessageIfInvalidFormat", "no phone number");
    const code = inputText(context, "verificationCode");
    const checked = await context.ports.phone.checkCode(scopeOf(context), number, code);
    return checked.kind === "verified" ? done : failed(context, codeFailures[checked.kind], checked.kind);
  },

  async GetAvailableDevices(context) {
    const name = inputText(context, "userPrincipalName");
    // Nobody is not somebody without an app: the policy would let them enrol one.
    if (name === "") return failed(context, "UserMessageIfServerError", "no user principal name");
    const numberOfAvailableDevices = await context.ports.authenticators.devices(name);
    return { kind: "values", values: { numberOfAvailableDevices } };
  },

  async BeginVerifyOTP(context) {
    const user = {
      objectId: inputText(context, "objectId"),
      userPrincipalName: inputText(context, "userPrincipalName"),
      journeyBegan: context.state.created,
    };
    if (user.objectId === "" || user.userPrincipalName === "")
      return failed(context, "UserMessageIfServerError", "no account");
    // Samples begin a sign-in with the secret's claim empty.
    const secret = inputText(context, "secretKey");
    const { authenticators } = context.ports;
    const begun = await authenticators.begin(context.state.id, user, secret === "" ? undefined : secret);
    return begun === "begun" ? done : failed(context, "UserMessageIfServerError", begun);
  },

  async VerifyOTP(context) {
    const { objectId } = context.claims;
    const checked = await context.ports.authenticators.verify(
      context.state.id,
      typeof objectId === "string" ? objectId : undefined,
      inputText(context, "otpCode"),
    );
    if (checked.kind !== "verified") return failed(context, appFailures[checked.kind], checked.kind);
    // The code is used up: the page that gave it is not validated a second time.
    return { kind: "values", values: {}, wroteDirectory: true };
  },
};

const done: ProfileResult = { kind: "values", values: {} };

const scopeOf = ({ state }: Context) => ({ journey: state.id, purpose: "azureMfa" });

function failed(context: Context, key: string, cause: string): ProfileResult {
  context.trace({
    kind: "validation",
    text: `${context.profile.id}: ${cause}`,
    technicalProfile: context.profile.id,
  });
  return { kind: "userError", message: context.message(key) };
}

function inputText({ input }: Context, partner: string): string {
  const wanted = partner.toLowerCase();
  const claim = [...input.values()].find(({ partnerName }) => partnerName.toLowerCase() === wanted);
  return claim === undefined ? "" : claimText(claim.value).trim();
}
