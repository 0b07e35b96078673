/** Checks of who calls. Source: "Secure APIs used for API connectors in Azure AD B2C". */

import { decodeBase64, equalBytes, equalText, isOneOf } from "./constant-time.ts";

export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * True where the `Authorization` header carries exactly these credentials. Takes the same time wherever they differ;
 * answer 401 with an empty body where it is false.
 */
export function checkBasic(header: string | null | undefined, expected: BasicCredentials): boolean {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? "")?.[1];
  const given = encoded === undefined ? undefined : decodeBase64(encoded);
  const wanted = new TextEncoder().encode(`${expected.username}:${expected.password}`);
  return equalBytes(given ?? new Uint8Array(), wanted) && given !== undefined;
}

/**
 * True where the text is one of these keys; two stand side by side while a key is renewed. Takes the same time whichever
 * it is and wherever they differ.
 *
 * @throws {TypeError} where there is no key, or an empty one that would let everybody in
 */
export function checkApiKey(given: string | null | undefined, keys: readonly string[]): boolean {
  if (keys.length === 0 || keys.includes("")) throw new TypeError("An API key must not be empty.");
  return isOneOf(given ?? "", keys);
}

/** What a TLS library says about the peer's certificate; `tls.TLSSocket.getPeerCertificate()` has this shape. */
export interface PresentedCertificate {
  /** SHA-1 in hex, with or without colons (`fingerprint` of Node). */
  readonly fingerprint?: string;
  readonly subject?: Readonly<Record<string, string | string[] | undefined>> | string;
  readonly issuer?: Readonly<Record<string, string | string[] | undefined>> | string;
  /** As Node prints it, for example `Jan  1 00:00:00 2026 GMT`; or ISO 8601. */
  readonly valid_from?: string;
  readonly valid_to?: string;
}

export interface CertificateDemand {
  /** SHA-1 thumbprints; one of them must match. Two stand side by side while a certificate is renewed. */
  readonly thumbprints?: readonly string[];
  /** Common name of the subject. */
  readonly subject?: string;
  /** Common name of the issuer. */
  readonly issuer?: string;
  /** Milliseconds since 1970; absent = now. */
  readonly now?: number;
}

/**
 * True where the certificate meets every demand that is given and is valid now. A thumbprint names one certificate; a
 * subject or issuer alone proves something only where the TLS server has verified the chain against your authority.
 *
 * @throws {TypeError} where nothing is demanded, which would let everybody in
 */
export function checkClientCertificate(
  certificate: PresentedCertificate | null | undefined,
  demand: CertificateDemand,
): boolean {
  const { thumbprints, subject, issuer, now = Date.now() } = demand;
  if (!thumbprints?.length && !subject && !issuer) {
    throw new TypeError("Demand a thumbprint, a subject or an issuer.");
  }
  // Node answers an empty object where the peer presented none.
  if (!certificate?.fingerprint) return false;
  const from = Date.parse(certificate.valid_from ?? "");
  const to = Date.parse(certificate.valid_to ?? "");
  if (!(from <= now && now <= to)) return false;
  const presented = plainThumbprint(certificate.fingerprint);
  if (thumbprints?.length && !isOneOf(presented, thumbprints.map(plainThumbprint))) return false;
  if (subject && !equalText(commonName(certificate.subject) ?? "", subject)) return false;
  return !issuer || equalText(commonName(certificate.issuer) ?? "", issuer);
}

function plainThumbprint(text: string): string {
  return text.replace(/[^0-9a-f]/gi, "").toUpperCase();
}

function commonName(name: PresentedCertificate["subject"]): string | undefined {
  if (typeof name === "string") return /(?:^|[,/\n]\s*)CN\s*=\s*([^,/\n]+)/i.exec(name)?.[1]?.trim();
  const common = name?.CN;
  return typeof common === "string" ? common : undefined;
}
