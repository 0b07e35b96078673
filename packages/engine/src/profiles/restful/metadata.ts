import { type Diagnostic, nearestName, type Policy, type TechnicalProfile } from "@vestibule/policy";
import { isPreset, presets } from "./presets.ts";

/** Where in a user flow a connector stands; the value is the request's `step` (api-connectors.md A1). */
export const connectorSteps = [
  "PostFederationSignup",
  "PostAttributeCollection",
  "PreTokenIssuance",
] as const;
type ConnectorStep = (typeof connectorSteps)[number];

const sendClaimsInValues = ["Body", "Form", "Header", "Url", "QueryString"] as const;
type SendClaimsIn = (typeof sendClaimsInValues)[number];

/** What proves to the API who calls. Keys are storage reference ids. */
type Authentication =
  | { readonly kind: "None"; readonly allowedInProduction: boolean }
  | { readonly kind: "Basic"; readonly username: string; readonly password: string }
  | { readonly kind: "ClientCertificate"; readonly key: string }
  | { readonly kind: "ApiKeyHeader"; readonly header: string; readonly key: string }
  | { readonly kind: "Bearer"; readonly claim?: string; readonly key?: string };

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
}

export interface RestfulMetadata {
  /** As written: it may hold placeholders, and secrets in its query. Never log it. */
  readonly serviceUrl: string;
  readonly authentication: Authentication;
  /** Milliseconds for one try. */
  readonly timeout: number;
  readonly tries: number;
  readonly connector?: ConnectorMetadata;
  readonly claims: ClaimsMetadata;
}

type Reading<T> = { readonly value: T } | { readonly problem: Diagnostic };

/** Reads a RESTful technical profile's metadata, or says everything that is wrong with it at once. */
export function readRestfulMetadata(
  profile: TechnicalProfile,
  _policy: Policy,
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
  if (!isPreset(preset)) diagnostics.push(item.invalid("vestibule.preset", Object.keys(presets)));
  const step = item.text("vestibule.connectorStep");
  const connectorStep = connectorSteps.find((known) => known === step);
  if (step !== undefined && !connectorStep) {
    diagnostics.push(item.invalid("vestibule.connectorStep", connectorSteps));
  }
  const limits = presets[isPreset(preset) ? preset : "seed"][connectorStep ? "connector" : "restful"];
  const timeout = take(item.integer("vestibule.timeoutInMilliseconds", 1, 600_000), undefined);
  const tries = take(item.integer("vestibule.tries", 1, 10), undefined);
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
  const metadata: RestfulMetadata = {
    serviceUrl,
    authentication,
    timeout: timeout ?? limits.timeout,
    tries: tries ?? limits.tries,
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
    },
  };
  return diagnostics.length > 0 ? { diagnostics } : { metadata };
}

/** Metadata keys compare without regard to case, their texts are trimmed (technical-profiles.md 1.3). */
function metadataReader(profile: TechnicalProfile) {
  const items = new Map(
    Object.entries(profile.metadata).map(([key, value]) => [key.toLowerCase(), value.trim()]),
  );
  const text = (key: string): string | undefined => items.get(key.toLowerCase()) || undefined;
  const problem = (code: string, message: string, hint?: string): Diagnostic => ({
    code,
    severity: "error",
    message: `Technical profile '${profile.id}': ${message}`,
    ...(hint && { hint }),
    ...(profile.at && { at: profile.at }),
  });
  return {
    text,
    problem,
    invalid(key: string, expected: readonly string[], code?: string): Diagnostic {
      const value = text(key) ?? "";
      const near = nearestName(value, expected);
      return problem(
        "PL302",
        `metadata item '${key}' has the value '${value}'; expected one of ${expected.join(", ")}${code ? ` (${code})` : ""}.`,
        near && `Did you mean '${near}'?`,
      );
    },
    boolean(key: string, otherwise: boolean): Reading<boolean> {
      const value = text(key);
      if (value === undefined) return { value: otherwise };
      if (/^(true|1)$/i.test(value)) return { value: true };
      if (/^(false|0)$/i.test(value)) return { value: false };
      return {
        problem: problem(
          "PL302",
          `metadata item '${key}' has the value '${value}'; expected 'true' or 'false' (AADB2C90030).`,
        ),
      };
    },
    integer(key: string, least: number, most: number): Reading<number | undefined> {
      const value = text(key);
      if (value === undefined) return { value: undefined };
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      if (number >= least && number <= most) return { value: number };
      return {
        problem: problem(
          "PL302",
          `metadata item '${key}' has the value '${value}'; expected a whole number from ${least} to ${most}.`,
        ),
      };
    },
  };
}

type MetadataReader = ReturnType<typeof metadataReader>;

function oneOf<T extends string>(
  item: MetadataReader,
  key: string,
  known: readonly T[],
  otherwise: T,
  code: string,
): Reading<T> {
  const value = item.text(key);
  if (value === undefined) return { value: otherwise };
  const found = known.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
  return found ? { value: found } : { problem: item.invalid(key, known, code) };
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

function readAuthentication(item: MetadataReader, profile: TechnicalProfile): Reading<Authentication> {
  const known = ["None", "Basic", "Bearer", "ClientCertificate", "ApiKeyHeader"] as const;
  if (!item.text("AuthenticationType")) {
    return { problem: item.problem("PL303", "metadata item 'AuthenticationType' is missing (AADB2C90023).") };
  }
  const kind = oneOf(item, "AuthenticationType", known, "None", "AADB2C90024");
  if ("problem" in kind) return kind;
  const key = (id: string) =>
    profile.cryptographicKeys.find((entry) => entry.id.toLowerCase() === id.toLowerCase())
      ?.storageReferenceId;
  const missing = (id: string) => ({
    problem: item.problem("PL314", `the required cryptographic key '${id}' is missing (AADB2C90025).`),
  });
  switch (kind.value) {
    case "None": {
      const allowed = item.boolean("AllowInsecureAuthInProduction", false);
      return "problem" in allowed ? allowed : { value: { kind: "None", allowedInProduction: allowed.value } };
    }
    case "Basic": {
      const username = key("BasicAuthenticationUsername");
      const password = key("BasicAuthenticationPassword");
      if (!username) return missing("BasicAuthenticationUsername");
      if (!password) return missing("BasicAuthenticationPassword");
      return { value: { kind: "Basic", username, password } };
    }
    case "ClientCertificate": {
      const certificate = key("ClientCertificate");
      return certificate
        ? { value: { kind: "ClientCertificate", key: certificate } }
        : missing("ClientCertificate");
    }
    case "ApiKeyHeader": {
      // The key's id is the name of the header, and there is exactly one (B3).
      const [only, ...others] = profile.cryptographicKeys;
      if (!only) return missing("x-functions-key");
      if (others.length > 0 || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(only.id)) {
        return {
          problem: item.problem(
            "PL314",
            "authentication type 'ApiKeyHeader' takes exactly one cryptographic key, and its id must be a header name.",
          ),
        };
      }
      return { value: { kind: "ApiKeyHeader", header: only.id, key: only.storageReferenceId } };
    }
    case "Bearer": {
      // Both may be given: the claim wins (U34). Neither is known only at the call (AADB2C90192).
      const claim = item.text("UseClaimAsBearerToken");
      const token = key("BearerAuthenticationToken");
      return { value: { kind: "Bearer", ...(claim && { claim }), ...(token && { key: token }) } };
    }
  }
}
