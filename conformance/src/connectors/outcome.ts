import type { Outcome, PageModel } from "@vestibule/engine";
import { createPageRenderer } from "@vestibule/server";

/** An outcome in the words of the cases. */
export function outcomeName(outcome: Outcome): string {
  switch (outcome.kind) {
    case "page":
      return outcome.page.terminal ? "block" : "continue";
    case "accepted":
    case "redirect":
    case "issued":
    case "document":
      return "continue";
    case "refused":
      return "page";
    case "relyingPartyError":
      return "rp-error";
    case "verification":
    case "phone":
    case "notOnPage":
    case "errorPage":
      return outcome.kind;
  }
}

/** What the person or the application reads. */
export function outcomeText(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case "page":
      return outcome.page.terminal ? outcome.page.fields[0]?.value : undefined;
    case "refused":
      return outcome.problem.message;
    case "relyingPartyError":
    case "errorPage":
      return outcome.message;
    default:
      return undefined;
  }
}

/** The page as the server would send it. */
export function renderedHtml(model: PageModel): string {
  return createPageRenderer().page({
    model,
    base: "/contoso/B2C_1_conformance",
    policyId: "B2C_1_conformance",
    origin: "https://login.example",
    csrf: "c",
    transId: "StateProperties=x",
    correlationId: "11111111-2222-4333-8444-555555555555",
    pageViewId: "11111111-2222-4333-8444-555555555555",
    nonce: "n",
    organisation: "Contoso",
    branding: { tokens: {} },
    deploymentMode: "Production",
  }).html;
}
