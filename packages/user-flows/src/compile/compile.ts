import {
  type ClaimsProvider,
  type ClaimsTransformation,
  type ClaimType,
  type Diagnostic,
  IdMap,
  type Policy,
  type TechnicalProfile,
} from "@vestibule/policy";
import type { UserFlowDocument } from "../document/user-flow.ts";
import { checkAgainstTenant } from "../rules/tenant-rules.ts";
import type { TenantFacts } from "../tenant-facts.ts";
import { claimTypes } from "./claim-types.ts";
import { blockPage, canBlock, connectorProfiles, keptClaim, unstoredClaims } from "./connector-profiles.ts";
import * as directory from "./directory-profiles.ts";
import { openIdConnectProfile } from "./federation-profiles.ts";
import { journeyOf, refreshJourney, subJourneysOf } from "./journeys.ts";
import * as pages from "./page-profiles.ts";
import { contentDefinitions, localization } from "./pages.ts";
import { passwordPredicates } from "./passwords.ts";
import { relyingParty } from "./relying-party.ts";
import { type Scope, scopeOf } from "./scope.ts";
import * as service from "./service-profiles.ts";
import { claimsTransformations, copyClaim } from "./transformations.ts";

export interface UserFlowCompilation {
  /** Absent where a diagnostic is an error. */
  readonly policy?: Policy;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Compiles a user flow to the policy that runs it (user-flows.md 17): the same model that policy XML becomes, with the
 * ids of the starter packs. What the flow names and the tenant lacks is a diagnostic (UF106, UF121, UF122, UF140, UF142).
 *
 * @param document A document that {@link readUserFlow} gave out without an error.
 */
export function compileUserFlow(document: UserFlowDocument, facts: TenantFacts): UserFlowCompilation {
  const diagnostics = checkAgainstTenant(document, facts);
  if (diagnostics.some(({ severity }) => severity === "error")) return { diagnostics };
  const scope = scopeOf(document, facts);
  const groups = profileGroups(scope);
  const technicalProfiles = IdMap.of(groups.flatMap(([, profiles]) => profiles));
  const journey = journeyOf(scope);
  const { predicates, validation } = passwordPredicates(document);
  return {
    diagnostics,
    policy: {
      policyId: document.id,
      tenantId: facts.defaultDomain,
      deploymentMode: facts.deploymentMode,
      claimTypes: allClaimTypes(scope),
      predicates: IdMap.of(predicates),
      predicateValidations: IdMap.of([validation]),
      claimsTransformations: claimsTransformations(usedTransformations(technicalProfiles), [
        ...restoring(scope),
        ...(scope.secondFactor?.transformations ?? []),
      ]),
      contentDefinitions: contentDefinitions(document),
      localization: localization(document),
      claimsProviders: claimsProviders(scope, groups),
      displayControls: IdMap.of(scope.secondFactor?.displayControls ?? []),
      technicalProfiles,
      userJourneys: IdMap.of([journey, refreshJourney(scope)]),
      subJourneys: IdMap.of(subJourneysOf(scope)),
      relyingParty: relyingParty(scope, journey.id),
    },
  };
}

type ProfileGroup = readonly [displayName: string, profiles: readonly TechnicalProfile[]];

/** The technical profiles of the flow, under the claims providers of the starter packs. */
function profileGroups(scope: Scope): ProfileGroup[] {
  const { userFlowType } = scope.flow;
  const signsIn = ["signUpOrSignIn", "signIn", "profileUpdate"].includes(userFlowType);
  const checksPassword = signsIn || userFlowType === "resourceOwner";
  const signsUp = ["signUpOrSignIn", "signUp"].includes(userFlowType);
  const resets = scope.passwordReset || userFlowType === "passwordReset";
  const hasLocal = scope.localIdentity !== undefined;
  const hasProviders = scope.identityProviders.length > 0;
  const when = (condition: boolean, ...profiles: readonly (() => TechnicalProfile)[]) =>
    condition ? profiles.map((make) => make()) : [];
  return [
    ...scope.identityProviders.map(
      (provider): ProfileGroup => [provider.displayName, [openIdConnectProfile(scope, provider)]],
    ),
    ["Local Account SignIn", when(checksPassword && hasLocal, () => service.passwordCheck(scope))],
    [
      "Azure Active Directory",
      [
        ...when(signsUp && hasLocal, () => directory.writeLocalAccount(scope)),
        ...when(signsUp && hasProviders, () => directory.writeFederatedAccount(scope)),
        ...when(userFlowType === "signUpOrSignIn" && hasProviders, directory.readFederatedNoError),
        ...when(userFlowType === "signUp" && hasProviders, directory.readFederatedMustBeNew),
        ...when(
          (userFlowType === "signIn" || userFlowType === "profileUpdate") && hasProviders,
          directory.readFederatedOrFail,
        ),
        directory.readByObjectId(scope),
        directory.readForRefresh(scope),
        ...when(unstoredClaims(scope).includes("displayName"), directory.readDisplayName),
        ...when(
          resets,
          () => directory.readForReset(scope),
          () => directory.writePasswordByObjectId(scope),
        ),
        ...when(
          scope.forcedReset,
          () => directory.readBySignInName(scope),
          () => directory.writeExpiredPassword(scope),
        ),
        ...when(userFlowType === "profileUpdate" && scope.collected.length > 0, () =>
          directory.writeProfile(scope),
        ),
      ],
    ],
    [
      "Self Asserted",
      [
        ...when(signsIn && hasLocal, () => pages.signInPage(scope)),
        ...when(signsUp && hasLocal, () => pages.signUpPage(scope)),
        ...when(signsUp && hasProviders && scope.collected.length > 0, () => pages.socialSignUpPage(scope)),
        ...when(userFlowType === "profileUpdate" && scope.collected.length > 0, () =>
          pages.profilePage(scope),
        ),
        ...when(
          resets,
          () => pages.resetDiscoveryPage(scope),
          () => pages.resetPasswordPage(scope),
        ),
        ...when(scope.passwordReset, service.forgotPassword),
        ...when(scope.forcedReset, () => pages.expiredPasswordPage(scope)),
        ...when(canBlock(scope), blockPage),
      ],
    ],
    [
      "API connectors",
      [
        ...(hasProviders ? connectorProfiles(scope, "postFederationSignup") : []),
        ...connectorProfiles(scope, "postAttributeCollection"),
        ...connectorProfiles(scope, "preTokenIssuance"),
      ],
    ],
    ["Second factor", scope.secondFactor?.profiles ?? []],
    ["Session Management", [...service.sessionProfiles(), ...(scope.secondFactor?.sessionProfiles ?? [])]],
    [
      "Token Issuer",
      [
        service.issuer(scope),
        service.refreshSetup(scope),
        ...when(service.keptClaims(scope).length > 0, () => service.refreshRestore(scope)),
      ],
    ],
  ];
}

function claimsProviders(scope: Scope, groups: readonly ProfileGroup[]): ClaimsProvider[] {
  return groups
    .filter(([, profiles]) => profiles.length > 0)
    .map(([displayName, profiles], index) => {
      const domain = scope.identityProviders[index]?.domainHint;
      return {
        displayName,
        technicalProfileIds: profiles.map(({ id }) => id),
        ...(domain !== undefined && { domain }),
      };
    });
}

function allClaimTypes(scope: Scope): IdMap<ClaimType> {
  const claims = claimTypes(scope);
  for (const claimType of service.keptClaims(scope)) {
    const id = keptClaim(claimType);
    claims.set(id, { id, dataType: claims.get(claimType)?.dataType ?? "string", displayName: id });
  }
  return claims;
}

function usedTransformations(profiles: IdMap<TechnicalProfile>): ReadonlySet<string> {
  return new Set(
    profiles
      .values()
      .flatMap((profile) => [...profile.inputClaimsTransformations, ...profile.outputClaimsTransformations]),
  );
}

function restoring(scope: Scope): ClaimsTransformation[] {
  return service
    .keptClaims(scope)
    .map((claimType) => copyClaim(service.restoreTransformation(claimType), keptClaim(claimType), claimType));
}
