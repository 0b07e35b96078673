import { JourneyBrowser, type MemoryPorts, memoryPorts } from "@vestibule/engine/testing";
import { IdMap, type OrchestrationStep, type Policy, type TechnicalProfile } from "@vestibule/policy";
import type { Alteration, Visited } from "../case.ts";
import { type WatchedHttp, watchedHttp } from "../watched-http.ts";
import type { ProfileCase } from "./cases.ts";
import type { Place } from "./places.ts";
import type { ProfileTestSetting } from "./setting.ts";

/** Names of what is added to the policy; no policy has such ids. */
const journeyId = "vestibule.connector-test";
const issuerId = "vestibule.issuer";
const subjectClaim = "vestibule.subject";
/** The only field of a form: one without any would be passed over. */
const fieldClaim = "vestibule.field";

/**
 * Comes to the profile as a journey does: the policy itself, with a journey of one step. The step holds the profile, or a
 * form that has only this profile behind it. What the profile reads from earlier steps is in the claims bag.
 */
export class ProfileSandbox {
  readonly #setting: ProfileTestSetting;
  readonly #http: WatchedHttp;
  readonly #policies = new Map<Place, Policy>();
  readonly #secrets = new Set<string>();

  constructor(setting: ProfileTestSetting) {
    const { authentication } = setting.metadata;
    const tokenEndpoint =
      authentication.kind === "ClientCredentials" ? authentication.tokenEndpoint : undefined;
    this.#setting = setting;
    this.#http = watchedHttp({
      url: setting.metadata.serviceUrl,
      certificateAuthorities: setting.certificateAuthorities,
      isOther: ({ url }) => url === tokenEndpoint,
    });
    if (authentication.kind === "Bearer" && authentication.claim !== undefined) {
      const token = setting.claims[setting.policy.claimTypes.spelling(authentication.claim) ?? ""];
      if (typeof token === "string") this.#secrets.add(token);
    }
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  /** Credentials that went out so far. */
  secrets(): readonly string[] {
    return [...this.#secrets];
  }

  async visit(
    { place, claims, uiLocales: tag = "en-US" }: ProfileCase,
    alter?: Alteration,
  ): Promise<Visited> {
    this.#http.begin(alter);
    const ports = this.#ports();
    const browser = new JourneyBrowser(this.#policy(place), ports);
    browser.state = {
      ...browser.state,
      bag: claims,
      culture: { tag, language: tag.split("-")[0] ?? "en" },
    };
    await browser.start();
    if (place.form && browser.outcome.kind === "page") await browser.submit({ [fieldClaim]: "x" });
    const [record] = ports.callRecords;
    const exchange = this.#http.exchange();
    // A transformation before it may have failed: the person is told a general sentence.
    const unasked = browser.trace.findLast(
      ({ kind }) => kind === "transformation" || kind === "profile",
    )?.text;
    return {
      outcome: browser.outcome,
      ...(exchange && { exchange }),
      ...(record ? { record } : unasked !== undefined && { unasked }),
    };
  }

  #policy(place: Place): Policy {
    const known = this.#policies.get(place);
    if (known) return known;
    const policy = journeyTo(place, this.#setting);
    this.#policies.set(place, policy);
    return policy;
  }

  #ports(): MemoryPorts {
    const ports = memoryPorts();
    ports.time = Date.now();
    const { keys, metadata, tenant } = this.#setting;
    const { authentication } = metadata;
    const userName = authentication.kind === "Basic" ? authentication.username : undefined;
    return Object.assign(ports, {
      clock: { now: Date.now },
      http: this.#http.port,
      directory: { ...ports.directory, ...tenant },
      keys: {
        secret: async (id: string) => {
          const secret = await keys.secret(id);
          if (secret !== undefined && id !== userName) this.#secrets.add(secret);
          return secret;
        },
        certificates: (id: string) => keys.certificates(id),
      },
    });
  }
}

function journeyTo({ order, form, reference }: Place, { policy, profile }: ProfileTestSetting): Policy {
  // Whether a journey comes here at all is not the question: preconditions and `EnabledForUserJourneys` stay away.
  const { enabledForUserJourneys: _, ...called } = profile;
  const page: TechnicalProfile | undefined = form && {
    ...form,
    inputClaims: [],
    inputClaimsTransformations: [],
    displayClaims: [],
    outputClaims: [{ claimTypeReferenceId: fieldClaim }],
    outputClaimsTransformations: [],
    validationTechnicalProfiles: [{ ...reference, referenceId: profile.id, preconditions: [] }],
  };
  const exchange = { id: "Exchange", technicalProfileReferenceId: page?.id ?? profile.id };
  const step = (more: Partial<OrchestrationStep>): OrchestrationStep => ({
    order,
    type: "ClaimsExchange",
    preconditions: [],
    claimsProviderSelections: [],
    claimsExchanges: [],
    ...more,
  });
  const added = new Map(
    [called, ...(page ? [page] : []), issuer].map((one) => [one.id.toLowerCase(), one] as const),
  );
  return {
    ...policy,
    claimTypes: IdMap.of([
      ...policy.claimTypes.values(),
      { id: subjectClaim, dataType: "string" },
      { id: fieldClaim, dataType: "string", userInputType: "TextBox" },
    ]),
    technicalProfiles: IdMap.of([
      ...policy.technicalProfiles.values().filter(({ id }) => !added.has(id.toLowerCase())),
      ...added.values(),
    ]),
    userJourneys: IdMap.of([
      {
        id: journeyId,
        orchestrationSteps: [
          step({ claimsExchanges: [exchange] }),
          step({
            order: order + 1,
            type: "SendClaims",
            cpimIssuerTechnicalProfileReferenceId: issuerId,
          }),
        ],
      },
    ]),
    relyingParty: {
      defaultUserJourney: journeyId,
      endpoints: {},
      behaviors: {},
      technicalProfile: {
        id: "PolicyProfile",
        protocol: "OpenIdConnect",
        metadata: {},
        inputClaims: [],
        outputClaims: [
          {
            claimTypeReferenceId: subjectClaim,
            partnerClaimType: "sub",
            defaultValue: "nobody",
            alwaysUseDefaultValue: true,
          },
        ],
        subjectNamingInfo: { claimType: "sub" },
      },
    },
  };
}

const issuer: TechnicalProfile = {
  id: issuerId,
  protocol: { name: "None" },
  outputTokenFormat: "JWT",
  metadata: {},
  cryptographicKeys: [{ id: "issuer_secret", storageReferenceId: issuerId }],
  inputClaimsTransformations: [],
  inputClaims: [],
  persistedClaims: [],
  displayClaims: [],
  outputClaims: [],
  outputClaimsTransformations: [],
  validationTechnicalProfiles: [],
};
