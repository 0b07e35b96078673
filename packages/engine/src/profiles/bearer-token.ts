import type { Diagnostic, TechnicalProfile } from "@vestibule/policy";
import { metadataItem } from "../claims/mapping.ts";
import type { ProfileContext, ProfileResult, ServerProfileKind } from "./profile.ts";

export interface BearerMetadata {
  readonly issuer: string;
  /** Empty = any application of the tenant. */
  readonly audiences: readonly string[];
}

/** protocol.md 14, S5. Characters. */
const largest = 16 * 1024;
/** Clocks of several nodes differ a little. Seconds. */
const skew = 300;

/** Reads the bearer token of a request to the UserInfo endpoint. Source: technical-profiles.md 16.4. */
export const bearerTokenProfile: ServerProfileKind<BearerMetadata> = {
  kind: "bearerToken",

  readMetadata(profile) {
    const issuer = metadataItem(profile.metadata, "issuer");
    if (issuer === undefined || issuer === "") return faulty(profile, "PL303", "needs the item issuer");
    const audiences = readAudiences(metadataItem(profile.metadata, "audience"));
    if (audiences === undefined)
      return faulty(profile, "PL302", 'has an audience that is no JSON array of texts, such as ["id"]');
    return { metadata: { issuer, audiences } };
  },

  async run(context): Promise<ProfileResult> {
    const token = context.presented?.bearerToken ?? "";
    if (token === "") return refused("AADB2C90240", "The request carries no bearer token.");
    if (token.length > largest) return refused("AADB2C90240", "The provided token is malformed.");
    const claims = await context.ports.tokens.verify(token);
    if (!claims) return refused("AADB2C90239", "The provided token failed signature validation.");
    const { iss, exp, nbf } = claims;
    if (typeof iss !== "string" || !isIssuer(iss, context.metadata.issuer, context.state.request.origin))
      return refused("AADB2C90238", "The provided token does not contain an accepted issuer.");
    if (!hasAudience(claims.aud, context))
      return refused("AADB2C90237", "The provided token does not contain an accepted audience.");
    const now = context.ports.clock.now() / 1000;
    if (typeof exp !== "number" || exp + skew <= now)
      return refused("AADB2C90235", "The provided token is expired.");
    if (typeof nbf !== "number" || nbf - skew > now)
      return refused("AADB2C90240", "The provided token is not yet valid.");
    return { kind: "values", values: claims };
  },
};

/**
 * As it is written. Tokens name the host by which they were asked for, and a policy that moved here still names its old
 * one: then the path decides, on the host of this request.
 */
function isIssuer(issuer: string, expected: string, origin: string): boolean {
  if (issuer === expected) return true;
  if (!URL.canParse(issuer) || !URL.canParse(expected)) return false;
  const [given, wanted] = [new URL(issuer), new URL(expected)];
  return given.origin === origin && given.pathname === wanted.pathname && given.search === wanted.search;
}

function hasAudience(audience: unknown, { metadata, ports }: ProfileContext<BearerMetadata>): boolean {
  if (typeof audience !== "string") return false;
  return metadata.audiences.length > 0
    ? metadata.audiences.includes(audience)
    : ports.tokens.isApplication(audience);
}

/** Undefined where the text is no list of texts. */
function readAudiences(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || text === "") return [];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((one) => typeof one === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}

function refused(code: string, message: string): ProfileResult {
  return { kind: "systemError", code, message };
}

function faulty(profile: TechnicalProfile, code: string, what: string): { diagnostics: Diagnostic[] } {
  const message = `Technical profile '${profile.id}', which reads bearer tokens, ${what}.`;
  return { diagnostics: [{ code, severity: "error", message, ...(profile.at && { at: profile.at }) }] };
}
