import { claimText } from "../claims/bag.ts";
import { mapOutputClaims, metadataItem, resolveInputClaims } from "../claims/mapping.ts";
import type { ClaimValue } from "../claims/value.ts";
import type { FederationFailure } from "../ports.ts";
import { providerValues } from "../profiles/identity-provider/claims.ts";
import { matchingHandler } from "../profiles/identity-provider/error-handlers.ts";
import { type ProviderProfile, providerOf } from "./federation-provider.ts";
import { pageTexts } from "./messages.ts";
import type { Outcome, RelyingPartyError } from "./outcome.ts";
import {
  drop,
  nextStep,
  note,
  profileOf,
  type Run,
  resolverScope,
  serverError,
  update,
  writeBag,
} from "./run.ts";
import { persist, registersForSignOut } from "./session-management.ts";
import type { WaitingProvider } from "./state.ts";
import { runTransformations } from "./technical-profile.ts";

/** What the journey remembers while the browser is away. */
interface Remembered {
  readonly state: string;
  /** The port's own. */
  readonly saved: string;
  /** An error handler sent the person there once more; it does so only once. */
  readonly again?: true;
}

/** `StateProperties=` and the transaction, opaque to the provider (pages.md 1.14). */
function federationState(transactionId: string): string {
  return `StateProperties=${Buffer.from(JSON.stringify({ TID: transactionId })).toString("base64url")}`;
}

/** Sends the browser to an identity provider. Source: technical-profiles.md 21.3, 22. */
export async function beginFederation(run: Run, compiled: ProviderProfile): Promise<Outcome> {
  const { profile } = compiled;
  const changed: Record<string, ClaimValue | null> = {};
  const call = transformationCall(run, compiled);
  if (await runTransformations(run, profile.inputClaimsTransformations, call, changed))
    return serverError("AADB2C", "An exception has occurred.");
  if (Object.keys(changed).length > 0)
    writeBag(run, changed, `${profile.id}: input claims transformations`, profile.id);
  return visit(run, compiled, {});
}

async function visit(
  run: Run,
  compiled: ProviderProfile,
  further: Readonly<Record<string, string>>,
  again?: true,
): Promise<Outcome> {
  const { profile, metadata } = compiled;
  const input = resolveInputClaims(profile, profile.inputClaims, resolverScope(run));
  if (input.kind === "missing") return incomplete(profile.id);
  const inputs = [...input.claims.values()].map(({ partnerName, value }): [string, string] => [
    partnerName,
    claimText(value),
  ]);
  // A nonce of its own makes each visit's state different, so that an old answer cannot stand in for a new one.
  const resource = metadataItem(profile.metadata, "resource");
  const state = `${federationState(run.state.id)}.${run.ports.random.token(16)}`;
  const begun = await run.ports.federation.begin(await providerOf(run, compiled), {
    state,
    parameters: {
      ...(metadata.template.protocol === "OpenIdConnect" && {
        ui_locales: run.state.culture.tag,
        ...(resource && { resource }),
      }),
      ...Object.fromEntries(inputs),
      ...further,
    },
  });
  if ("kind" in begun) return refusal(run, begun);
  const remembered: Remembered = { state, saved: begun.saved, ...(again && { again }) };
  const waiting: WaitingProvider = {
    kind: "provider",
    technicalProfile: profile.id,
    saved: JSON.stringify(remembered),
  };
  update(run, { status: "suspended", waiting });
  note(run, {
    kind: "outcome",
    text: `${profile.id}: sent to the identity provider`,
    technicalProfile: profile.id,
    detail: { host: new URL(begun.url).host },
  });
  return { kind: "redirect", url: begun.url };
}

/** The provider sent the browser back. Undefined = the claims are in the bag and the journey goes on. */
export async function completeFederation(
  run: Run,
  waiting: WaitingProvider,
  parameters: Readonly<Record<string, string>>,
): Promise<Outcome | undefined> {
  const compiled = profileOf(run, waiting.technicalProfile);
  const remembered = JSON.parse(waiting.saved) as Remembered;
  // Consumed now: a second return with the same state finds nothing that waits for it.
  drop(run, "waiting");
  if (compiled?.kind !== "identityProvider" || parameters.state !== remembered.state) {
    return {
      kind: "errorPage",
      code: "AADB2C90046",
      message:
        "We are having trouble signing you in. The answer of the identity provider does not belong to this sign-in.",
    };
  }
  const { profile, metadata } = compiled;
  const result = await run.ports.federation.complete(
    await providerOf(run, compiled),
    remembered.saved,
    parameters,
  );
  if (result.kind !== "claims") return failed(run, compiled, result, remembered);
  update(run, { identityAsked: true });
  const values = providerValues(profile, run.program.policy, result, metadata.jsonPaths);
  const output = mapOutputClaims(profile, values, resolverScope(run));
  if (output.kind === "failed") {
    note(run, {
      kind: "warning",
      text: `${profile.id}: ${output.claimTypeId}: ${output.reason}`,
      technicalProfile: profile.id,
    });
    return incomplete(profile.id);
  }
  const changed: Record<string, ClaimValue | null> = { ...output.claims };
  const call = transformationCall(run, compiled);
  if (await runTransformations(run, profile.outputClaimsTransformations, call, changed))
    return serverError("AADB2C", "An exception has occurred.");
  writeBag(run, changed, `${profile.id}: claims of the identity provider`, profile.id);
  remember(run, compiled, result.endSessionEndpoint);
  persist(run, profile, true);
  nextStep(run);
  return undefined;
}

function transformationCall(run: Run, { profile }: ProviderProfile) {
  return { profile, claims: run.state.bag, texts: pageTexts(run, undefined), messageProfiles: [profile] };
}

/** The session learns which provider was used, and where the person signs out of it (technical-profiles.md 25.5). */
function remember(run: Run, { profile, metadata }: ProviderProfile, endSession: string | undefined): void {
  const { sessionWrites } = run.state;
  const used = {
    technicalProfile: profile.id,
    ...(metadata.singleLogoutEnabled &&
      endSession !== undefined &&
      registersForSignOut(run, profile) && { endSessionEndpoint: endSession }),
  };
  update(run, {
    sessionWrites: {
      ...sessionWrites,
      identityProviders: [...sessionWrites.identityProviders, used],
      fresh: true,
    },
  });
}

/** The policy's error handlers first, then the code of the failure. */
async function failed(
  run: Run,
  compiled: ProviderProfile,
  failure: FederationFailure,
  { again }: Remembered,
): Promise<Outcome> {
  const answer = failure.kind === "providerError" ? failure.answer : undefined;
  const handler = matchingHandler(compiled.metadata.errorHandlers, answer);
  if (handler) {
    note(run, {
      kind: "warning",
      text: `${compiled.profile.id}: the provider's error is handled by ${handler.action}`,
      technicalProfile: compiled.profile.id,
    });
    if (handler.action === "InvalidClient")
      return refusal(run, {
        kind: "refused",
        code: "AADB2C90243",
        detail: "an error handler says that the client is invalid",
      });
    if (!again) return visit(run, compiled, handler.additionalRequestParameters, true);
  }
  return refusal(run, failure);
}

function refusal(run: Run, failure: FederationFailure): RelyingPartyError {
  if (failure.kind === "refused") {
    note(run, {
      kind: "outcome",
      text: `The identity provider's answer was refused: ${failure.detail}`,
      detail: { code: failure.code },
    });
    return serverError(
      failure.code,
      federationTexts[failure.code] ?? "The identity provider's answer could not be accepted.",
    );
  }
  const quoted =
    failure.description === undefined ? failure.error : `${failure.error}: ${failure.description}`;
  const error = failure.error === "access_denied" ? "access_denied" : "server_error";
  return {
    kind: "relyingPartyError",
    error,
    code: "AADB2C90273",
    message: `An invalid response was received : '${quoted.slice(0, 500)}'`,
  };
}

function incomplete(technicalProfile: string): RelyingPartyError {
  return serverError(
    "AADB2C90255",
    `The claims exchange specified in technical profile '${technicalProfile}' did not complete as expected. You might want to try starting your session over from the beginning.`,
  );
}

const federationTexts: Readonly<Record<string, string>> = {
  AADB2C90235: "The provided id_token is expired.",
  AADB2C90237: "The provided id_token does not have a valid audience.",
  AADB2C90238: "The provided id_token does not have a valid issuer.",
  AADB2C90239: "The provided id_token failed signature validation.",
  AADB2C90240: "The provided id_token is malformed and could not be parsed.",
  AADB2C90243: "The client key or secret of the identity provider is not properly configured.",
  AADB2C90289: "We encountered an error connecting to the identity provider. Please try again later.",
};
