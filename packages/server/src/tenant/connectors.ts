import { presetNames } from "@vestibule/engine";
import {
  type ConnectorAuthentication,
  type ConnectorFacts,
  type CustomAttributeFacts,
  type JsonReading,
  shapes,
} from "@vestibule/user-flows";
import { connectorJson, readConnectorJson } from "./connector-json.ts";
import { connectorSettings, readConnectorSettings } from "./connector-settings.ts";
import type { SecretSources, TenantMode } from "./secrets.ts";

const { maybe, object, oneOf, optional, orNull, required, text } = shapes;

const odata = { "@odata.type": required(text()) } as const;

const basic = object({ ...odata, username: required(text()), password: required(text()) });
const pkcs12 = object({ ...odata, pkcs12Value: required(text()), password: optional(text(), "") });
const pem = object({ ...odata, certificateAndPrivateKey: required(text()), password: optional(text(), "") });
const apiKey = object({
  ...odata,
  headerName: required(text({ pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, describe: "the name of a header" })),
  apiKey: required(text()),
});
const bearer = object({ ...odata, token: required(text()) });
const clientCredentials = object({
  ...odata,
  tokenUrl: required(text({ maxLength: 8192 })),
  clientId: required(text()),
  clientSecret: required(text()),
  scope: maybe(text()),
  clientAuthentication: optional(oneOf("basic", "post"), "basic"),
});

type Written = { readonly kind: keyof typeof kinds; readonly value: Readonly<Record<string, unknown>> };

/** `authenticationConfiguration` by its `@odata.type` (api-connectors.md C1); all but the first two are ours. */
const kinds = {
  basicAuthentication: basic,
  pkcs12Certificate: pkcs12,
  pemCertificate: pem,
  apiKeyHeader: apiKey,
  bearerToken: bearer,
  clientCredentials,
} as const satisfies Readonly<Record<string, shapes.Shape<Readonly<Record<string, unknown>>>>>;

const authentication: shapes.Shape<Written> = {
  name: "an authenticationConfiguration",
  read(node, path, reading) {
    const type = node.children?.find(({ children }) => children?.[0]?.value === "@odata.type")?.children?.[1]
      ?.value;
    const name =
      typeof type === "string"
        ? type.replace(/^#/, "").replace(/^microsoft\.graph\.|^vestibule\./i, "")
        : undefined;
    const kind = (Object.keys(kinds) as (keyof typeof kinds)[]).find(
      (each) => each.toLowerCase() === name?.toLowerCase(),
    );
    if (!kind) {
      const found =
        type === undefined
          ? "has no '@odata.type'"
          : `has the '@odata.type' '${String(type)}', which does not exist`;
      reading.report("TN050", "error", path, `The authenticationConfiguration ${found}.`, {
        hint: "One of '#microsoft.graph.basicAuthentication', '#microsoft.graph.pkcs12Certificate', '#vestibule.pemCertificate', '#vestibule.apiKeyHeader', '#vestibule.bearerToken', '#vestibule.clientCredentials'.",
      });
      return undefined;
    }
    const value = kinds[kind].read(node, path, reading);
    return value && { kind, value };
  },
};

/** An API connector in Graph's form (directory-and-graph.md 15.2), with the time-outs that are ours. */
export const connectorShape = object(
  {
    id: maybe(
      text({ pattern: /^[A-Za-z0-9._-]{1,128}$/, describe: "an id of letters, digits, '.', '_' and '-'" }),
    ),
    displayName: required(text({ maxLength: 256 })),
    targetUrl: required(text({ maxLength: 8192 })),
    authenticationConfiguration: optional(orNull(authentication), null),
    preset: maybe(oneOf(...presetNames)),
    ...connectorSettings,
    ...connectorJson,
  },
  { annotated: true },
);

export type ConnectorDocument = shapes.Shaped<typeof connectorShape>;

export function readConnector(
  document: ConnectorDocument,
  fallbackId: string,
  reading: JsonReading,
  secrets: SecretSources,
  mode: TenantMode,
  attributes: readonly CustomAttributeFacts[],
): ConnectorFacts {
  const id = document.id ?? fallbackId;
  const { settings, keys } = readConnectorSettings(document, id, reading, secrets);
  targetUrlRule(document.targetUrl, reading, mode);
  return {
    id,
    displayName: document.displayName,
    targetUrl: document.targetUrl,
    authentication: readAuthentication(
      document.authenticationConfiguration,
      id,
      reading,
      secrets,
      // A signature proves who calls as well as a password does.
      document.signature === undefined ? mode : "development",
    ),
    ...(document.preset !== undefined && { preset: document.preset }),
    settings: { ...settings, ...readConnectorJson(document, attributes, reading) },
    keys,
  };
}

/** api-connectors.md C4, directory-and-graph.md 15.2: https; http for localhost, in development. */
function targetUrlRule(url: string, reading: JsonReading, mode: TenantMode): void {
  const problem = targetUrlProblem(url, mode);
  if (problem) reading.report("TN051", "error", "targetUrl", problem.message, { hint: problem.hint });
}

function targetUrlProblem(
  url: string,
  mode: TenantMode,
): { readonly message: string; readonly hint: string } | undefined {
  if (!URL.canParse(url)) {
    return { message: `'${url}' is no absolute address.`, hint: "For example 'https://api.example/signup'." };
  }
  const { protocol, hostname, username, password, hash } = new URL(url);
  if (username !== "" || password !== "") {
    return {
      message: "The address of a connector holds no credentials.",
      hint: "Use authenticationConfiguration.",
    };
  }
  if (hash !== "")
    return { message: "The address of a connector has no fragment.", hint: "Remove everything from '#'." };
  if (protocol === "https:") return undefined;
  const isLocal = protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  if (isLocal && mode === "development") return undefined;
  return {
    message: `A connector is called by https; '${protocol}//${hostname}' is not.`,
    hint: mode === "development" ? "Only localhost may be called by http." : "Use https.",
  };
}

function readAuthentication(
  written: Written | null,
  id: string,
  reading: JsonReading,
  secrets: SecretSources,
  mode: TenantMode,
): ConnectorAuthentication {
  const at = "authenticationConfiguration";
  if (written === null) {
    if (mode === "production") {
      reading.report("TN052", "error", at, "A connector without authentication is for development only.", {
        hint: "Use '#microsoft.graph.basicAuthentication' or '#microsoft.graph.pkcs12Certificate'.",
      });
    }
    return { kind: "none" };
  }
  const member = (name: string) => String(written.value[name] ?? "");
  const secret = (name: string, suffix: string, passwordReference?: string) =>
    secrets.add(`Connector_${id}_${suffix}`, member(name), `${at}.${name}`, reading, passwordReference);
  switch (written.kind) {
    case "basicAuthentication":
      return {
        kind: "basic",
        usernameReference: secrets.addName(
          `Connector_${id}_Username`,
          member("username"),
          `${at}.username`,
          reading,
        ),
        passwordReference: secret("password", "Password"),
      };
    case "pkcs12Certificate":
      return { kind: "clientCertificate", reference: certificate("pkcs12Value") };
    case "pemCertificate":
      return { kind: "clientCertificate", reference: certificate("certificateAndPrivateKey") };
    case "apiKeyHeader":
      return { kind: "apiKeyHeader", header: member("headerName"), reference: secret("apiKey", "ApiKey") };
    case "bearerToken":
      return { kind: "bearer", reference: secret("token", "Token") };
    case "clientCredentials": {
      const problem = targetUrlProblem(member("tokenUrl"), mode);
      if (problem)
        reading.report("TN051", "error", `${at}.tokenUrl`, problem.message, { hint: problem.hint });
      return {
        kind: "clientCredentials",
        tokenEndpoint: member("tokenUrl"),
        clientId: member("clientId"),
        secretReference: secret("clientSecret", "ClientSecret"),
        ...(member("scope") !== "" && { scope: member("scope") }),
        method: member("clientAuthentication") === "post" ? "post" : "basic",
      };
    }
  }

  function certificate(name: string): string {
    if (member("password") === "") return secret(name, "Certificate");
    if (!member(name).startsWith("file:")) {
      reading.report("TN053", "error", `${at}.${name}`, "A certificate with a password is kept in a file.", {
        hint: "Use 'file:path', below the tenant's folder.",
      });
    }
    return secret(name, "Certificate", secret("password", "CertificatePassword"));
  }
}
