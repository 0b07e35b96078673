import type { AttributeDataType } from "@vestibule/user-flows";
import { openTenant, readAuthorities, readSecret, readText, readUrl, SettingError } from "../written.ts";
import { isBuiltIn, type Step, steps } from "./sandbox.ts";
import type { Claims, TestCredentials, TestSetting } from "./setting.ts";

export interface WrittenSetting {
  readonly url: string;
  readonly steps: readonly string[];
  readonly auth?: string;
  readonly signingKey?: string;
  readonly tenant?: string;
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
  const attributes = new Map<string, AttributeDataType>([
    ...(tenant?.attributes ?? []),
    ...written.attributes.map(readAttribute),
  ]);
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
};

function readAttribute(written: string): readonly [string, AttributeDataType] {
  const [, name, type = "string"] =
    /^(?:extension_(?:[0-9a-f]{32}_)?)?([A-Za-z]\w*)(?::(\w+))?$/i.exec(written) ?? [];
  const dataType = types[type.toLowerCase()];
  if (name === undefined || dataType === undefined) {
    throw new SettingError(
      `--attribute takes NAME or NAME:TYPE, TYPE one of ${Object.keys(types).join(", ")}.`,
    );
  }
  return [name, dataType];
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
  };
}
