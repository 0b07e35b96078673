import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { StoredCertificate } from "@vestibule/engine";
import forge from "node-forge";
import { KeyError } from "./key-errors.ts";

/** A certificate with its private key, not yet stored. */
export type OpenedCertificate = Omit<StoredCertificate, "uploaded">;

/**
 * Opens PKCS#12 (`.pfx`, `.p12`, also as base64 text) or PEM. A PEM text may hold several certificates with their keys,
 * as during a renewal, and intermediate certificates. Throws `KeyError` for a wrong password (AADB2C95025), a
 * certificate without private key (AADB2C90178) and what cannot be read (AADB2C90179).
 */
export function openCertificates(content: Buffer, password = ""): readonly OpenedCertificate[] {
  const text = content.toString("latin1");
  if (text.includes("-----BEGIN ")) return fromPem(text, password);
  // A PKCS#12 file is a DER sequence; anything else may be its base64.
  if (content[0] === 0x30) return fromPkcs12(content, password);
  if (/^[A-Za-z0-9+/=\s]+$/.test(text)) return fromPkcs12(Buffer.from(text, "base64"), password);
  throw unreadable();
}

function fromPkcs12(der: Buffer, password: string): readonly OpenedCertificate[] {
  let store: forge.pkcs12.Pkcs12Pfx;
  try {
    const structure = forge.asn1.fromDer(forge.util.createBuffer(der.toString("binary")));
    store = forge.pkcs12.pkcs12FromAsn1(structure, false, password);
  } catch (error) {
    throw /password|mac/i.test(String(error)) ? wrongPassword() : unreadable();
  }
  const certificates = bags(store, forge.pki.oids.certBag).map((bag) =>
    readCertificate(derOf(bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1)),
  );
  const keys = [
    ...bags(store, forge.pki.oids.pkcs8ShroudedKeyBag),
    ...bags(store, forge.pki.oids.keyBag),
  ].map((bag) =>
    // Keys that forge does not know (elliptic curves) come as they are.
    bag.key
      ? readKey(forge.pki.privateKeyToPem(bag.key))
      : createPrivateKey({ key: derOf(bag.asn1), format: "der", type: "pkcs8" }),
  );
  return pair(certificates, keys);
}

function bags(store: forge.pkcs12.Pkcs12Pfx, bagType: string | undefined): readonly forge.pkcs12.Bag[] {
  return bagType === undefined ? [] : (store.getBags({ bagType })[bagType] ?? []);
}

function derOf(structure: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(structure).getBytes(), "binary");
}

function fromPem(text: string, password: string): readonly OpenedCertificate[] {
  const blocks = text.match(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g) ?? [];
  const certificates = blocks
    .filter((block) => block.startsWith("-----BEGIN CERTIFICATE"))
    .map(readCertificate);
  const keys = blocks
    .filter((block) => /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(block))
    .map((block) => readKey(block, password));
  return pair(certificates, keys);
}

/** Each key with its certificate; certificates without a key are taken for intermediates and follow each leaf. */
function pair(
  certificates: readonly X509Certificate[],
  keys: readonly KeyObject[],
): readonly OpenedCertificate[] {
  const [first] = certificates;
  if (first === undefined) throw unreadable();
  const leafOf = (key: KeyObject) => certificates.find((certificate) => certificate.checkPrivateKey(key));
  const leaves = new Set(keys.map(leafOf));
  const chain = certificates.filter((certificate) => !leaves.has(certificate));
  const opened = keys.flatMap((key): readonly OpenedCertificate[] => {
    const leaf = leafOf(key);
    if (leaf === undefined) return [];
    return [
      {
        certificate: [leaf, ...chain].map((one) => one.toString()).join(""),
        privateKey: key.export({ type: "pkcs8", format: "pem" }).toString(),
        notBefore: Math.floor(leaf.validFromDate.getTime() / 1000),
        notAfter: Math.floor(leaf.validToDate.getTime() / 1000),
        thumbprint: leaf.fingerprint.replaceAll(":", ""),
      },
    ];
  });
  if (opened.length === 0) {
    throw new KeyError("AADB2C90178", `The certificate '${first.subject}' has no private key.`);
  }
  return opened;
}

function readCertificate(content: string | Buffer): X509Certificate {
  try {
    return new X509Certificate(content);
  } catch {
    throw unreadable();
  }
}

function readKey(pem: string, password = ""): KeyObject {
  const encrypted = pem.includes("ENCRYPTED");
  try {
    return createPrivateKey(encrypted ? { key: pem, passphrase: password } : pem);
  } catch {
    throw encrypted ? wrongPassword() : unreadable();
  }
}

function wrongPassword(): KeyError {
  return new KeyError("AADB2C95025", "The presented password for the uploaded certificate is wrong.");
}

function unreadable(): KeyError {
  return new KeyError(
    "AADB2C90179",
    "The uploaded certificate cannot be read: it is neither PKCS#12 nor PEM.",
  );
}
