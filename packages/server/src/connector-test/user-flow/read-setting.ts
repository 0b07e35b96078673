import { formatDiagnostic, nearestName } from "@vestibule/policy";
import type { AttributeDataType } from "@vestibule/user-flows";
import { readTemplateFile } from "../../tenant/connector-json.ts";
import { openTenant, readAuthorities, readSecret, readText, readUrl, SettingError } from "../written.ts";
import { isBuiltIn, type Step, steps } from "./sandbox.ts";
import type { Claims, TestCredentials, TestSetting } from "./setting.ts";

export interface WrittenSetting {
  readonly url: string;
  readonly steps: readonly string[];
  readonly auth?: string;
  readonly signingKey?: string;
  readonly tenant?: string;
  /** Id of a connector of that tenant. */
  readonly connector?: string;
  /** File with a request template. */
  readonly template?: string;
  readonly attributes: readonly string[];
  readonly claims: readonly string[];
  readonly refused: readonly string[];
  readonly preset?: string;
}

/** The application id where no tenant is named: any 32 hex digits do. */
const imaginedAppId = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

/** Reads what was typed, with the files and variables that it names. Throws `SettingError`. */
export async function readSetting(
  written: WrittenSetting,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly setting: TestSetting; readonly steps: readonly Step[] }> {
  const tenant = written.tenant === undefined ? undefined : await tenantAttributes(written.tenant);
  const named = written.attributes.map(readAttribute);
  const attributes = new Map<string, AttributeDataType>([
    ...(tenant?.attributes ?? []),
    ...named.map(({ name, dataType }) => [name, dataType] as const),
  ]);
  const known = connectorOf(tenant, written);
  const template =
    written.template === undefined
      ? known?.requestTemplate
      : await readTemplate(written.template, attributes.keys());
  const jsonClaims = [
    ...(known?.jsonClaims ?? []),
    ...named.filter(({ json }) => json).map(({ name }) => name),
  ];
  const preset = written.preset ?? "seed";
  if (preset !== "seed" && preset !== "b2c-2025" && preset !== "strict" && preset !== "resilient") {
    throw new SettingError(`--preset takes seed, b2c-2025, strict or resilient; ${preset} is none of them.`);
  }
  return {
    setting: {
      url: readUrl(written.url),
      credentials: await readCredentials(written.auth ?? "none", environment),
      ...(written.signingKey !== undefined && {
        signingKey: readSigningKey(written.signingKey, environment),
      }),
      attributes: [...attributes].map(([name, dataType]) => ({ name, dataType })),
      ...(jsonClaims.length > 0 && { jsonClaims }),
      ...(template !== undefined && { requestTemplate: template }),
      claims: readClaims(written.claims, attributes),
      refused: written.refused.map((each) => readClaims([each], attributes)),
      extensionsAppId: tenant?.extensionsAppId ?? imaginedAppId,
      preset,
      certificateAuthorities: await readAuthorities(environment),
    },
    steps: written.steps.length === 0 ? steps : written.steps.map(readStep),
  };
}

function readStep(written: string): Step {
  const plain = (text: string) => text.toLowerCase();
  const step = steps.find((one) => plain(one) === plain(written));
  if (!step) throw new SettingError(`--step takes ${steps.join(", ")}; ${written} is none of them.`);
  return step;
}

async function readCredentials(
  written: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<TestCredentials> {
  const [, kind = "", rest = ""] = /^([a-z]+)(?::(.*))?$/s.exec(written) ?? [];
  const [first = "", ...others] = rest.split(":");
  const secret = () => readSecret(others.join(":"), environment);
  if (kind === "none" && rest === "") return { kind: "none" };
  if (kind === "basic" && first !== "" && others.length > 0) {
    return { kind: "basic", username: first, password: secret() };
  }
  if (kind === "header" && /^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(first) && others.length > 0) {
    return { kind: "apiKeyHeader", header: first, key: secret() };
  }
  if (kind === "certificate" && rest !== "") return { kind: "clientCertificate", pem: await readText(rest) };
  // What was typed may be a secret: it is not repeated.
  throw new SettingError(
    "--auth takes none, basic:USER:PASSWORD, header:NAME:KEY or certificate:FILE (PEM, with its key).",
  );
}

function readSigningKey(written: string, environment: Readonly<Record<string, string | undefined>>): string {
  const key = readSecret(written, environment);
  if (key.length < 16) throw new SettingError("A signing key has at least 16 characters.");
  return key;
}

const types: Readonly<Record<string, AttributeDataType>> = {
  string: "string",
  int: "int64",
  int64: "int64",
  boolean: "boolean",
  // A text that is a list or object outside.
  json: "string",
};

interface NamedAttribute {
  readonly name: string;
  readonly dataType: AttributeDataType;
  readonly json: boolean;
}

function readAttribute(written: string): NamedAttribute {
  const [, name, type = "string"] =
    /^(?:extension_(?:[0-9a-f]{32}_)?)?([A-Za-z]\w*)(?::(\w+))?$/i.exec(written) ?? [];
  const dataType = types[type.toLowerCase()];
  if (name === undefined || dataType === undefined) {
    throw new SettingError(
      `--attribute takes NAME or NAME:TYPE, TYPE one of ${Object.keys(types).join(", ")}.`,
    );
  }
  return { name, dataType, json: type.toLowerCase() === "json" };
}

/** What the server sends through the connector, where one is named. */
function connectorOf(
  tenant: Awaited<ReturnType<typeof tenantAttributes>> | undefined,
  { connector: id }: WrittenSetting,
) {
  if (id === undefined) return undefined;
  if (!tenant) throw new SettingError("--connector ID goes with --tenant DIR.");
  const found = tenant.connectors.find((each) => each.id.toLowerCase() === id.toLowerCase());
  if (found) return found;
  const near = nearestName(
    id,
    tenant.connectors.map((each) => each.id),
  );
  throw new SettingError(
    `The tenant has no API connector ${id}.${near === undefined ? "" : ` Did you mean ${near}?`}`,
  );
}

async function readTemplate(file: string, attributes: Iterable<string>): Promise<string> {
  const { template, diagnostics } = readTemplateFile(await readText(file), file, [...attributes]);
  if (template === undefined) throw new SettingError(diagnostics.map(formatDiagnostic).join("\n"));
  return template;
}

function readClaims(written: readonly string[], attributes: ReadonlyMap<string, AttributeDataType>): Claims {
  const claims = written.map((each): readonly [string, string | number | boolean] => {
    const [, name = "", value = ""] = /^(?:extension_(?:[0-9a-f]{32}_)?)?(\w+)=(.*)$/is.exec(each) ?? [];
    if (name === "")
      throw new SettingError("--claim and --refused take NAME=VALUE, for example --claim city=Lund.");
    const dataType = attributes.get(name);
    if (dataType === undefined && !isBuiltIn(name)) {
      throw new SettingError(`${name}: name this custom attribute with --attribute or --tenant, too.`);
    }
    if (dataType === "boolean") return [name, value.toLowerCase() === "true"];
    return [name, value];
  });
  return Object.fromEntries(claims);
}

async function tenantAttributes(directory: string) {
  const { tenant } = await openTenant(directory);
  return {
    extensionsAppId: tenant.extensionsAppId,
    attributes: tenant.customAttributes.map(({ name, dataType }) => [name, dataType] as const),
    connectors: tenant.connectors,
  };
}
