import { isEmailAddress } from "../profiles/self-asserted/fields.ts";
import type { JourneyEvent } from "./event.ts";
import { type Form, formOf } from "./forms.ts";
import type { Outcome } from "./outcome.ts";
import { note, profileOf, type Run, update } from "./run.ts";
import type { WaitingPage } from "./state.ts";

type VerificationEvent = Extract<JourneyEvent, { kind: "verification" }>;
type VerificationResult = Extract<Outcome, { kind: "verification" }>["result"];

const answer = (result: VerificationResult): Outcome => ({ kind: "verification", result });

/**
 * Codes that one journey may ask for, over all addresses: three addresses, each with all that it may get in ten
 * minutes. Without it one visit is enough to send mails to any number of strangers.
 */
const mostCodes = 15;

/** A form without JavaScript posts everything with the button for a code: what was typed must come back with the page. */
export function typedFields(
  waiting: WaitingPage,
  form: Form,
  posted: Readonly<Record<string, string>>,
): Record<string, string> {
  const typed: Record<string, string> = { ...waiting.typed };
  for (const { type, readOnly, control } of form.fields) {
    const text = Object.hasOwn(posted, type.id) ? posted[type.id] : undefined;
    if (text !== undefined && type.userInputType !== "Password" && !readOnly && !control?.code)
      typed[type.id] = text.slice(0, 2048);
  }
  return typed;
}

/** Classic e-mail verification (pages.md 1.7). Codes go to any address: whether it has an account is not revealed. */
export async function verify(run: Run, waiting: WaitingPage, event: VerificationEvent): Promise<Outcome> {
  const compiled =
    waiting.technicalProfile === undefined ? undefined : profileOf(run, waiting.technicalProfile);
  if (compiled?.kind !== "selfAsserted") return answer(1);
  const form = formOf(run, compiled);
  const field = form.fields.find(
    ({ type, verified }) => verified && type.id.toLowerCase() === event.claimId.toLowerCase(),
  );
  if (!field) return answer(1);
  const claimId = field.type.id;
  if (event.typed) update(run, { waiting: { ...waiting, typed: typedFields(waiting, form, event.typed) } });
  const address = event.address.trim();
  const { [claimId]: proof, ...otherProofs } = run.state.proofs;
  if (event.action === "change") {
    update(run, { proofs: otherProofs });
    return answer(0);
  }
  if (!isEmailAddress(address)) return answer(6);
  const scope = `${run.state.id}:${claimId}`;
  if (event.action === "send") {
    const { codesSent = 0 } = run.state;
    if (codesSent >= mostCodes) {
      note(run, {
        kind: "warning",
        text: `Code for ${claimId}: this journey has asked for ${mostCodes} codes`,
      });
      return answer(2);
    }
    update(run, { codesSent: codesSent + 1 });
    const sent = await run.ports.verification.sendCode(scope, address, {
      language: run.state.culture.language,
      organisation: run.ports.organisation,
    });
    note(run, {
      kind: "validation",
      text: `Code for ${claimId}: ${sent.kind}`,
      technicalProfile: compiled.profile.id,
    });
    if (sent.kind !== "sent") return answer(sent.kind === "throttled" ? 2 : 1);
    update(run, { proofs: { ...otherProofs, [claimId]: { address, verified: false } } });
    return answer(0);
  }
  if (proof?.address.toLowerCase() !== address.toLowerCase()) return answer(3);
  // The answer to the right code got lost: the address is proved, and the code is used up.
  if (proof.verified) return answer(0);
  const checked = await run.ports.verification.checkCode(scope, address, (event.code ?? "").trim());
  note(run, {
    kind: "validation",
    text: `Code for ${claimId}: ${checked.kind}`,
    technicalProfile: compiled.profile.id,
  });
  switch (checked.kind) {
    case "verified":
      update(run, { proofs: { ...otherProofs, [claimId]: { address, verified: true } } });
      return answer(0);
    case "wrong":
      return answer(3);
    case "tooManyTries":
      return answer(4);
    case "expired":
      return answer(5);
  }
}
