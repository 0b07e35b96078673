import { type Diagnostic, nearestName } from "@vestibule/policy";
import { callSettings } from "./call-settings.ts";
import { type MetadataReader, ownPrefix } from "./metadata-reader.ts";
import { presetNames } from "./presets.ts";
import { headerPrefix } from "./trust.ts";

/** A metadata item of our own, for reference documentation. */
export interface OwnItem {
  readonly key: string;
  /** What it takes. */
  readonly values: string;
  readonly describe: string;
  /** The compiler of user flows sets it; custom policies have no use for it. */
  readonly compiled?: true;
}

const item = (name: string, values: string, describe: string): OwnItem => ({
  key: ownPrefix + name,
  values,
  describe,
});
const compiled = (name: string, values: string, describe: string): OwnItem => ({
  ...item(name, values, describe),
  compiled: true,
});
const flag = "`true`, `false`";
const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");

/** Every `vestibule.` item of a RESTful technical profile. Another name with the prefix is a mistake. */
export const ownItems: readonly OwnItem[] = [
  item("preset", list(presetNames), "The numbers that the items below change."),
  ...Object.entries(callSettings).map(([name, setting]) =>
    item(
      name,
      setting.kind === "integer"
        ? `${setting.least} to ${setting.most} ${setting.unit}`
        : setting.kind === "flag"
          ? flag
          : "statuses from 400 to 599 with blanks or commas between them, or `none`",
      setting.describe,
    ),
  ),
  item(
    "onFailure",
    list(["block", "continue"]),
    "What becomes of the journey where the API fails: it stops, or it goes on.",
  ),
  item(
    "claimsOnFailure",
    "a JSON object",
    "Beside `continue`: claims as the API would return them, for when it fails.",
  ),
  item(
    "mode",
    list(["decide", "notify"]),
    "`notify`: nobody waits for the API. It is told later, until it answers with 2xx; the rest of its answer does not matter.",
  ),
  item(
    "deliveryTries",
    "1 to 100 tries",
    "How often a notification is tried before it is given up; 20 where it is not set.",
  ),
  item(
    "signature",
    list(["None", "HmacSha256", "Jwt"]),
    "How requests are signed: with the key `vestibule.SigningKey` (and `vestibule.PreviousSigningKey`), or with the tenant's token-signing key.",
  ),
  item("correlationId", flag, "Whether `X-Correlation-Id` is sent."),
  item(
    "header.NAME",
    "visible ASCII",
    "A further header. A secret one is a cryptographic key with this id instead.",
  ),
  item(
    "tokenEndpoint",
    "an https address",
    "With `Bearer`: fetches the token by OAuth 2.0 client credentials, with the key `vestibule.ClientSecret`.",
  ),
  item("clientId", "text", "Client id at the token endpoint."),
  item("scope", "text", "Scope at the token endpoint."),
  item(
    "clientAuthentication",
    list(["basic", "post"]),
    "How client id and secret are sent to the token endpoint.",
  ),
  item(
    "requestTemplate",
    "a JSON object",
    "The request's body, nested as the API wants it: `\"{claim}\"` is an input claim's JSON value, and left out where it has none.",
  ),
  item(
    "jsonClaims",
    "input claims",
    "Text claims that hold a JSON object or list, and are sent as JSON instead of text. In a connector they take lists and objects from the answer, too.",
  ),
  compiled("connectorStep", "a step", "Makes the profile an API connector."),
  compiled("connectorId", "text", "The connector's id."),
  compiled("strictAnswers", flag, "`settings.strictConnectorAnswers` of the tenant."),
  compiled("enforceBlock", flag, "`settings.enforceBlockAtTokenStep` of the tenant."),
  compiled("sendLocalIdentities", flag, "`settings.sendLocalIdentitiesAtSignup` of the tenant."),
];

const known = new Map(ownItems.map(({ key }) => [key.toLowerCase(), key]));

/** A misspelt item would be ignored in silence. */
export function unknownOwnItems(reader: MetadataReader): readonly Diagnostic[] {
  return reader
    .ownItems()
    .filter((key) => !known.has(key.toLowerCase()) && !key.toLowerCase().startsWith(headerPrefix))
    .map((key) => {
      const near = nearestName(key, known.values());
      return reader.problem(
        "PL302",
        `metadata item '${key}' does not exist.`,
        near && `Did you mean '${near}'?`,
      );
    });
}
