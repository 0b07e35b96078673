import { type CallSetting, callSettings } from "@vestibule/engine";
import { type JsonReading, shapes } from "@vestibule/user-flows";
import type { SecretSources } from "./secrets.ts";

const { flag, integer, listOf, maybe, object, oneOf, optional, required, text } = shapes;

const headerName = text({ pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, describe: "the name of a header" });

const signature = object({
  kind: required(oneOf("hmacSha256", "jwt")),
  key: maybe(text()),
  previousKey: maybe(text()),
});

/** Any JSON object; the engine says which of its claims can be used. */
const claims: shapes.Shape<Readonly<Record<string, unknown>>> = {
  name: "an object of claims",
  nullable: true,
  read(node, path, reading) {
    const values = shapes.plainJson(node);
    if (typeof values === "object" && values !== null && !Array.isArray(values)) {
      return values as Readonly<Record<string, unknown>>;
    }
    reading.report(reading.codes.wrongType, "error", path, "Expected an object of claims.");
    return undefined;
  },
};

function shapeOf(setting: CallSetting): shapes.Shape<number | boolean | readonly number[]> {
  switch (setting.kind) {
    case "integer":
      return integer(setting.least, setting.most, { unit: setting.unit });
    case "flag":
      return flag;
    case "statuses":
      return listOf(integer(400, 599, { unit: "as an HTTP status" }));
  }
}

/** Members of a connector that say how it is called; each is a metadata item of its technical profile. */
export const connectorSettings = {
  ...Object.fromEntries(
    Object.entries(callSettings).map(([name, setting]) => [name, maybe(shapeOf(setting))]),
  ),
  mode: maybe(oneOf("decide", "notify")),
  deliveryTries: maybe(integer(1, 100, { unit: "tries" })),
  onFailure: maybe(oneOf("block", "continue")),
  claimsOnFailure: maybe(claims),
  correlationId: maybe(flag),
  signature: maybe(signature),
  headers: optional(
    listOf(object({ name: required(headerName), value: maybe(text()), secret: maybe(text()) })),
    [],
  ),
} as const;

type Written = shapes.Members<typeof connectorSettings>;

/** What the settings become in the technical profile: items and keys by their names without `vestibule.`. */
export function readConnectorSettings(
  document: Written,
  id: string,
  reading: JsonReading,
  secrets: SecretSources,
): {
  readonly settings: Readonly<Record<string, string>>;
  readonly keys: Readonly<Record<string, string>>;
} {
  const settings: Record<string, string> = {};
  const keys: Record<string, string> = {};
  const written: Readonly<Record<string, unknown>> = document;
  for (const name of Object.keys(callSettings)) {
    const value = written[name];
    if (Array.isArray(value)) settings[name] = value.length === 0 ? "none" : value.join(" ");
    else if (value !== undefined) settings[name] = String(value);
  }
  if (document.onFailure !== undefined) settings.onFailure = document.onFailure;
  if (document.claimsOnFailure !== undefined)
    settings.claimsOnFailure = JSON.stringify(document.claimsOnFailure);
  if (document.mode !== undefined) settings.mode = document.mode;
  if (document.deliveryTries !== undefined) settings.deliveryTries = String(document.deliveryTries);
  if (document.correlationId !== undefined) settings.correlationId = String(document.correlationId);
  const secret = (value: string, suffix: string, path: string) =>
    secrets.add(`Connector_${id}_${suffix}`, value, path, reading);
  const { signature: signs } = document;
  if (signs) {
    settings.signature = signs.kind === "jwt" ? "Jwt" : "HmacSha256";
    const { key, previousKey } = signs;
    if ((signs.kind === "jwt") === (key !== undefined) || (key === undefined && previousKey !== undefined)) {
      reading.report(
        "TN055",
        "error",
        "signature",
        "'hmacSha256' signs with a 'key' of yours, 'jwt' without one.",
        {
          hint: "A 'previousKey' stands beside a 'key'.",
        },
      );
    }
    if (key !== undefined) keys.SigningKey = secret(key, "SigningKey", "signature.key");
    if (previousKey !== undefined) {
      keys.PreviousSigningKey = secret(previousKey, "PreviousSigningKey", "signature.previousKey");
    }
  }
  for (const [position, header] of document.headers.entries()) {
    const path = `headers[${position}]`;
    if ((header.value === undefined) === (header.secret === undefined)) {
      reading.report("TN054", "error", path, "A header has either a 'value' or a 'secret'.", {
        hint: "'value' is the text itself, 'secret' is 'env:NAME' or 'file:path'.",
      });
    } else if (header.value !== undefined) settings[`header.${header.name}`] = header.value;
    else if (header.secret !== undefined) {
      keys[`header.${header.name}`] = secret(header.secret, `Header_${position}`, `${path}.secret`);
    }
  }
  return { settings, keys };
}
