import type { PresentedCertificate } from "./authentication.ts";
import { decodeBase64 } from "./constant-time.ts";

/*
 * Hosts that end TLS before your code hand the client certificate over as text: Azure App Service and Functions in the
 * header `X-ARR-ClientCert`, Amazon API Gateway in the event. Names and dates are read from its DER form (X.690); the
 * signature is not: only a thumbprint, or a host that verified the chain, proves anything.
 */

/**
 * Reads a certificate from PEM or base64 DER; undefined where the text holds none. Never take it from a header that a
 * caller can set: the host must remove such a header from what comes in.
 */
export async function readCertificate(
  text: string | null | undefined,
): Promise<PresentedCertificate | undefined> {
  const base64 = (text ?? "").replace(/-----(BEGIN|END) CERTIFICATE-----/g, "").replace(/\s+/g, "");
  const der = base64 === "" ? undefined : decodeBase64(base64);
  if (!der) return undefined;
  try {
    const { issuer, subject, validFrom, validTo } = readDer(der);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", der));
    const fingerprint = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return {
      fingerprint: fingerprint.toUpperCase(),
      subject: { CN: subject },
      issuer: { CN: issuer },
      valid_from: validFrom,
      valid_to: validTo,
    };
  } catch {
    return undefined;
  }
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Index behind it, in what it was read from. */
  readonly end: number;
}

const sequence = 0x30;
const version = 0xa0;
const utcTime = 0x17;
const objectIdentifier = 0x06;
const commonNameId = "85,4,3";

/** Certificate → tbsCertificate: version, serial number, algorithm, issuer, validity, subject (RFC 5280 section 4.1). */
function readDer(der: Uint8Array) {
  const [certificate] = children({ tag: sequence, content: der, end: der.length });
  const [toBeSigned] = children(expect(certificate, sequence));
  const all = children(expect(toBeSigned, sequence));
  const fields = all[0]?.tag === version ? all.slice(1) : all;
  const [, , issuer, validity, subject] = fields;
  const [from, to] = children(expect(validity, sequence));
  return {
    issuer: commonName(expect(issuer, sequence)),
    subject: commonName(expect(subject, sequence)),
    validFrom: time(from),
    validTo: time(to),
  };
}

function expect(element: Element | undefined, tag: number): Element {
  if (element?.tag !== tag) throw new TypeError("not a certificate");
  return element;
}

function children({ content }: Element): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < content.length; ) {
    const element = readElement(content, at);
    found.push(element);
    at = element.end;
  }
  return found;
}

function readElement(bytes: Uint8Array, at: number): Element {
  const tag = bytes[at] ?? 0;
  const first = bytes[at + 1] ?? 0;
  let begin = at + 2;
  let length = first;
  if (first >= 0x80) {
    const digits = first - 0x80;
    if (digits === 0 || digits > 3) throw new TypeError("not a certificate");
    length = 0;
    for (const digit of bytes.subarray(begin, begin + digits)) length = length * 256 + digit;
    begin += digits;
  }
  const end = begin + length;
  if (end > bytes.length) throw new TypeError("not a certificate");
  return { tag, content: bytes.subarray(begin, end), end };
}

/** The last common name of a distinguished name: the most specific one. */
function commonName(name: Element): string {
  let found = "";
  for (const set of children(name)) {
    for (const pair of children(set)) {
      const [id, value] = children(pair);
      if (id?.tag !== objectIdentifier || id.content.join(",") !== commonNameId || !value) continue;
      found = new TextDecoder(value.tag === 0x1e ? "utf-16be" : "utf-8").decode(value.content);
    }
  }
  return found;
}

/** UTCTime or GeneralizedTime, always in Zulu (RFC 5280 section 4.1.2.5), as ISO 8601. */
function time(element: Element | undefined): string {
  const text = new TextDecoder().decode(element?.content);
  const digits = element?.tag === utcTime ? `${Number(text.slice(0, 2)) < 50 ? "20" : "19"}${text}` : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  if (!parts) throw new TypeError("not a certificate");
  const [, year, month, day, hour, minute, second] = parts;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}
