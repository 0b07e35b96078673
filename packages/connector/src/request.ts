/**
 * What Vestibule (and Azure AD B2C) posts to an API connector.
 *
 * Source: "Add an API connector to a sign-up user flow" and "Enrich tokens with claims from external sources using API
 * connectors" of the Azure AD B2C documentation.
 */

import type { AttributeValue, Identity } from "./wire.ts";

/** What every step's request has. A claim without a value is absent, never null: check each before you use it. */
export interface StepRequest {
  /** Application (client) id of the application that the person signs in to. */
  readonly clientId: string | undefined;
  /** Language of the person, for example `en-US`: answer `userMessage` in it. */
  readonly uiLocales: string | undefined;
  readonly email: string | undefined;
  readonly identities: readonly Identity[];
  readonly displayName: string | undefined;
  readonly givenName: string | undefined;
  readonly surname: string | undefined;
  readonly jobTitle: string | undefined;
  readonly streetAddress: string | undefined;
  readonly city: string | undefined;
  readonly postalCode: string | undefined;
  readonly state: string | undefined;
  readonly country: string | undefined;
  /**
   * Custom attributes by their bare names: `extension_<app id>_LoyaltyNumber` is `attributes.LoyaltyNumber`. Int
   * attributes beyond ±2^53 lose digits in `JSON.parse`; keep such numbers as text. Lists and objects come only where the
   * tenant's attribute is a collection or the connector asks for JSON.
   */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** The body as it came, for what this library does not name. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** After federating with an identity provider during sign-up: answer `continueWith` or `block`. */
export interface AfterFederating extends StepRequest {
  readonly step: "PostFederationSignup";
}

/** Before creating the user: answer `continueWith`, `block` or `validationError`. */
export interface BeforeCreating extends StepRequest {
  readonly step: "PostAttributeCollection";
}

/** Before sending the token: answer `continueWith`. */
export interface BeforeToken extends StepRequest {
  readonly step: "PreTokenIssuance";
  /** The account's object id (GUID): the person exists by now. */
  readonly objectId: string | undefined;
}

export type ConnectorRequest = AfterFederating | BeforeCreating | BeforeToken;

export interface ParseOptions {
  /**
   * Application id of `b2c-extensions-app`, with or without hyphens. Given, custom attributes of other directories are
   * left out of `attributes`; absent, every 32-digit id is accepted.
   */
  readonly extensionsAppId?: string;
}

/** The body is not a connector's request. `message` says what is wrong and holds none of the body's values. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}

/**
 * Reads a request's body, as text or already parsed, into the step that it belongs to. Tolerates what one of the two
 * documentation articles shows instead (`PreTokenApplicationClaims`, `clientId`).
 *
 * @throws {RequestError} where the body is not a JSON object or names no known step
 *
 * @example
 * const request = parseRequest(body);
 * if (request.step === "PostAttributeCollection" && !request.attributes.LoyaltyNumber) return validationError("…");
 */
export function parseRequest(body: unknown, options: ParseOptions = {}): ConnectorRequest {
  const raw = parseObject(body);
  const text = (name: string) => {
    const value = own(raw, name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const common: StepRequest = {
    clientId: text("client_id") ?? text("clientId"),
    uiLocales: text("ui_locales"),
    email: text("email"),
    identities: readIdentities(own(raw, "identities")),
    displayName: text("displayName"),
    givenName: text("givenName"),
    surname: text("surname"),
    jobTitle: text("jobTitle"),
    streetAddress: text("streetAddress"),
    city: text("city"),
    postalCode: text("postalCode"),
    state: text("state"),
    country: text("country"),
    attributes: readAttributes(raw, options.extensionsAppId),
    raw,
  };
  const step = text("step");
  switch (step) {
    case "PostFederationSignup":
    case "PostAttributeCollection":
      return { step, ...common };
    case "PreTokenIssuance":
    case "PreTokenApplicationClaims":
      return { step: "PreTokenIssuance", objectId: text("objectId"), ...common };
    default:
      throw new RequestError(
        step === undefined
          ? "The body has no step."
          : "The body's step is none of PostFederationSignup, PostAttributeCollection and PreTokenIssuance.",
      );
  }
}

function parseObject(body: unknown): Readonly<Record<string, unknown>> {
  let value = body;
  if (typeof body === "string") {
    try {
      value = JSON.parse(body);
    } catch {
      throw new RequestError("The body is not JSON.");
    }
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RequestError("The body is not a JSON object.");
  }
  return value as Readonly<Record<string, unknown>>;
}

function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function readIdentities(value: unknown): readonly Identity[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry !== "object" || entry === null) return [];
    const { signInType, issuer, issuerAssignedId } = entry as Record<string, unknown>;
    return typeof signInType === "string" &&
      typeof issuer === "string" &&
      typeof issuerAssignedId === "string"
      ? [{ signInType, issuer, issuerAssignedId }]
      : [];
  });
}

function readAttributes(
  raw: Readonly<Record<string, unknown>>,
  extensionsAppId: string | undefined,
): Readonly<Record<string, AttributeValue>> {
  const appId = extensionsAppId?.replace(/-/g, "").toLowerCase();
  const attributes: [string, AttributeValue][] = [];
  for (const [key, value] of Object.entries(raw)) {
    const match = /^extension_(?:([0-9a-f]{32})_)?(.+)$/i.exec(key);
    const name = match?.[2];
    if (!name || (appId && match[1] && match[1].toLowerCase() !== appId)) continue;
    if (value !== null && value !== undefined) attributes.push([name, value as AttributeValue]);
  }
  return Object.fromEntries(attributes);
}
