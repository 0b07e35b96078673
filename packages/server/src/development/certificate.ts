import { generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import forge from "node-forge";
import type { TlsMaterial } from "../hosting/listeners.ts";

const day = 24 * 60 * 60 * 1000;

/** Names that the authority may vouch for, and no others: a stolen key of it is worthless outside this machine. */
const permittedNames = ["localhost"];
const permittedAddresses = [
  { address: "127.0.0.1", bytes: "\x7f\x00\x00\x01", mask: "\xff\xff\xff\xff" },
  { address: "::1", bytes: `${"\x00".repeat(15)}\x01`, mask: "\xff".repeat(16) },
];

/** A certificate authority for this machine, valid ten years. `owner` tells people's authorities apart in a list. */
export async function makeAuthority(owner: string, now: number): Promise<TlsMaterial> {
  const keys = await rsaKeys();
  const certificate = unsigned(keys.publicKey, now, now + 3650 * day);
  const name = [
    { name: "commonName", value: `Vestibule development (${owner})` },
    { name: "organizationName", value: "Vestibule local certificate authority" },
  ];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
    { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    { name: "subjectKeyIdentifier" },
    { id: "2.5.29.30", critical: true, value: nameConstraints() },
  ]);
  certificate.sign(keys.privateKey, forge.md.sha256.create());
  return { certificate: forge.pki.certificateToPem(certificate), privateKey: keys.privateKeyPem };
}

/** A certificate for `localhost`, `127.0.0.1` and `::1`. `days` is at most 397: browsers refuse longer ones. */
export async function issueForThisMachine(
  authority: TlsMaterial,
  now: number,
  days: number,
): Promise<TlsMaterial> {
  const issuer = forge.pki.certificateFromPem(authority.certificate);
  const keys = await rsaKeys();
  const certificate = unsigned(keys.publicKey, now, now + Math.min(days, 397) * day);
  certificate.setSubject([{ name: "commonName", value: "localhost" }]);
  certificate.setIssuer(issuer.subject.attributes);
  certificate.setExtensions([
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectKeyIdentifier" },
    {
      name: "authorityKeyIdentifier",
      keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes(),
    },
    {
      name: "subjectAltName",
      altNames: [
        ...permittedNames.map((value) => ({ type: 2, value })),
        ...permittedAddresses.map(({ address }) => ({ type: 7, ip: address })),
      ],
    },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(authority.privateKey), forge.md.sha256.create());
  return { certificate: forge.pki.certificateToPem(certificate), privateKey: keys.privateKeyPem };
}

async function rsaKeys() {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  return {
    publicKey: forge.pki.publicKeyFromPem(publicKey),
    privateKey: forge.pki.privateKeyFromPem(privateKey),
    privateKeyPem: privateKey,
  };
}

function unsigned(publicKey: forge.pki.PublicKey, from: number, to: number): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = publicKey;
  // RFC 5280 4.1.2.2: positive, so the first bit is clear; not zero.
  certificate.serialNumber = `1${randomBytes(15).toString("hex")}`.padStart(32, "0");
  // An hour of slack: the clock of a virtual machine may have been set back since.
  certificate.validity.notBefore = new Date(from - 60 * 60 * 1000);
  certificate.validity.notAfter = new Date(to);
  return certificate;
}

/** RFC 5280 4.2.1.10: `permittedSubtrees` of one host name and two addresses with full masks. */
function nameConstraints(): forge.asn1.Asn1 {
  const { asn1 } = forge;
  const subtree = (type: number, value: string) =>
    asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, [
      asn1.create(asn1.Class.CONTEXT_SPECIFIC, type, false, value),
    ]);
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, [
    asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [
      ...permittedNames.map((name) => subtree(2, name)),
      ...permittedAddresses.map(({ bytes, mask }) => subtree(7, bytes + mask)),
    ]),
  ]);
}
