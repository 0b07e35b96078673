import {
  type BasicCredentials,
  type CertificateDemand,
  checkApiKey,
  checkBasic,
  checkClientCertificate,
} from "./authentication.ts";
import type { IncomingCall } from "./call.ts";

/** Says whether this call comes from whom it should. A connector answers 401 where it is false. */
export type CallerCheck = (call: IncomingCall) => boolean | Promise<boolean>;

/** The `Authorization` header carries these credentials; several pairs stand side by side while they are renewed. */
export function basic(...credentials: readonly BasicCredentials[]): CallerCheck {
  if (credentials.length === 0) throw new TypeError("Name the credentials.");
  for (const { username, password } of credentials) {
    if (username === "" || password === "")
      throw new TypeError("Neither user name nor password may be empty.");
  }
  return (call) => {
    // Every pair is compared, so that the time does not tell which one it was.
    const found = credentials.map((each) => checkBasic(call.header("authorization"), each));
    return found.includes(true);
  };
}

/** A header, such as `x-functions-key`, holds one of these keys. */
export function apiKey(header: string, keys: readonly string[]): CallerCheck {
  checkApiKey("", keys);
  return (call) => checkApiKey(call.header(header), keys);
}

/** A parameter of the address, such as `code`, holds one of these keys. */
export function queryKey(parameter: string, keys: readonly string[]): CallerCheck {
  checkApiKey("", keys);
  return (call) => checkApiKey(new URL(call.url, "http://localhost").searchParams.get(parameter), keys);
}

/**
 * The TLS peer presented this certificate. A demand without thumbprints is met only where whoever ended TLS verified
 * the chain: anybody can make a certificate with your subject.
 */
export function clientCertificate(demand: CertificateDemand): CallerCheck {
  const { thumbprints = [], subject, issuer } = demand;
  if (thumbprints.length === 0 && !subject && !issuer) {
    throw new TypeError("Demand a thumbprint, a subject or an issuer.");
  }
  return (call) =>
    (thumbprints.length > 0 || call.chainVerified === true) &&
    checkClientCertificate(call.certificate, demand);
}

/** Lets everybody in: for development, and behind a gateway that has checked the caller already. */
export const insecureAllowAnybody: CallerCheck = () => true;
