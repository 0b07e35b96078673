import type { CallRecord, Outcome } from "@vestibule/engine";
import type { Visited } from "../case.ts";

/** What the server does with the answer, as the journey itself ended: one sentence. */
export function consequence(record: CallRecord, { outcome, stored }: Visited): string {
  switch (outcome.kind) {
    case "issued": {
      const used = record.verdicts.flatMap((one) => (one.verdict === "used" ? [one.claim] : []));
      const inToken = used.filter((claim) => tokenHas(outcome, claim));
      const parts = [
        stored
          ? `The account is created${list(
              ", with",
              used.filter((claim) => isStored(stored, claim)),
            )}.`
          : "",
        `The token goes out${list(", with", inToken)}.`,
      ];
      return parts.filter(Boolean).join(" ");
    }
    case "page": {
      if (outcome.page.terminal)
        return `The flow ends with the page “${outcome.page.fields[0]?.value ?? ""}”.`;
      const used = record.verdicts.flatMap((one) => (one.verdict === "used" ? [one.claim] : []));
      return `The form is shown${list(", filled in with", used)}.`;
    }
    case "refused":
      return `The person stays at the form and reads “${outcome.problem.message}”. Nothing is created.`;
    case "relyingPartyError":
      return `The application gets the error ${outcome.code}. ${
        record.connectorStep === "PreTokenIssuance" ? "No token goes out." : "Nothing is created."
      }`;
    case "errorPage":
      return `The person sees the error page (${outcome.code}).`;
    case "accepted":
    case "document":
    case "notOnPage":
    case "phone":
    case "verification":
    case "redirect":
      return "The flow goes on.";
  }
}

function list(before: string, names: readonly string[]): string {
  return names.length === 0 ? "" : `${before} ${names.join(", ")}`;
}

const bare = (name: string) => name.replace(/^extension_([0-9a-f]{32}_)?/i, "").toLowerCase();

function isStored(stored: Readonly<Record<string, unknown>>, claim: string): boolean {
  return Object.keys(stored).some((name) => bare(name) === bare(claim));
}

const tokenNames: Readonly<Record<string, string>> = {
  displayname: "name",
  givenname: "given_name",
  surname: "family_name",
};

function tokenHas(outcome: Extract<Outcome, { kind: "issued" }>, claim: string): boolean {
  const wanted = tokenNames[bare(claim)] ?? bare(claim);
  return Object.keys(outcome.claims).some((name) => bare(name) === wanted);
}
