import type { Policy } from "@vestibule/policy";
import type { ClaimEffect } from "../../../ports.ts";
import type { RestfulContext } from "../exchange.ts";
import type { ConnectorMetadata } from "../metadata.ts";
import { perProfile } from "../per-profile.ts";

const directoryHandler = "web.tpengine.providers.azureactivedirectoryprovider";

/** Which claims of a policy are written to the directory, and which reach the application. Both by claim type id. */
interface Destinations {
  readonly stored: ReadonlySet<string>;
  readonly inToken: ReadonlySet<string>;
}

const destinationsOf = perProfile(({ policy }: RestfulContext): Destinations => {
  const directory = [...policy.technicalProfiles.values()].filter(isDirectory);
  return {
    stored: new Set(directory.flatMap((profile) => profile.persistedClaims.map(idOf))),
    inToken: new Set(policy.relyingParty.technicalProfile.outputClaims.map(idOf)),
  };
});

/**
 * What a claim of a connector's answer does in the flow; undefined where neither an account nor a token gets it, and a
 * later step may use it. Source: api-connectors.md A4.2.
 */
export function effectOf(
  context: RestfulContext,
  { step }: ConnectorMetadata,
  claimTypeId: string,
): ClaimEffect | undefined {
  if (step === "PreTokenIssuance") return "tokenOnly";
  const { stored, inToken } = destinationsOf(context);
  if (stored.has(claimTypeId)) {
    if (step === "PostFederationSignup") return "prefill";
    return inToken.has(claimTypeId) ? "storedAndToken" : "stored";
  }
  return inToken.has(claimTypeId) ? "tokenOnly" : undefined;
}

function isDirectory({ protocol }: { readonly protocol?: { readonly handler?: string } }): boolean {
  return protocol?.handler?.toLowerCase().split(",")[0]?.trim() === directoryHandler;
}

const idOf = ({ claimTypeReferenceId }: Policy["relyingParty"]["technicalProfile"]["outputClaims"][number]) =>
  claimTypeReferenceId;
