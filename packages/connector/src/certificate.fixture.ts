import forge from "node-forge";

/** A self-signed certificate with its key, as PEM; the thumbprint is SHA-1 in hex. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly thumbprint: string;
}

function selfSigned(subject: string): TestCertificate {
  const keys = forge.pki.rsa.generateKeyPair(2048);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = keys.publicKey;
  certificate.serialNumber = "01";
  certificate.validity.notBefore = new Date(Date.now() - 60_000);
  certificate.validity.notAfter = new Date(Date.now() + 3_600_000);
  const name = [
    { name: "organizationName", value: "Contoso" },
    { name: "commonName", value: subject },
  ];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.sign(keys.privateKey, forge.md.sha256.create());
  const der = forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes();
  return {
    certificate: forge.pki.certificateToPem(certificate),
    key: forge.pki.privateKeyToPem(keys.privateKey),
    thumbprint: forge.md.sha1.create().update(der).digest().toHex(),
  };
}

export const certificates = {
  server: selfSigned("localhost"),
  client: selfSigned("vestibule.contoso.example"),
} as const;
