import type { ClaimReference, Precondition, TechnicalProfile } from "@vestibule/policy";
import type { ConnectorStep } from "../document/user-flow.ts";
import type { ConnectorFacts } from "../tenant-facts.ts";
import {
  claim,
  exchangeStep,
  forValidation,
  proprietary,
  type Step,
  skipIfExists,
  skipUnlessExists,
  technicalProfile,
  validation,
} from "./blocks.ts";
import type { Scope } from "./scope.ts";

/** Names that the service prints in its error texts, and `step` of the request (api-connectors.md A1). */
const steps: Readonly<Record<ConnectorStep, { readonly profile: string; readonly step: string }>> = {
  postFederationSignup: { profile: "PreSelfAssertedRestful", step: "PostFederationSignup" },
  postAttributeCollection: { profile: "PreUserWriteRestful", step: "PostAttributeCollection" },
  preTokenIssuance: { profile: "PreSendClaimsRestful", step: "PreTokenIssuance" },
};

const profileId = (at: ConnectorStep, index: number) =>
  `${steps[at].profile}${index === 0 ? "" : `-${index + 1}`}`;

/** Copies of what the last connector gave, kept with the grant: a refresh puts them over what it reads (user-flows.md 4.12). */
export const keptClaim = (claimType: string) => `connector_${claimType}`;

/** Claims whose returned values count at a step (api-connectors.md A4.2): user attributes, or only application claims. */
export function returnedClaims(scope: Scope, at: ConnectorStep): readonly string[] {
  const attributes = new Set(scope.userAttributes.map(({ claimType }) => claimType.toLowerCase()));
  const counted = [
    ...(at === "preTokenIssuance" ? [] : scope.collected.map(({ claimType }) => claimType)),
    ...scope.claimed.map(({ claimType }) => claimType),
  ];
  return [...new Set(counted)].filter((claimType) => attributes.has(claimType.toLowerCase()));
}

/** Told later and not asked: it gives nothing, and stops nobody. */
const notifies = ({ settings }: ConnectorFacts) => settings?.mode === "notify";

/** The technical profiles of one step's connectors, in the order in which they run. */
export function connectorProfiles(scope: Scope, at: ConnectorStep): TechnicalProfile[] {
  return scope.connectors[at].map((connector, index) => connectorProfile(scope, at, connector, index));
}

function connectorProfile(
  scope: Scope,
  at: ConnectorStep,
  connector: ConnectorFacts,
  index: number,
): TechnicalProfile {
  const { connectorSettings: settings } = scope.facts;
  const directoryName = (claimType: string) =>
    scope.userAttributes.find((attribute) => attribute.claimType === claimType)?.directoryName ?? claimType;
  const returned = notifies(connector) ? [] : returnedClaims(scope, at);
  const blocks = !notifies(connector) && (at !== "preTokenIssuance" || settings.enforceBlockAtTokenStep);
  const outputClaims: ClaimReference[] = [
    // The kept copy comes first, so that a look-up by partner name that takes the last one finds the claim itself.
    ...(at === "preTokenIssuance"
      ? returned.map((claimType) => claim(keptClaim(claimType), directoryName(claimType)))
      : []),
    ...returned.map((claimType) => claim(claimType, directoryName(claimType))),
    // An address fills an empty field where the provider gave none (api-connectors.md U21); elsewhere it never counts.
    ...(at === "postFederationSignup" &&
    !notifies(connector) &&
    scope.collected.some(({ claimType }) => claimType === "email")
      ? [claim("email", "email")]
      : []),
    ...(blocks ? [claim("blockMessage", "vestibule.blockMessage")] : []),
  ];
  return technicalProfile(profileId(at, index), proprietary("restful"), {
    displayName: connector.displayName,
    metadata: {
      ServiceUrl: connector.targetUrl,
      ...authenticationMetadata(connector),
      SendClaimsIn: "Body",
      "vestibule.connectorStep": steps[at].step,
      "vestibule.connectorId": connector.id,
      "vestibule.preset": connector.preset ?? settings.preset,
      ...prefixed(connector.settings),
      ...(settings.strictAnswers && { "vestibule.strictAnswers": "true" }),
      ...(settings.enforceBlockAtTokenStep && { "vestibule.enforceBlock": "true" }),
      ...(settings.sendLocalIdentitiesAtSignup && { "vestibule.sendLocalIdentities": "true" }),
    },
    cryptographicKeys: [
      ...authenticationKeys(connector),
      ...Object.entries(prefixed(connector.keys)).map(([id, storageReferenceId]) => ({
        id,
        storageReferenceId,
      })),
    ],
    inputClaims: [
      claim("email", "email"),
      ...scope.userAttributes.map(({ claimType, directoryName: name }) => claim(claimType, name)),
    ],
    outputClaims,
    useTechnicalProfileForSessionManagement: "SM-Noop",
  });
}

function prefixed(items: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(items).map(([name, text]) => [`vestibule.${name}`, text]));
}

function authenticationMetadata({ authentication }: ConnectorFacts): Readonly<Record<string, string>> {
  switch (authentication.kind) {
    case "none":
      return { AuthenticationType: "None" };
    case "basic":
      return { AuthenticationType: "Basic" };
    case "clientCertificate":
      return { AuthenticationType: "ClientCertificate" };
    case "apiKeyHeader":
      return { AuthenticationType: "ApiKeyHeader" };
    case "bearer":
      return { AuthenticationType: "Bearer" };
    case "clientCredentials":
      return {
        AuthenticationType: "Bearer",
        "vestibule.tokenEndpoint": authentication.tokenEndpoint,
        "vestibule.clientId": authentication.clientId,
        ...(authentication.scope !== undefined && { "vestibule.scope": authentication.scope }),
        "vestibule.clientAuthentication": authentication.method,
      };
  }
}

function authenticationKeys({ authentication }: ConnectorFacts): TechnicalProfile["cryptographicKeys"] {
  switch (authentication.kind) {
    case "none":
      return [];
    case "basic":
      return [
        { id: "BasicAuthenticationUsername", storageReferenceId: authentication.usernameReference },
        { id: "BasicAuthenticationPassword", storageReferenceId: authentication.passwordReference },
      ];
    case "clientCertificate":
      return [{ id: "ClientCertificate", storageReferenceId: authentication.reference }];
    case "apiKeyHeader":
      return [{ id: authentication.header, storageReferenceId: authentication.reference }];
    case "bearer":
      return [{ id: "BearerAuthenticationToken", storageReferenceId: authentication.reference }];
    case "clientCredentials":
      return [{ id: "vestibule.ClientSecret", storageReferenceId: authentication.secretReference }];
  }
}

/**
 * Claims that an earlier connector may set although the flow does not collect them: they go to the first token and are
 * not stored (api-connectors.md A4.2).
 */
export function unstoredClaims(scope: Scope): readonly string[] {
  const { postFederationSignup: first, postAttributeCollection: second } = scope.connectors;
  if (first.length + second.length === 0) return [];
  return returnedClaims(scope, "postAttributeCollection").filter(
    (claimType) => !scope.collected.some((each) => each.claimType === claimType),
  );
}

// Where they stand in the journey -------------------------------------------------------------------------------------

const unlessBlocked = skipIfExists("blockMessage");

/** Connector steps without a page, each followed by the block page (user-flows.md 17.1). */
export function connectorSteps(scope: Scope, at: ConnectorStep, ...preconditions: Precondition[]): Step[] {
  return steppedConnectors(scope, at, () => true, preconditions);
}

/**
 * The connectors before an account is written without a page, the write itself, and after it those that are only told of
 * the new account.
 */
export function writeSteps(scope: Scope, write: Step, ...preconditions: Precondition[]): Step[] {
  const at = "postAttributeCollection";
  return [
    ...steppedConnectors(scope, at, (connector) => !notifies(connector), preconditions),
    write,
    ...steppedConnectors(scope, at, notifies, [skipUnlessExists("newUser")]),
  ];
}

function steppedConnectors(
  scope: Scope,
  at: ConnectorStep,
  which: (connector: ConnectorFacts) => boolean,
  preconditions: readonly Precondition[],
): Step[] {
  const blocks = at !== "preTokenIssuance" || scope.facts.connectorSettings.enforceBlockAtTokenStep;
  return scope.connectors[at].flatMap((connector, index) => {
    if (!which(connector)) return [];
    const id = profileId(at, index);
    return [
      exchangeStep(`${id}Exchange`, id, ...preconditions),
      ...(blocks && !notifies(connector) ? [blockStep(`${id}BlockPageExchange`)] : []),
    ];
  });
}

export function blockStep(exchangeId: string): Step {
  return exchangeStep(exchangeId, "SelfAsserted-BlockPage", skipUnlessExists("blockMessage"));
}

/**
 * The connectors before the write; the write itself, which only follows where none of them blocked; and after it those that
 * are only told: of an account that exists.
 */
export function writeValidations(scope: Scope, writeId: string) {
  const connectors = scope.connectors.postAttributeCollection.map((connector, index) => ({
    connector,
    id: profileId("postAttributeCollection", index),
  }));
  const asked = connectors.filter(({ connector }) => !notifies(connector));
  const told = connectors.filter(({ connector }) => notifies(connector));
  const unless = asked.length === 0 ? [] : [forValidation(unlessBlocked)];
  return [
    ...asked.map(({ id }, index) => validation(id, ...(index === 0 ? [] : unless))),
    validation(writeId, ...unless),
    ...told.map(({ id }) => validation(id, ...unless)),
  ];
}

/** The page that ends a blocked sign-up: the message and nothing else (api-connectors.md A3.3). */
export function blockPage(): TechnicalProfile {
  return technicalProfile("SelfAsserted-BlockPage", proprietary("selfAsserted"), {
    displayName: "API block page",
    metadata: {
      ContentDefinitionReferenceId: "api.blockpage",
      "language.heading": "We cannot let you in",
      "language.intro": "",
      "language.initial_intro": "",
      "setting.showContinueButton": "false",
      "setting.showCancelButton": "false",
      "vestibule.terminal": "true",
    },
    inputClaims: [claim("blockMessage")],
    displayClaims: [{ kind: "claim", claimTypeReferenceId: "blockMessage" }],
    outputClaims: [claim("blockMessage")],
    includeInSso: false,
    useTechnicalProfileForSessionManagement: "SM-Noop",
  });
}

/** Whether a connector of this step can end the flow with the block page. */
export function blocksAt(scope: Scope, at: ConnectorStep): boolean {
  const asks = scope.connectors[at].some((each) => !notifies(each));
  return asks && (at !== "preTokenIssuance" || scope.facts.connectorSettings.enforceBlockAtTokenStep);
}

/** Whether any connector of the flow can. */
export function canBlock(scope: Scope): boolean {
  return Object.keys(steps).some((at) => blocksAt(scope, at as ConnectorStep));
}
