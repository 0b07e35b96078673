import {
  handler,
  JourneyBrowser,
  type MemoryPorts,
  memoryPorts,
  selfAsserted,
  step,
  technicalProfile,
} from "@vestibule/engine/testing";
import {
  type ClaimReference,
  type ClaimType,
  type DataType,
  IdMap,
  type LocalizedString,
  type Policy,
  type TechnicalProfile,
} from "@vestibule/policy";

/** A RESTful technical profile as a case describes it, with the credentials that its type needs. */
export function restProfile(
  id: string,
  metadata: Readonly<Record<string, string>>,
  keys: Readonly<Record<string, string>>,
  claims: Partial<Pick<TechnicalProfile, "inputClaims" | "outputClaims">>,
): TechnicalProfile {
  return technicalProfile(id, handler("Providers.RestfulProvider"), {
    metadata: { AuthenticationType: "None", AllowInsecureAuthInProduction: "true", ...metadata },
    cryptographicKeys: Object.keys(keys).map((key) => ({ id: key, storageReferenceId: key })),
    ...claims,
  });
}

/**
 * Who runs the profiles: a form, the action of a display control on it, or a step of a browser's journey or of one that
 * answers the password grant.
 */
export type Caller = "validation" | "display-control" | "orchestration" | "ropc";

export function isCaller(text: string): text is Caller {
  return ["validation", "display-control", "orchestration", "ropc"].includes(text);
}

export interface RestPolicyParts {
  readonly profiles: readonly TechnicalProfile[];
  readonly claimTypes: Readonly<Record<string, string>>;
  readonly caller: Caller;
  readonly validations?: TechnicalProfile["validationTechnicalProfiles"];
  readonly pageOutputClaims?: readonly string[];
  /** Order number of the step. */
  readonly order?: number;
  readonly deploymentMode?: Policy["deploymentMode"];
  readonly localized?: { readonly language: string; readonly strings: readonly LocalizedString[] };
}

const formField = "conformanceField";
const control = { id: "conformanceControl", action: "SendCode" };

/** The smallest policy in which the profiles run: one form or one step, then a token. */
export function restPolicy(parts: RestPolicyParts): Policy {
  const types = new Map<string, ClaimType>([
    [formField, { id: formField, dataType: "string", displayName: "Field", userInputType: "TextBox" }],
    ["sub", { id: "sub", dataType: "string" }],
    ["code", { id: "code", dataType: "string", displayName: "Code", userInputType: "TextBox" }],
  ]);
  for (const [id, type] of Object.entries(parts.claimTypes))
    types.set(id, { id, dataType: type as DataType });
  const reference = (id: string): ClaimReference => ({ claimTypeReferenceId: id });
  const behindTheForm = parts.caller === "validation" ? parts.profiles : [];
  const page = technicalProfile("SelfAsserted-Page", selfAsserted, {
    displayName: "Page",
    metadata: { ContentDefinitionReferenceId: "api.selfasserted" },
    displayClaims: [
      { kind: "claim", claimTypeReferenceId: formField },
      ...(parts.caller === "display-control"
        ? [{ kind: "control" as const, displayControlReferenceId: control.id }]
        : []),
    ],
    outputClaims: [formField, ...(parts.pageOutputClaims ?? [])].map(reference),
    validationTechnicalProfiles:
      parts.validations ?? behindTheForm.map(({ id }) => ({ referenceId: id, preconditions: [] })),
  });
  const issuer = technicalProfile(
    "JwtIssuer",
    { name: "None" },
    {
      outputTokenFormat: "JWT",
      cryptographicKeys: [{ id: "issuer_secret", storageReferenceId: "signing" }],
    },
  );
  const first = hasPage(parts.caller) ? page : parts.profiles[0];
  const order = parts.order ?? 1;
  return {
    policyId: "B2C_1A_conformance",
    tenantId: "aaaaaaaa-0000-4000-8000-000000000001",
    deploymentMode: parts.deploymentMode ?? "Production",
    claimTypes: IdMap.of(types.values()),
    predicates: new IdMap(),
    predicateValidations: new IdMap(),
    claimsTransformations: new IdMap(),
    contentDefinitions: IdMap.of([
      {
        id: "api.selfasserted",
        loadUri: "~/tenant/default/selfAsserted.cshtml",
        dataUri: "urn:com:microsoft:aad:b2c:elements:contract:selfasserted:2.1.7",
        metadata: {},
        localizedResources: parts.localized ? { [parts.localized.language]: "texts" } : {},
      },
    ]),
    localization: {
      enabled: parts.localized !== undefined,
      defaultLanguage: "en",
      supportedLanguages: ["en", ...(parts.localized ? [parts.localized.language] : [])],
      resources: IdMap.of(
        parts.localized ? [{ id: "texts", strings: parts.localized.strings, collections: [] }] : [],
      ),
    },
    displayControls: IdMap.of(
      parts.caller === "display-control"
        ? [
            {
              id: control.id,
              userInterfaceControlType: "VerificationControl" as const,
              inputClaims: [],
              displayClaims: [
                { claimTypeReferenceId: formField, required: true },
                { claimTypeReferenceId: "code", controlClaimType: "VerificationCode", required: true },
              ],
              outputClaims: [],
              actions: [
                {
                  id: control.action,
                  technicalProfiles: parts.profiles.map(({ id }) => ({ referenceId: id, preconditions: [] })),
                },
                { id: "VerifyCode", technicalProfiles: [] },
              ],
            },
          ]
        : [],
    ),
    claimsProviders: [],
    technicalProfiles: IdMap.of([...parts.profiles, page, issuer]),
    userJourneys: IdMap.of([
      {
        id: "Journey",
        orchestrationSteps: [
          step(order, "ClaimsExchange", {
            claimsExchanges: [{ id: "Exchange", technicalProfileReferenceId: first?.id ?? "" }],
          }),
          step(order + 1, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
        ],
      },
    ]),
    subJourneys: new IdMap(),
    relyingParty: {
      defaultUserJourney: "Journey",
      endpoints: {},
      behaviors: {},
      technicalProfile: {
        id: "PolicyProfile",
        protocol: "OpenIdConnect",
        metadata: {},
        inputClaims: [],
        outputClaims: [{ claimTypeReferenceId: "sub", defaultValue: "nobody" }],
        subjectNamingInfo: { claimType: "sub" },
      },
    },
  };
}

export interface RestVisit {
  readonly browser: JourneyBrowser;
  readonly ports: MemoryPorts;
}

/** Runs the policy's one step over a bag of claims, up to the answer of its form where it has one. */
export async function visitRestPolicy(
  policy: Policy,
  caller: Caller,
  options: {
    readonly bag?: JourneyBrowser["state"]["bag"];
    readonly keys?: Readonly<Record<string, string>>;
    readonly answer: MemoryPorts["answer"];
    readonly culture?: string;
    readonly clientId?: string;
  },
): Promise<RestVisit> {
  const ports = Object.assign(memoryPorts(), {
    keys: { secret: async (id: string) => options.keys?.[id], certificates: async () => [] },
  });
  ports.answer = options.answer;
  const browser = new JourneyBrowser(policy, ports, options.clientId ? { clientId: options.clientId } : {});
  const tag = options.culture ?? "en-US";
  const [language = "en"] = tag.split("-");
  browser.state = {
    ...browser.state,
    bag: options.bag ?? {},
    culture: { tag, language },
    ...(caller === "ropc" && { entry: "password" }),
  };
  await browser.start();
  const fields = { [formField]: "x" };
  if (caller === "validation") await browser.send({ kind: "submitted", fields });
  if (caller === "display-control")
    await browser.send({ kind: "controlAction", controlId: control.id, action: control.action, fields });
  return { browser, ports };
}

const hasPage = (caller: Caller) => caller === "validation" || caller === "display-control";

/** What the next thing in the journey sees: inside a form its scope over the bag, in a step the bag. */
export function visibleClaims({ browser }: RestVisit): Readonly<Record<string, unknown>> {
  const { waiting, bag } = browser.state;
  return waiting?.kind === "page" && waiting.accepted ? { ...bag, ...waiting.accepted.scope } : bag;
}
