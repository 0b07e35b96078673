import { randomBytes, randomUUID } from "node:crypto";
import type {
  Advance,
  JourneyEvent,
  JourneyState,
  Outcome,
  PageModel,
  Ports,
  Program,
  RelyingPartyRequest,
} from "@vestibule/engine";
import { IdMap } from "@vestibule/policy";
import type { FastifyInstance } from "fastify";
import type { ApplicationAnswer, ServerContext } from "../context.ts";
import { createHttpApplication } from "../hosting/application.ts";
import { unlimited, type VisitorLimits } from "../hosting/visitor-limits.ts";
import { masterKeyFrom } from "../keys/master-key.ts";
import { createPageRenderer } from "../pages/renderer.tsx";
import type { ApplicationAnswers } from "../relying-party/contract.ts";
import { issuer } from "../relying-party/tenants.fixture.ts";
import { openStore } from "../store/open-store.ts";
import type { Grant, Store } from "../store/store.ts";
import { defaultSettings } from "../tenant/settings.fixture.ts";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";
import { csrfTokens } from "./csrf.ts";
import type { JourneyEngine } from "./engine-binding.ts";
import { createInteraction, type InteractionRoom, registerInteraction } from "./interaction.ts";
import { interactionKeys } from "./keys.ts";
import { TestBrowser } from "./test-browser.fixture.ts";

// A server with real sockets, a real store and the real pages, whose journeys follow a script: `pages` pages, each of
// which accepts the answer `ok`; then the end.

export interface Script {
  readonly pages: number;
  /** Advances the script was asked for, in their order, `started` left out. */
  readonly events: JourneyEvent[];
  /** Versions of the program that were run. */
  readonly versions: string[];
  /** Runs of a form's validation. */
  submissions: number;
  issued: number;
  /** Happens in the middle of each run. */
  before?: () => Promise<void>;
  /** Held up until it resolves, while a submission is in work. */
  gate?: Promise<void>;
  /** Takes the place of the script's own outcome. */
  override?: (state: JourneyState, event: JourneyEvent) => Advance | undefined;
  page?: (model: PageModel) => PageModel;
  /** In place of tokens: what their maker says to the application. */
  refusal?: string;
}

export interface ScriptedServer {
  readonly app: FastifyInstance;
  readonly origin: string;
  readonly store: Store;
  readonly script: Script;
  readonly interaction: InteractionRoom;
  readonly tenants: readonly Tenant[];
  clock: { now: number };
  browser(options?: { readonly https?: boolean }): TestBrowser;
  close(): Promise<void>;
}

type UserJourneyBehaviors = Program["policy"]["relyingParty"]["behaviors"];

export const tenantA = "contoso.onmicrosoft.com";
export const tenantB = "fabrikam.onmicrosoft.com";
export const policyName = "B2C_1_susi";
export const redirectUri = "https://app.test/cb";

export async function scriptedServer(
  options: {
    readonly pages?: number;
    /** Of `B2C_1_susi`; the other policy has none. */
    readonly behaviors?: UserJourneyBehaviors;
    /** Shares another server's store and secret: a second node. */
    readonly beside?: ScriptedServer & { readonly secret?: Uint8Array };
    readonly secret?: Uint8Array;
    readonly mode?: ServerContext["mode"];
    readonly limits?: VisitorLimits;
  } = {},
): Promise<ScriptedServer & { readonly secret: Uint8Array }> {
  const clock = options.beside?.clock ?? { now: 1_790_000_000_000 };
  const secret = options.secret ?? options.beside?.secret ?? randomBytes(32);
  const store =
    options.beside?.store ??
    (await openStore({
      file: ":memory:",
      masterKey: masterKeyFrom([randomBytes(32)]),
      clock: { now: () => clock.now },
    }));
  const script: Script = options.beside?.script ?? {
    pages: options.pages ?? 2,
    events: [],
    versions: [],
    submissions: 0,
    issued: 0,
  };
  const tenants = options.beside?.tenants ?? [
    tenant(tenantA, "aaaaaaaa-0000-4000-8000-000000000001", options.behaviors),
    tenant(tenantB, "cccccccc-0000-4000-8000-000000000001", options.behaviors),
  ];
  const app = createHttpApplication({
    trustedProxies: ["127.0.0.1"],
    logLevel: "silent",
    servesHost: () => true,
    sendError: async (_request, reply, error) => reply.status(error.status).send(error.code),
  });
  const context: ServerContext = {
    mode: options.mode ?? "development",
    tenants: {
      find: (segment) =>
        tenants.find(
          (one) => one.id === segment.toLowerCase() || one.domains.includes(segment.toLowerCase()),
        ),
      all: () => tenants,
      diagnostics: () => [],
    },
    store,
    // The script reaches nothing outside.
    ports: () => ({}) as Ports,
    signing: {
      sign: () => Promise.reject(new Error("no keys")),
      jwks: async () => ({ keys: [] }),
      verify: async () => undefined,
    },
    limits: options.limits ?? unlimited,
    log: app.log,
    now: () => clock.now,
    trustedProxies: ["127.0.0.1"],
  };
  const interaction = createInteraction({
    context,
    pages: createPageRenderer({ now: () => clock.now }),
    answers: scriptedAnswers(store, clock, script),
    templates: {
      async load(_tenant, loadUri) {
        if (loadUri.startsWith("~/")) return { kind: "default" };
        return loadUri === "https://cdn.test/page.html"
          ? { kind: "template", url: loadUri, html: '<html><body><div id="api"></div></body></html>' }
          : { kind: "failed", code: "AADB2C90002", detail: "not there" };
      },
    },
    secret,
    engine: scriptedEngine(script),
  });
  await registerInteraction(app, interaction);
  app.route({
    method: ["GET"],
    url: "/:tenant/:policy/oauth2/v2.0/authorize",
    handler: async (request, reply) => {
      const { tenant: segment = "", policy: name = "" } = request.params as Record<string, string>;
      const found = context.tenants.find(segment);
      const policy = found?.policies.get(name.toLowerCase());
      if (found === undefined || policy === undefined) return reply.status(404).send();
      const query = request.query as Record<string, string>;
      return interaction.begin(request, reply, {
        tenant: found,
        policy,
        rpRequest: rpRequest(segment, `${request.protocol}://${request.host}`, query),
        culture: { tag: "en-US", language: "en" },
      });
    },
  });
  app.get("/:tenant/:policy/test-logout", async (request, reply) => {
    const found = context.tenants.find((request.params as { tenant: string }).tenant);
    const policy = found?.policies.get((request.params as { policy: string }).policy.toLowerCase());
    if (found === undefined || policy === undefined) return reply.status(404).send();
    return reply.send(await interaction.endSession(request, reply, found, policy, undefined));
  });
  app.get("/:tenant/:policy/test-csrf", async (request, reply) => {
    const found = context.tenants.find((request.params as { tenant: string }).tenant);
    const { tid = "" } = request.query as { tid?: string };
    return reply.send(csrfTokens(interactionKeys(secret)).issue(found?.id ?? "", tid, 1, clock.now));
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const address = app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const origin = `http://127.0.0.1:${port}`;
  return {
    app,
    origin,
    store,
    script,
    interaction,
    tenants,
    clock,
    secret,
    browser: (wishes = {}) => new TestBrowser(origin, wishes),
    async close() {
      await app.close();
      if (options.beside === undefined) await store.close();
    },
  };
}

function tenant(domain: string, id: string, behaviors: UserJourneyBehaviors = {}): Tenant {
  const policies = ["B2C_1_susi", "B2C_1_edit"].map((name): [string, TenantPolicy] => [
    name.toLowerCase(),
    {
      id: name,
      kind: "userFlow",
      description: "",
      // The script looks at these members only.
      program: {
        entry: { authorize: "SignUpOrSignIn" },
        version: "1",
        policy: {
          policyId: name,
          tenantId: id,
          deploymentMode: "Production",
          contentDefinitions: new IdMap(),
          localization: {
            enabled: false,
            defaultLanguage: "en",
            supportedLanguages: [],
            resources: new IdMap(),
          },
          relyingParty: {
            behaviors: name === "B2C_1_susi" ? behaviors : {},
          },
        },
      } as unknown as Program,
    },
  ]);
  return {
    id,
    displayName: domain,
    defaultDomain: domain,
    domains: [domain],
    extensionsAppId: "0".repeat(32),
    smartLockout: { threshold: 10, durationInSeconds: 60, maxDurationInSeconds: 18_000 },
    passwordExpiryInDays: 90,
    branding: { tokens: {} },
    settings: defaultSettings,
    applications: [],
    customAttributes: [],
    connectors: [],
    policies: new Map(policies),
    keyContainers: new Map(),
    directory: "/nowhere",
  };
}

function rpRequest(
  tenantSegment: string,
  origin: string,
  query: Readonly<Record<string, string>>,
): RelyingPartyRequest {
  const mode = query.response_mode;
  return {
    protocol: "openid-connect",
    clientId: "bbbbbbbb-0000-4000-8000-000000000001",
    clientDisplayName: "App",
    redirectUri: query.redirect_uri ?? redirectUri,
    redirectUriType: "web",
    responseType: query.response_type === "id_token" ? ["id_token"] : ["code"],
    responseMode: mode === "fragment" || mode === "form_post" ? mode : "query",
    scope: ["openid"],
    ...(query.state !== undefined && { state: query.state }),
    ...(query.prompt === "none" && { prompt: "none" as const }),
    clientInfo: false,
    parameters: query,
    origin,
    tenantSegment,
    ipAddress: "127.0.0.1",
  };
}

function scriptedAnswers(store: Store, clock: { now: number }, script: Script): ApplicationAnswers {
  return {
    async issued(at, policy, state): Promise<ApplicationAnswer> {
      const code = `code.${randomBytes(16).toString("base64url")}`;
      const { request } = state;
      const opening: [string, string][] = request.state === undefined ? [] : [["state", request.state]];
      if (script.refusal !== undefined)
        return {
          redirectUri: request.redirectUri,
          mode: request.responseMode,
          fields: [...opening, ["error", "server_error"], ["error_description", script.refusal]],
        };
      if (request.responseType[0] === "id_token")
        return {
          redirectUri: request.redirectUri,
          mode: request.responseMode,
          fields: [...opening, ["id_token", "a.b.c"]],
        };
      const now = Math.floor(clock.now / 1000);
      await store.grants.putCode(at.id, code, grantOf(policy, state), randomUUID(), now, now + 600);
      return {
        redirectUri: request.redirectUri,
        mode: request.responseMode,
        fields: [...opening, ["code", code]],
        code,
      };
    },
    failed({ id, request }, error) {
      return {
        redirectUri: request.redirectUri,
        mode: request.responseMode,
        fields: [
          ["error", error.error],
          ["error_description", `${error.code}: ${error.message}\r\nCorrelation ID: ${id}\r\n`],
          ...(request.state === undefined ? [] : [["state", request.state] as const]),
        ],
      };
    },
  };
}

function grantOf(policy: TenantPolicy, state: JourneyState): Grant {
  return {
    clientId: state.request.clientId,
    policyId: policy.id,
    redirectUri: state.request.redirectUri,
    redirectUriType: "web",
    scope: [],
    subject: "s",
    authTime: 0,
    claims: {},
    grantClaims: {},
    issuer: {},
    clientInfo: false,
    familyIssued: 0,
    culture: "en-US",
  };
}

function scriptedEngine(script: Script): JourneyEngine {
  return {
    newJourney: (program, start) => ({
      format: 1,
      id: start.id,
      tenantId: start.tenantId,
      policyId: program.policy.policyId,
      policyVersion: program.version,
      entry: "authorize",
      request: start.request,
      culture: start.culture,
      created: start.now,
      status: "created",
      frames: [],
      bag: {},
      sessionWrites: { providers: {}, identityProviders: [], fresh: false },
      proofs: {},
      keepMeSignedIn: false,
      pageCount: 0,
    }),
    async advance(program, state, event) {
      script.versions.push(program.version);
      await script.before?.();
      if (event.kind !== "started" && event.kind !== "reload") script.events.push(event);
      const overridden = script.override?.(state, event);
      if (overridden !== undefined) return overridden;
      const [next, outcome] = await react(script, state, event);
      return {
        state: next,
        outcome,
        trace: [{ at: 0, kind: "event", step: String(next.pageCount), text: event.kind }],
      };
    },
  };
}

async function react(
  script: Script,
  state: JourneyState,
  event: JourneyEvent,
): Promise<[JourneyState, Outcome]> {
  const waiting = state.waiting?.kind === "page" ? state.waiting : undefined;
  switch (event.kind) {
    case "started":
      if (event.session !== undefined) return issue(script, { ...state, sessionAtStart: event.session });
      if (state.request.prompt === "none")
        return fail(state, "interaction_required", "AADB2C90077", "No session.");
      return show(script, state, 1);
    case "submitted": {
      script.submissions += 1;
      await script.gate;
      if (waiting === undefined) return [state, refusal("AADB2C90046", "stale")];
      const { accepted: _, problem: __, ...page } = waiting;
      if (event.fields.answer !== "ok") {
        const outcome = refusal("AADB2C90054", "Wrong <answer>.");
        return [{ ...state, waiting: { ...page, problem: outcome.problem } }, outcome];
      }
      const accepted = { scope: event.fields, wrote: false };
      return [{ ...state, waiting: { ...page, accepted } }, { kind: "accepted" }];
    }
    case "confirmed":
      if (waiting?.accepted === undefined) return show(script, state, state.pageCount);
      if (state.pageCount >= script.pages)
        return issue(script, { ...state, keepMeSignedIn: event.keepMeSignedIn });
      return show(script, state, state.pageCount + 1);
    case "verification":
      return [
        state,
        { kind: "verification", result: event.action !== "verify" || event.code === "123456" ? 0 : 3 },
      ];
    case "phone":
      return [state, { kind: "phone", status: 448 }];
    case "controlAction":
    case "controlReset":
      return [state, { kind: "notOnPage" }];
    case "exchangeChosen":
      if (event.exchangeId !== "GoogleExchange")
        return [state, { kind: "errorPage", code: "AADB2C90304", message: "Not offered." }];
      return [
        {
          ...state,
          waiting: { kind: "provider", technicalProfile: "Google", saved: "" },
        },
        { kind: "redirect", url: "https://idp.test/authorize?x=1" },
      ];
    case "providerReturned":
      return event.parameters.code === "good"
        ? issue(script, state)
        : fail(state, "server_error", "AADB2C90273", "refused");
    case "cancelled":
      return fail(state, "access_denied", "AADB2C90091", "The user has cancelled.");
    case "forgotPassword":
      return fail(state, "access_denied", "AADB2C90118", "The user has forgotten their password.");
    case "signUpChosen":
    case "reload":
      return show(script, state, state.pageCount);
  }
}

function refusal(errorCode: string, message: string) {
  return { kind: "refused", problem: { errorCode, message, fields: {} } } as const;
}

function fail(state: JourneyState, error: string, code: string, message: string): [JourneyState, Outcome] {
  return [
    { ...state, status: "failed" },
    { kind: "relyingPartyError", error, code, message },
  ];
}

function show(script: Script, state: JourneyState, number: number): [JourneyState, Outcome] {
  const same = state.waiting?.kind === "page" && state.waiting.pageNumber === number;
  const waiting = same
    ? state.waiting
    : ({ kind: "page", pageNumber: number, selects: number === 1, retries: 0, typed: {} } as const);
  const problem = waiting?.kind === "page" ? waiting.problem : undefined;
  const model = pageModel(number, problem);
  return [
    { ...state, status: "suspended", pageCount: number, ...(waiting !== undefined && { waiting }) },
    { kind: "page", page: script.page?.(model) ?? model },
  ];
}

function pageModel(step: number, problem: PageModel["problem"]): PageModel {
  return {
    api: step === 1 ? "CombinedSigninAndSignup" : "SelfAsserted",
    step,
    contentDefinition: {
      id: "api.selfasserted",
      loadUri: "~/tenant/templates/AzureBlue/selfAsserted.cshtml",
      contract: step === 1 ? "unifiedssp" : "selfasserted",
      version: "2.1.7",
    },
    technicalProfile: "SelfAsserted-Test",
    language: { lang: "en", country: "US" },
    content: { ver_fail_retry: "That code is incorrect." },
    fieldTexts: {},
    config: {},
    controls: [],
    fields: [field("answer", "Your answer", "TextBox"), field("tastes", "Tastes", "CheckboxMultiSelect")],
    providers: [],
    signUpLink: false,
    forgotPasswordLink: false,
    keepMeSignedInBox: false,
    scriptsAllowed: false,
    terminal: false,
    ...(problem !== undefined && { problem }),
  };
}

function field(id: string, displayName: string, userInputType: string): PageModel["fields"][number] {
  return {
    id,
    displayName,
    userInputType,
    helpText: "",
    required: true,
    readOnly: false,
    dataType: "string",
    options: [],
  };
}

function issue(script: Script, state: JourneyState): [JourneyState, Outcome] {
  script.issued += 1;
  const now = Math.floor(state.created / 1000);
  const session = state.sessionAtStart ?? {
    created: now,
    authTime: now,
    subject: "s",
    providers: {},
    identityProviders: [{ technicalProfile: "Google" }],
    relyingParties: [{ clientId: state.request.clientId, policyId: state.policyId }],
  };
  return [
    { ...state, status: "completed" },
    {
      kind: "issued",
      issuer: { ...issuer, acr: false, jsonNumbers: false },
      claims: {},
      subject: "s",
      objectId: "o",
      authTime: now,
      grantClaims: {},
      session: {
        scope: "Tenant",
        session,
        fresh: state.sessionAtStart === undefined,
        keepMeSignedIn: state.keepMeSignedIn,
        lifetime: { seconds: 86_400, type: "Rolling", keepAliveInDays: 30 },
      },
    },
  ];
}
