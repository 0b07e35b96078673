import type { CallRecord } from "@vestibule/engine";
import type { Visited } from "../case.ts";
import type { ProfileCase } from "./cases.ts";

/** What the server does with the answer, as the journey itself ended, and what became of its claims. */
export function consequence(record: CallRecord, { outcome }: Visited, { place }: ProfileCase): string {
  switch (outcome.kind) {
    case "issued": {
      const goesOn = place.form ? "The form is accepted" : "The journey goes on";
      if (record.decision === "fail") return `${goesOn}, although the API failed.`;
      if (record.decision === "page") return `${goesOn}, although the API refused.`;
      return [`${goesOn}${list(", with", used(record))}.`, ...fate(record, place)].join(" ");
    }
    case "refused":
      return `The person stays at the form and reads “${outcome.problem.message}”. Nothing after it is run.`;
    case "relyingPartyError":
      return `The journey ends: the application gets the error ${outcome.code}, “${outcome.message}”.`;
    case "errorPage":
      return `The person sees the error page (${outcome.code}).`;
    case "page":
    case "accepted":
    case "document":
    case "notOnPage":
    case "phone":
    case "verification":
    case "redirect":
      return "The journey goes on.";
  }
}

function used({ verdicts }: CallRecord): readonly string[] {
  return verdicts.flatMap((one) => (one.verdict === "used" ? [one.claim] : []));
}

/** Members of the protocol itself (api-connectors.md B7): nobody expects a claim there. */
const protocolMembers: ReadonlySet<string> = new Set(["version", "status", "usermessage", "code"]);

/** Claims that come no further, and why. */
function fate(record: CallRecord, { form }: ProfileCase["place"]): readonly string[] {
  const ignored = record.verdicts.flatMap((one) =>
    one.verdict === "ignored" && !protocolMembers.has(one.name.toLowerCase())
      ? [`${one.name} (${one.reason})`]
      : [],
  );
  const handedOn = new Set(
    (form?.outputClaims ?? []).map(({ claimTypeReferenceId }) => claimTypeReferenceId.toLowerCase()),
  );
  // Later steps see only what is among the form's own output claims (api-connectors.md B10).
  const kept = form ? used(record).filter((claim) => !handedOn.has(claim.toLowerCase())) : [];
  return [
    ...(kept.length > 0
      ? [`Later steps do not see ${kept.join(", ")}: no output claim of the form ${form?.id} hands it on.`]
      : []),
    ...(ignored.length > 0 ? [`Ignored: ${ignored.join(", ")}.`] : []),
  ];
}

function list(before: string, names: readonly string[]): string {
  return names.length === 0 ? "" : `${before} ${names.join(", ")}`;
}
