import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { AttributeDataType } from "@vestibule/user-flows";
import { readTenant } from "../tenant/read-tenant.ts";
import { isBuiltIn, type Step, steps } from "./sandbox.ts";
import type { Claims, TestCredentials, TestSetting } from "./setting.ts";

/** A value of the command line that cannot be used; `message` says what would. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

export interface WrittenSetting {
  readonly url: string;
  readonly steps: readonly string[];
  readonly auth?: string;
  readonly signingKey?: string;
  readonly tenant?: string;
  readonly attributes: readonly string[];
  readonly claims: readonly string[];
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
  const authorities = environment.NODE_EXTRA_CA_CERTS;
  return {
    setting: {
      url: readUrl(written.url),
      credentials: await readCredentials(written.auth ?? "none", environment),
      ...(written.signingKey !== undefined && {
        signingKey: readSigningKey(written.signingKey, environment),
      }),
      attributes: [...attributes].map(([name, dataType]) => ({ name, dataType })),
      claims: readClaims(written.claims, attributes),
      extensionsAppId: tenant?.extensionsAppId ?? imaginedAppId,
      preset,
      certificateAuthorities: authorities ? [await readText(authorities)] : [],
    },
    steps: written.steps.length === 0 ? steps : written.steps.map(readStep),
  };
}

function readUrl(written: string): string {
  if (!URL.canParse(written) || !/^https?:$/.test(new URL(written).protocol)) {
    throw new SettingError(`${written} is no address: vestibule connector test http://localhost:4483/`);
  }
  const { protocol, hostname, username, hash } = new URL(written);
  if (username !== "" || hash !== "") {
    throw new SettingError("The address holds neither a user name nor a fragment; credentials go to --auth.");
  }
  if (protocol === "http:" && !/^(localhost|127\..*|\[::1\])$/.test(hostname)) {
    throw new SettingError(`${written} is http: so only an API on this machine is called, as by the server.`);
  }
  return written;
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

function readSecret(written: string, environment: Readonly<Record<string, string | undefined>>): string {
  const variable = /^env:(.+)$/s.exec(written)?.[1];
  const secret = variable === undefined ? written : environment[variable];
  if (secret === undefined) throw new SettingError(`The environment variable ${variable} is not set.`);
  if (secret === "") throw new SettingError("A secret is empty.");
  return secret;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new SettingError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown"}.`);
  }
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
    if (name === "") throw new SettingError("--claim takes NAME=VALUE, for example --claim city=Lund.");
    const dataType = attributes.get(name);
    if (dataType === undefined && !isBuiltIn(name)) {
      throw new SettingError(
        `--claim ${name}: name this custom attribute with --attribute or --tenant, too.`,
      );
    }
    if (dataType === "boolean") return [name, value.toLowerCase() === "true"];
    return [name, value];
  });
  return Object.fromEntries(claims);
}

async function tenantAttributes(directory: string) {
  const { tenant, diagnostics } = await readTenant(resolve(directory), { mode: "development" });
  if (!tenant) {
    const [first] = diagnostics;
    throw new SettingError(`--tenant ${directory} cannot be read${first ? `: ${first.message}` : "."}`);
  }
  return {
    extensionsAppId: tenant.extensionsAppId,
    attributes: tenant.customAttributes.map(({ name, dataType }) => [name, dataType] as const),
  };
}
