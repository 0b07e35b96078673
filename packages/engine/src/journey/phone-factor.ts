import { claimText } from "../claims/bag.ts";
import { mapOutputClaims, resolveInputClaims } from "../claims/mapping.ts";
import { dialledNumber } from "../claims/phone-number.ts";
import type { ClaimValue } from "../claims/value.ts";
import type { PhoneMessage, PhoneScope, SendToPhoneResult } from "../second-factor-ports.ts";
import type { PhoneEvent } from "./event.ts";
import { pageTexts } from "./messages.ts";
import type { Outcome, RelyingPartyError } from "./outcome.ts";
import { type PhoneFactor, phoneContent } from "./phone-page.ts";
import { note, type Run, resolverScope, serverError, update, writeBag } from "./run.ts";
import { persist } from "./session-management.ts";
import type { PhoneProof, WaitingPage } from "./state.ts";
import { apply, runTransformations } from "./technical-profile.ts";

type Status = Extract<Outcome, { kind: "phone" }>["status"];

/** What the page of a phone factor waits for, or the error with which it cannot be shown. Source: technical-profiles.md 9. */
export async function beginPhoneFactor(
  run: Run,
  compiled: PhoneFactor,
): Promise<{ readonly kind: "phone"; readonly phone: PhoneProof } | RelyingPartyError> {
  const { profile, metadata } = compiled;
  const changed: Record<string, ClaimValue | null> = {};
  const texts = pageTexts(run, metadata.contentDefinitionReferenceId);
  const call = { profile, claims: run.state.bag, texts, messageProfiles: [profile] };
  if (await runTransformations(run, profile.inputClaimsTransformations, call, changed))
    return serverError("AADB2C", "An exception has occurred.");
  writeBag(run, changed, `${profile.id}: input claims transformations`, profile.id);
  const input = resolveInputClaims(profile, profile.inputClaims, resolverScope(run));
  if (input.kind === "missing") return incomplete(run, compiled, `input claim '${input.claimTypeId}'`);
  const numbers = [...input.claims.values()]
    .filter(({ partnerName }) => partnerName.toLowerCase() !== "userid")
    .map(({ value }) => claimText(value).trim())
    .filter((text) => text !== "")
    // A number that cannot be read stays a number on file: who has one must not be asked to type another.
    .map((text) => dialledNumber(text) ?? text);
  if (numbers.length === 0 && !metadata.manualEntryAllowed)
    return serverError(
      "AADB2C90145",
      "No unverified phone numbers have been found and the policy does not allow a user entered number.",
    );
  return { kind: "phone", phone: { numbers: [...new Set(numbers)], wrongCodes: 0 } };
}

/** A button of the page: sends, or asks whether what was sent was answered. The journey moves with `confirmed` only. */
export async function phoneAction(
  run: Run,
  waiting: WaitingPage,
  compiled: PhoneFactor,
  event: PhoneEvent,
): Promise<Outcome> {
  const { phone } = waiting;
  if (!phone) return status(448);
  // The journey is over; `confirmed` says so to the application.
  if (waiting.failure) return status(449);
  switch (event.action) {
    case "sms":
    case "call":
      return send(run, waiting, compiled, phone, event);
    case "check":
      return check(run, waiting, compiled, phone, event.code ?? "");
    case "poll":
      return poll(run, waiting, compiled, phone);
    case "change": {
      const { sent: _, ...rest } = phone;
      keep(run, waiting, { phone: rest });
      return status(200);
    }
  }
}

const status = (code: Status): Outcome => ({ kind: "phone", status: code });

const scopeOf = (run: Run, { profile }: PhoneFactor): PhoneScope => ({
  journey: run.state.id,
  purpose: profile.id,
});

/** Saves what changed on the page; the sentence is for a page that is shown again without JavaScript. */
function keep(run: Run, waiting: WaitingPage, change: Partial<WaitingPage>, message?: string): void {
  const { problem: _, ...rest } = waiting;
  update(run, {
    waiting: { ...rest, ...change, ...(message !== undefined && { problem: { message, fields: {} } }) },
  });
}

async function send(
  run: Run,
  waiting: WaitingPage,
  compiled: PhoneFactor,
  phone: PhoneProof,
  event: PhoneEvent,
): Promise<Outcome> {
  const by = event.action === "call" ? "call" : "sms";
  const content = phoneContent(run, compiled);
  const { mode } = compiled.metadata;
  if ((by === "sms" && mode === "phone") || (by === "call" && mode === "sms")) return status(448);
  const typed = phone.numbers.length === 0;
  const kept = typed ? { typed: whatWasTyped(event) } : {};
  const number = typed
    ? dialledNumber(event.number ?? "", event.callingCode)
    : phone.numbers[(Number(event.numberId ?? "1") || 1) - 1];
  if (number === undefined || dialledNumber(number) === undefined) {
    keep(run, waiting, kept, typed ? content.invalid_number : content.error_448);
    return status(448);
  }
  const scope = scopeOf(run, compiled);
  const sent: SendToPhoneResult["kind"] = (
    await (by === "sms"
      ? run.ports.phone.sendCode(scope, number, messageOf(run))
      : run.ports.phone.call(scope, number, messageOf(run)))
  ).kind;
  note(run, {
    kind: "validation",
    text: `${by === "sms" ? "Text" : "Call"} to the phone: ${sent}`,
    technicalProfile: compiled.profile.id,
  });
  switch (sent) {
    case "sent":
      keep(run, waiting, { ...kept, phone: { ...phone, sent: { by, number, typed, verified: false } } });
      return status(200);
    case "throttled":
      keep(run, waiting, kept, by === "sms" ? content.error_sms_throttled : content.error_phone_throttled);
      return status(429);
    case "unreachable":
    case "failed":
      keep(run, waiting, kept, sent === "failed" ? content.error_tryagain : content.error_448);
      return status(448);
  }
}

function whatWasTyped({ number, callingCode }: PhoneEvent): Record<string, string> {
  return {
    ...(number !== undefined && { number: number.slice(0, 32) }),
    ...(callingCode !== undefined && { callingCode: callingCode.slice(0, 5) }),
  };
}

function messageOf(run: Run): PhoneMessage {
  const { culture, request } = run.state;
  return {
    language: culture.tag,
    organisation: run.ports.organisation,
    origin: request.origin,
    tenantSegment: request.tenantSegment,
  };
}

async function check(
  run: Run,
  waiting: WaitingPage,
  compiled: PhoneFactor,
  phone: PhoneProof,
  code: string,
): Promise<Outcome> {
  const { sent } = phone;
  const content = phoneContent(run, compiled);
  if (sent?.by !== "sms") return status(400);
  // The answer to the right code got lost: the phone is proved, and the code is used up.
  if (sent.verified) return status(200);
  const checked = await run.ports.phone.checkCode(scopeOf(run, compiled), sent.number, code.trim());
  note(run, {
    kind: "validation",
    text: `Code of the phone: ${checked.kind}`,
    technicalProfile: compiled.profile.id,
  });
  switch (checked.kind) {
    case "verified":
      keep(run, waiting, { phone: { ...phone, sent: { ...sent, verified: true } } });
      return status(200);
    case "expired":
      keep(run, waiting, {}, content.error_incorrect_code);
      return status(400);
    case "tooManyTries":
    case "wrong": {
      // Counted over all codes of the page: a new code is no new set of tries.
      const wrongCodes = phone.wrongCodes + 1;
      const over = wrongCodes >= compiled.metadata.retryLimit;
      const failure = {
        code: "AADB2C90151",
        message: "User has exceeded the maximum number for retries for multi-factor authentication.",
      };
      keep(
        run,
        waiting,
        { phone: { ...phone, wrongCodes }, ...(over && { failure }) },
        over ? content.error_449 : content.error_incorrect_code,
      );
      return status(449);
    }
  }
}

async function poll(
  run: Run,
  waiting: WaitingPage,
  compiled: PhoneFactor,
  phone: PhoneProof,
): Promise<Outcome> {
  const { sent } = phone;
  if (sent?.by !== "call") return status(448);
  if (sent.verified) return status(200);
  const answer = await run.ports.phone.callAnswer(scopeOf(run, compiled), sent.number);
  switch (answer) {
    case "confirmed":
      note(run, { kind: "validation", text: "Call: confirmed", technicalProfile: compiled.profile.id });
      keep(run, waiting, { phone: { ...phone, sent: { ...sent, verified: true } } });
      return status(200);
    case "pending":
      return status(449);
    case "failed": {
      note(run, { kind: "validation", text: "Call: not confirmed", technicalProfile: compiled.profile.id });
      const { sent: _, ...rest } = phone;
      keep(run, waiting, { phone: rest }, phoneContent(run, compiled).error_tryagain);
      return status(448);
    }
  }
}

/**
 * The phone was proved and the browser comes to go on: output claims, output transformations, session. `undefined` = they
 * are in the bag; `notProved` = the page is to be shown again.
 */
export async function completePhoneFactor(
  run: Run,
  waiting: WaitingPage,
  compiled: PhoneFactor,
): Promise<RelyingPartyError | "notProved" | undefined> {
  const sent = waiting.phone?.sent;
  if (!sent?.verified) return "notProved";
  const { profile, metadata } = compiled;
  const values = {
    "Verified.OfficePhone": sent.number,
    // Not given for a number on file: policies ask whether the claim exists.
    ...(sent.typed && { newPhoneNumberEntered: true }),
  };
  const output = mapOutputClaims(profile, values, resolverScope(run));
  if (output.kind === "failed")
    return incomplete(run, compiled, `output claim '${output.claimTypeId}': ${output.reason}`);
  const changed: Record<string, ClaimValue | null> = { ...output.claims };
  const texts = pageTexts(run, metadata.contentDefinitionReferenceId);
  const call = { profile, claims: apply(run.state.bag, changed), texts, messageProfiles: [profile] };
  if (await runTransformations(run, profile.outputClaimsTransformations, call, changed))
    return serverError("AADB2C", "An exception has occurred.");
  writeBag(run, changed, `${profile.id}: output claims`, profile.id);
  persist(run, profile, true);
  return undefined;
}

function incomplete(run: Run, { profile }: PhoneFactor, cause: string): RelyingPartyError {
  note(run, { kind: "profile", text: `${profile.id}: ${cause}`, technicalProfile: profile.id });
  return serverError(
    "AADB2C90255",
    `The claims exchange specified in technical profile '${profile.id}' did not complete as expected. You might want to try starting your session over from the beginning.`,
  );
}
