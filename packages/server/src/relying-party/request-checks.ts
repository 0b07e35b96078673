import type { RelyingPartyRequest } from "@vestibule/engine";
import type { Application } from "../tenant/tenant.ts";
import { ProtocolError } from "./errors.ts";
import type { Parameters } from "./parameters.ts";
import type { RequestedScope } from "./scope.ts";

type ResponseType = RelyingPartyRequest["responseType"];
type ResponseMode = RelyingPartyRequest["responseMode"];

const responseTypes = ["code", "id_token", "token"] as const;
const responseModes = ["query", "fragment", "form_post"] as const;

/** Tokens never travel in a query: protocol.md 3.3. */
const defaultMode = (types: ResponseType): ResponseMode =>
  types.includes("id_token") || types.includes("token") ? "fragment" : "query";

/** @throws ProtocolError AADB2C90014 */
export function readResponseMode(parameters: Parameters): ResponseMode {
  const standard = defaultMode(knownTypes(parameters.get("response_type")));
  const requested = parameters.get("response_mode");
  if (requested === undefined) return standard;
  const mode = responseModes.find((known) => known === requested.toLowerCase());
  if (!mode || (mode === "query" && standard === "fragment"))
    throw new ProtocolError("AADB2C90014", [requested]);
  return mode;
}

/** How an error goes out while the mode itself may be the error: protocol.md 3.2. */
export function safeResponseMode(parameters: Parameters): ResponseMode {
  try {
    return readResponseMode(parameters);
  } catch {
    return defaultMode(knownTypes(parameters.get("response_type")));
  }
}

/**
 * A set in any order; what comes out stands in one order.
 *
 * @throws ProtocolError AADB2C90013, 90083
 */
export function readResponseType(parameters: Parameters): ResponseType {
  const requested = parameters.require("response_type");
  const known = knownTypes(requested);
  const words = requested.split(" ").filter((word) => word !== "");
  if (known.length === 0 || words.length !== known.length)
    throw new ProtocolError("AADB2C90013", [requested]);
  return known;
}

function knownTypes(requested: string | undefined): ResponseType {
  const words = new Set((requested ?? "").toLowerCase().split(" "));
  return responseTypes.filter((type) => words.has(type));
}

/** @throws ProtocolError AADB2C90057 */
export function checkImplicitPermission(application: Application, types: ResponseType): void {
  if (defaultMode(types) === "fragment" && !application.allowImplicit) throw new ProtocolError("AADB2C90057");
}

/**
 * Checks that the scope fits what is asked for: protocol.md 3.3 and 5.
 *
 * @throws ProtocolError AADB2C90055, 90110, 90115
 */
export function checkScope(
  types: ResponseType,
  requested: RequestedScope,
  alwaysIssueAccessToken: boolean,
): void {
  const hasResource = requested.resource !== undefined || alwaysIssueAccessToken;
  if (types.includes("id_token") && !requested.openid) throw new ProtocolError("AADB2C90110");
  if (types.includes("token") && !hasResource) throw new ProtocolError("AADB2C90055", ["openid"]);
  if (types.includes("code") && !requested.openid && !hasResource) throw new ProtocolError("AADB2C90115");
}

/** @throws ProtocolError AADB2C90083 */
export function readNonce(parameters: Parameters, types: ResponseType): string | undefined {
  return types.includes("id_token") ? parameters.require("nonce") : parameters.get("nonce");
}

const prompts = ["login", "none", "select_account", "consent"] as const;

/** @throws ProtocolError AADB2C90043 */
export function readPrompt(parameters: Parameters): RelyingPartyRequest["prompt"] {
  const requested = parameters.get("prompt");
  if (requested === undefined) return undefined;
  const prompt = prompts.find((known) => known === requested.toLowerCase());
  if (!prompt) throw new ProtocolError("AADB2C90043");
  return prompt;
}

const greatestMaxAge = 2_147_483_647;

/** @throws ProtocolError AADB2C90120 */
export function readMaxAge(parameters: Parameters): number | undefined {
  const requested = parameters.get("max_age");
  if (requested === undefined) return undefined;
  const maxAge = /^[0-9]{1,10}$/.test(requested) ? Number(requested) : Number.NaN;
  if (!(maxAge <= greatestMaxAge)) {
    throw new ProtocolError("AADB2C90120", [requested, "0", String(greatestMaxAge)]);
  }
  return maxAge;
}
