/** Checks of who calls. Source: "Secure APIs used for API connectors in Azure AD B2C". */

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
  return equalInConstantTime(given ?? new Uint8Array(), wanted) && given !== undefined;
}

/** What a TLS library says about the peer's certificate; `tls.TLSSocket.getPeerCertificate()` has this shape. */
export interface PresentedCertificate {
  /** SHA-1 in hex, with or without colons (`fingerprint` of Node). */
  readonly fingerprint?: string;
  readonly subject?: Readonly<Record<string, string | string[] | undefined>> | string;
  readonly issuer?: Readonly<Record<string, string | string[] | undefined>> | string;
  /** As Node prints it, for example `Jan  1 00:00:00 2026 GMT`. */
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
  if (thumbprints?.length && !thumbprints.some((one) => sameText(plainThumbprint(one), presented)))
    return false;
  if (subject && commonName(certificate.subject) !== subject) return false;
  return !issuer || commonName(certificate.issuer) === issuer;
}

function plainThumbprint(text: string): string {
  return text.replace(/[^0-9a-f]/gi, "").toUpperCase();
}

function commonName(name: PresentedCertificate["subject"]): string | undefined {
  if (typeof name === "string") return /(?:^|[,/\n]\s*)CN\s*=\s*([^,/\n]+)/i.exec(name)?.[1]?.trim();
  const common = name?.CN;
  return typeof common === "string" ? common : undefined;
}

function sameText(a: string, b: string): boolean {
  const encoder = new TextEncoder();
  return equalInConstantTime(encoder.encode(a), encoder.encode(b));
}

/** Works without Node's `crypto`, so that the library runs on every JavaScript platform. */
function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
