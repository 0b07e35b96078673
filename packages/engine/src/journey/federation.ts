import { claimText } from "../claims/bag.ts";
import { mapOutputClaims, resolveInputClaims } from "../claims/mapping.ts";
import type { ClaimValue } from "../claims/value.ts";
import type { FederationFailure, OpenIdConnectProvider } from "../ports.ts";
import type { CompiledProfile } from "../program/compiled-profile.ts";
import { pageTexts } from "./messages.ts";
import type { Outcome } from "./outcome.ts";
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
import { persist } from "./session-management.ts";
import type { WaitingProvider } from "./state.ts";
import { apply, runTransformations } from "./technical-profile.ts";

type Provider = Extract<CompiledProfile, { kind: "openIdConnect" }>;

/** `StateProperties=` and the transaction, opaque to the provider (pages.md 1.14). */
function federationState(transactionId: string): string {
  return `StateProperties=${Buffer.from(JSON.stringify({ TID: transactionId })).toString("base64url")}`;
}

/** Sends the browser to an OpenID Connect provider. Source: technical-profiles.md 21.3. */
export async function beginFederation(run: Run, compiled: Provider): Promise<Outcome> {
  const { profile } = compiled;
  const changed: Record<string, ClaimValue | null> = {};
  const call = {
    profile,
    claims: run.state.bag,
    texts: pageTexts(run, undefined),
    messageProfiles: [profile],
  };
  if (await runTransformations(run, profile.inputClaimsTransformations, call, changed))
    return serverError("AADB2C", "An exception has occurred.");
  if (Object.keys(changed).length > 0)
    writeBag(run, changed, `${profile.id}: input claims transformations`, profile.id);
  const input = resolveInputClaims(profile, profile.inputClaims, resolverScope(run));
  if (input.kind === "missing")
    return serverError(
      "AADB2C90255",
      `The claims exchange specified in technical profile '${profile.id}' did not complete as expected. You might want to try starting your session over from the beginning.`,
    );
  const parameters = Object.fromEntries(
    [...input.claims.values()].map(({ partnerName, value }) => [partnerName, claimText(value)]),
  );
  // A nonce of its own makes each visit's state different, so that an old answer cannot stand in for a new one.
  const state = `${federationState(run.state.id)}.${run.ports.random.token(16)}`;
  const begun = await run.ports.federation.begin(await providerOf(run, compiled), {
    state,
    parameters: { ui_locales: run.state.culture.tag, ...parameters },
  });
  if ("kind" in begun) return failed(run, begun);
  const waiting: WaitingProvider = {
    kind: "provider",
    technicalProfile: profile.id,
    saved: JSON.stringify({ state, saved: begun.saved }),
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
  const remembered = JSON.parse(waiting.saved) as { state: string; saved: string };
  // Consumed now: a second return with the same state finds nothing that waits for it.
  drop(run, "waiting");
  if (compiled?.kind !== "openIdConnect" || parameters.state !== remembered.state) {
    return {
      kind: "errorPage",
      code: "AADB2C90046",
      message:
        "We are having trouble signing you in. The answer of the identity provider does not belong to this sign-in.",
    };
  }
  const { profile } = compiled;
  const result = await run.ports.federation.complete(
    await providerOf(run, compiled),
    remembered.saved,
    parameters,
  );
  if (result.kind !== "claims") return failed(run, result);
  update(run, { identityAsked: true });
  const scope = resolverScope(run);
  const tokens: Record<string, unknown> = {
    "{oauth2:access_token}": result.tokens.accessToken,
    "{oauth2:token_type}": result.tokens.tokenType,
    "{oauth2:expires_in}": result.tokens.expiresIn,
    "{oauth2:refresh_token}": result.tokens.refreshToken,
  };
  const output = mapOutputClaims(
    profile,
    { ...flatten(result.claims, profile.outputClaims), ...tokens },
    scope,
  );
  if (output.kind === "failed") {
    note(run, {
      kind: "warning",
      text: `${profile.id}: ${output.claimTypeId}: ${output.reason}`,
      technicalProfile: profile.id,
    });
    return serverError(
      "AADB2C90255",
      `The claims exchange specified in technical profile '${profile.id}' did not complete as expected. You might want to try starting your session over from the beginning.`,
    );
  }
  const changed: Record<string, ClaimValue | null> = { ...output.claims };
  const call = {
    profile,
    claims: apply(run.state.bag, {}),
    texts: pageTexts(run, undefined),
    messageProfiles: [profile],
  };
  if (await runTransformations(run, profile.outputClaimsTransformations, call, changed))
    return serverError("AADB2C", "An exception has occurred.");
  writeBag(run, changed, `${profile.id}: claims of the identity provider`, profile.id);
  const { sessionWrites } = run.state;
  const used = {
    technicalProfile: profile.id,
    ...(compiled.metadata.singleLogoutEnabled &&
      result.endSessionEndpoint !== undefined && { endSessionEndpoint: result.endSessionEndpoint }),
  };
  update(run, {
    sessionWrites: {
      ...sessionWrites,
      identityProviders: [...sessionWrites.identityProviders, used],
      fresh: true,
    },
  });
  persist(run, profile);
  nextStep(run);
  return undefined;
}

/** Nested values by dotted path, the first element of an array where a single value is wanted (technical-profiles.md 21.2). */
function flatten(
  claims: Readonly<Record<string, unknown>>,
  references: Provider["profile"]["outputClaims"],
): Record<string, unknown> {
  const values: Record<string, unknown> = { ...claims };
  for (const { partnerClaimType } of references) {
    if (
      partnerClaimType === undefined ||
      Object.hasOwn(claims, partnerClaimType) ||
      !partnerClaimType.includes(".")
    )
      continue;
    let value: unknown = claims;
    for (const part of partnerClaimType.split(".")) {
      value =
        typeof value === "object" && value !== null && Object.hasOwn(value, part)
          ? (value as Record<string, unknown>)[part]
          : undefined;
    }
    if (value !== undefined) values[partnerClaimType] = value;
  }
  return values;
}

async function providerOf(run: Run, { profile, metadata }: Provider): Promise<OpenIdConnectProvider> {
  const { request, policyId } = run.state;
  const secret =
    metadata.clientSecretKey === undefined
      ? undefined
      : await run.ports.keys.secret(metadata.clientSecretKey);
  const byGuid = request.tenantSegment.toLowerCase() === run.state.tenantId.toLowerCase();
  const tenant = byGuid ? run.state.tenantId : run.ports.directory.defaultDomain;
  const path = metadata.usePolicyInRedirectUri ? `${tenant}/${policyId}` : tenant;
  return {
    technicalProfile: profile.id,
    metadata: metadata.metadata
      .replaceAll("{tenant}", run.ports.directory.defaultDomain)
      .replaceAll("{policy}", policyId),
    clientId: metadata.clientId,
    ...(secret !== undefined && { clientSecret: secret }),
    scope: metadata.scope,
    responseMode: metadata.responseMode,
    tokenEndpointAuthMethod: metadata.tokenEndpointAuthMethod,
    wantedClaims: profile.outputClaims.flatMap(({ partnerClaimType, claimTypeReferenceId, defaultValue }) =>
      defaultValue === undefined || partnerClaimType !== undefined
        ? [partnerClaimType ?? claimTypeReferenceId]
        : [],
    ),
    redirectUri: `${request.origin}/${path.toLowerCase()}/oauth2/authresp`,
  };
}

function failed(run: Run, failure: FederationFailure): Outcome {
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

const federationTexts: Readonly<Record<string, string>> = {
  AADB2C90235: "The provided id_token is expired.",
  AADB2C90237: "The provided id_token does not have a valid audience.",
  AADB2C90238: "The provided id_token does not have a valid issuer.",
  AADB2C90239: "The provided id_token failed signature validation.",
  AADB2C90240: "The provided id_token is malformed and could not be parsed.",
  AADB2C90243: "The client key or secret of the identity provider is not properly configured.",
  AADB2C90289: "We encountered an error connecting to the identity provider. Please try again later.",
};
