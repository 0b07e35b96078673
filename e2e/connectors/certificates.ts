import { generateKeyPairSync } from "node:crypto";
import forge from "node-forge";

const day = 86_400_000;

export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of this test run, and what it vouches for. */
export interface Authority {
  readonly cert: string;
  issue(name: string, days?: { readonly from: number; readonly to: number }): PemPair;
}

export function createAuthority(): Authority {
  const authorityKeys = keyPair();
  const leafKeys = keyPair();
  const make = (
    subject: string,
    publicKey: forge.pki.rsa.PublicKey,
    from: number,
    to: number,
    isAuthority: boolean,
  ) => {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = publicKey;
    certificate.serialNumber = `01${Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0")}`;
    certificate.validity.notBefore = new Date(Date.now() + from * day);
    certificate.validity.notAfter = new Date(Date.now() + to * day);
    certificate.setSubject([{ name: "commonName", value: subject }]);
    certificate.setIssuer([{ name: "commonName", value: "Authority of the test" }]);
    certificate.setExtensions([
      { name: "basicConstraints", cA: isAuthority },
      ...(isAuthority ? [] : [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }]),
    ]);
    certificate.sign(authorityKeys.privateKey, forge.md.sha256.create());
    return forge.pki.certificateToPem(certificate);
  };
  return {
    cert: make("Authority of the test", authorityKeys.publicKey, -1, 1, true),
    issue: (name, days = { from: -1, to: 1 }) => ({
      cert: make(name, leafKeys.publicKey, days.from, days.to, false),
      key: forge.pki.privateKeyToPem(leafKeys.privateKey),
    }),
  };
}

function keyPair(): forge.pki.rsa.KeyPair {
  const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    type: "pkcs1",
    format: "pem",
  });
  const privateKey = forge.pki.privateKeyFromPem(pem.toString());
  return { privateKey, publicKey: forge.pki.setRsaPublicKey(privateKey.n, privateKey.e) };
}
