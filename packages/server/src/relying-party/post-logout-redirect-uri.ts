import type { Application } from "../tenant/tenant.ts";
import { ProtocolError } from "./errors.ts";
import { findRedirectUri, redirectUriProblem } from "./redirect-uri.ts";

const outOfBand = "urn:ietf:wg:oauth:2.0:oob";

/**
 * Checks where the browser may go after signing out: protocol.md 8, journeys.md 11.
 *
 * @param applications whose registered redirect URIs count
 * @param insecureAnyUri the service's own rule, an open redirector: any well-formed https or localhost address
 * @throws ProtocolError AADB2C90067 where it is malformed, AADB2C90287 where it is not registered
 */
export function checkPostLogoutRedirectUri(
  uri: string,
  applications: readonly Application[],
  insecureAnyUri: boolean,
): void {
  const isWeb = redirectUriProblem(uri, "web") === undefined;
  const isNative = !/^https?:/i.test(uri) && redirectUriProblem(uri, "native") === undefined;
  const isRegistered = applications.some((application) => findRedirectUri(application, uri) !== undefined);
  if (isRegistered) return;
  if (!isWeb && !(isNative && uri.toLowerCase() === outOfBand)) throw new ProtocolError("AADB2C90067", [uri]);
  if (!insecureAnyUri) throw new ProtocolError("AADB2C90287", [uri]);
}

/** Adds `state` to the query; what is there stays as it is. */
export function withState(uri: string, state: string | undefined): string {
  if (state === undefined) return uri;
  const joint = !uri.includes("?") ? "?" : /[?&]$/.test(uri) ? "" : "&";
  return `${uri}${joint}state=${encodeURIComponent(state)}`;
}
