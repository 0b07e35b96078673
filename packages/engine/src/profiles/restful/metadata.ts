import type { Diagnostic, Policy, TechnicalProfile } from "@vestibule/policy";
import { jsonClaimsItem, jsonClaimsOf, unknownJsonClaims } from "../../claims/json-claims.ts";
import { type Authentication, readAuthentication } from "./authentication.ts";
import { readCallPolicy } from "./call-settings.ts";
import { claimHoles, type RequestTemplate, readRequestTemplate } from "./claims/template.ts";
import { connectorHoles } from "./connector/template.ts";
import { type FailurePolicy, readFailurePolicy } from "./failure-policy.ts";
import { type MetadataReader, metadataReader, oneOf, type Reading } from "./metadata-reader.ts";
import { unknownOwnItems } from "./own-items.ts";
import { type CallPolicy, isPreset, presetNames, presets } from "./presets.ts";
import { readTrust, type Trust } from "./trust.ts";

/** Where in a user flow a connector stands; the value is the request's `step` (api-connectors.md A1). */
export const connectorSteps = [
  "PostFederationSignup",
  "PostAttributeCollection",
  "PreTokenIssuance",
] as const;
type ConnectorStep = (typeof connectorSteps)[number];

const sendClaimsInValues = ["Body", "Form", "Header", "Url", "QueryString"] as const;
type SendClaimsIn = (typeof sendClaimsInValues)[number];

/** The part of the metadata that makes a RESTful technical profile an API connector of a user flow. */
export interface ConnectorMetadata {
  readonly step: ConnectorStep;
  readonly id?: string;
  /** 200 without `action` or `version`, or `action: "Allow"`, is refused instead of read as Continue (U12). */
  readonly strictAnswers: boolean;
  /** ShowBlockPage counts before the token too (U13). */
  readonly enforceBlock: boolean;
  /** `identities` also for a local account that is about to be created (U8). */
  readonly sendLocalIdentities: boolean;
}

/** How claims travel in a RESTful technical profile of a custom policy (api-connectors.md B2). */
interface ClaimsMetadata {
  readonly sendClaimsIn: SendClaimsIn;
  readonly payloadClaim?: string;
  /** Claim resolvers in path and query of the address are expanded (U32). */
  readonly resolversInUrl: boolean;
  readonly debugMode: boolean;
  readonly jsonPaths: boolean;
  readonly template?: RequestTemplate;
  /** Lower-case ids of claims whose JSON text is sent as JSON, and that take JSON from a connector's answer. */
  readonly jsonClaims: ReadonlySet<string>;
}

export interface RestfulMetadata {
  /** As written: it may hold placeholders, and secrets in its query. Never log it. */
  readonly serviceUrl: string;
  readonly authentication: Authentication;
  readonly call: CallPolicy;
  readonly onFailure: FailurePolicy;
  readonly trust: Trust;
  /** `notify`: the API is told later, out of the outbox, and what it answers does not matter. */
  readonly mode: "decide" | "notify";
  /** How often a notification is tried before it is given up. */
  readonly deliveryTries: number;
  readonly connector?: ConnectorMetadata;
  readonly claims: ClaimsMetadata;
}

/** With pauses from 5 seconds up to an hour: about half a day. */
const defaultDeliveryTries = 20;

/** Reads a RESTful technical profile's metadata, or says everything that is wrong with it at once. */
export function readRestfulMetadata(
  profile: TechnicalProfile,
  policy: Policy,
): { readonly metadata: RestfulMetadata } | { readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const take = <T>(reading: Reading<T>, otherwise: T): T => {
    if ("value" in reading) return reading.value;
    diagnostics.push(reading.problem);
    return otherwise;
  };
  const item = metadataReader(profile);
  const sendClaimsIn = take(oneOf(item, "SendClaimsIn", sendClaimsInValues, "Body", "AADB2C90029"), "Body");
  const serviceUrl = take(readServiceUrl(item, sendClaimsIn), "");
  const authentication = take(readAuthentication(item, profile), {
    kind: "None" as const,
    allowedInProduction: false,
  });
  const preset = item.text("vestibule.preset") ?? "seed";
  if (!isPreset(preset)) diagnostics.push(item.invalid("vestibule.preset", presetNames));
  const step = item.text("vestibule.connectorStep");
  const connectorStep = connectorSteps.find((known) => known === step);
  if (step !== undefined && !connectorStep) {
    diagnostics.push(item.invalid("vestibule.connectorStep", connectorSteps));
  }
  const numbers = presets[isPreset(preset) ? preset : "seed"][connectorStep ? "connector" : "restful"];
  const report = (problem: Diagnostic) => void diagnostics.push(problem);
  diagnostics.push(...unknownOwnItems(item));
  const flag = (key: string, otherwise: boolean) => take(item.boolean(key, otherwise), otherwise);
  const connectorId = item.text("vestibule.connectorId");
  const payloadClaim = item.text("ClaimUsedForRequestPayload");
  if (flag("IgnoreServerCertificateErrors", false)) {
    diagnostics.push(
      item.problem(
        "PL302",
        "IgnoreServerCertificateErrors (AADB2C90259) is not offered: server certificates are always checked.",
        "Trust the API's certificate authority instead.",
      ),
    );
  }
  const mode = take(
    oneOf(item, "vestibule.mode", ["decide", "notify"] as const, "decide"),
    "decide" as const,
  );
  if (mode === "notify" && authentication.kind === "Bearer" && authentication.claim) {
    diagnostics.push(
      item.problem(
        "PL302",
        "a notification goes out later and cannot use a claim as its bearer token.",
        "Use a cryptographic key, or 'vestibule.tokenEndpoint'.",
      ),
    );
  }
  const template = take(
    readRequestTemplate(
      item,
      sendClaimsIn === "Body" && payloadClaim === undefined,
      connectorStep ? connectorHoles(profile, policy) : claimHoles(profile),
    ),
    undefined,
  );
  const jsonClaims = jsonClaimsOf(item.text(jsonClaimsItem));
  diagnostics.push(
    ...unknownJsonClaims(
      item.text(jsonClaimsItem),
      profile.inputClaims.map((input) => input.claimTypeReferenceId),
      (message, hint) => item.problem("PL302", message, hint),
    ),
  );
  const metadata: RestfulMetadata = {
    serviceUrl,
    authentication,
    call: readCallPolicy(item, numbers, take),
    onFailure: readFailurePolicy(
      item,
      profile,
      policy,
      connectorStep ? "connector" : "restful",
      jsonClaims,
      report,
    ),
    mode,
    deliveryTries: take(item.integer("vestibule.deliveryTries", 1, 100), undefined) ?? defaultDeliveryTries,
    trust: readTrust(item, profile, report),
    ...(connectorStep && {
      connector: {
        step: connectorStep,
        ...(connectorId && { id: connectorId }),
        strictAnswers: flag("vestibule.strictAnswers", preset === "strict"),
        enforceBlock: flag("vestibule.enforceBlock", false),
        sendLocalIdentities: flag("vestibule.sendLocalIdentities", false),
      },
    }),
    claims: {
      sendClaimsIn,
      ...(payloadClaim && { payloadClaim }),
      resolversInUrl: flag("ClaimResolverUrlFormatting", false),
      debugMode: flag("DebugMode", false),
      jsonPaths: flag("ResolveJsonPathsInJsonTokens", false),
      ...(template && { template }),
      jsonClaims,
    },
  };
  return diagnostics.length > 0 ? { diagnostics } : { metadata };
}

function readServiceUrl(item: MetadataReader, sendClaimsIn: SendClaimsIn): Reading<string> {
  const value = item.text("ServiceUrl");
  if (!value) {
    return { problem: item.problem("PL303", "metadata item 'ServiceUrl' is missing (AADB2C90023).") };
  }
  const origin = /^https?:\/\/[^/?#]*/i.exec(value)?.[0];
  // A claim must never choose the host (U37): placeholders count in path and query only.
  if (
    !origin ||
    !URL.canParse(origin) ||
    !URL.canParse(value) ||
    (sendClaimsIn === "Url" && /[{}]/.test(origin))
  ) {
    return {
      problem: item.problem(
        "PL302",
        "metadata item 'ServiceUrl' is not an absolute http or https address with a fixed host (AADB2C90026).",
      ),
    };
  }
  return { value };
}
