import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import forge from "node-forge";

/** Password of every PKCS#12 file here. */
export const filePassword = "secret";

/** Made by OpenSSL 3 (AES-256-CBC, PBKDF2 and MAC with SHA-256), an elliptic-curve key; valid for a hundred years. */
export const curvePkcs12 = Buffer.from(
  [
    "MIIEHAIBAzCCA9IGCSqGSIb3DQEHAaCCA8MEggO/MIIDuzCCAnIGCSqGSIb3DQEHBqCCAmMwggJfAgEAMIICWAYJKoZIhvcN",
    "AQcBMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgyy94Y4MfRZwICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQME",
    "ASoEEHRvor+2RJBqIgpbPHJ7aA6AggHwOepgs4xEwDiyC5d8du88X5V/DgOoX8RfvqTqeWwp6dbLUH97uWy3reBYcHLI/RlQ",
    "CEZZhqOwYG5AO8nXKl4EyigEnmCNgGHO5e3YyUz0XVAemzkoP2QJ1E5MBIFqZEf1s0c294XSn+HlSdGqWryif1+fTs570DMd",
    "JHL/tAJLgNCk6EjgltxMvfvStJ5ztbfkSwbMY1ynfv9fcp34kgrprPNWuckNIf7n+gWpHrMOAOVRHEQIADHJS9FumvJ8Hj+w",
    "ZN17Km5rjZfcfY7P3Ppnj9z0yJ3cCSLo4DwGzTzOD31BNTyRBr6MqEPnsqAKMzc4zGpTehHIvV7AmCE+2pE6ZzDSY0pwyzdI",
    "P5LcmHJYu5uyTZgfFsA8mhxJwfSZd+0afTfpA87rR5NHUMpJEdLT/ed7RBR7vfEq4y/2E0/MChWtvm0c2Oq6VY9dA7ra5Qnu",
    "lCaXRvUqqTNKTdAsHr9eZmvDR1DDtOunfA+AlrWnYMJ+DytrbqQJnAaWJyr19E8Kf31L+KrjTasZx2bjE3YO3boSzVsHXvRs",
    "ZDQHivos5n7LrE7ahMEVzRtFMyxVtzgjxoJBs4oJZMokbNpapoJYaRjOPjQZc8re+uM/n+hEM2PcWrzEZqjjqisPHhmIsNek",
    "0TcrmAGtJil2h5WxzXOAvjCCAUEGCSqGSIb3DQEHAaCCATIEggEuMIIBKjCCASYGCyqGSIb3DQEMCgECoIHvMIHsMFcGCSqG",
    "SIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhMbXMKIFYUuAICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEHs1+oaF",
    "v1GcPoc84wgb/UEEgZBdcbIRU9Mv95c4OOvQ1Q2BUjVRCAh8YqakH0k+EGwvN9q7cB8vj9SZU1+BmkRU3oJfM0bifXPts41B",
    "zp8PmlUu2ifOV6Pq3CbyVRn690vZ4VrIj2dNvbHbii5qCPgn/Pw9SJhFr1sNK+lZRJ74fiI+HZ/m/IyIKH+0GiP8sQa1sQ5F",
    "LuutQq3AK3D3RGL0MTExJTAjBgkqhkiG9w0BCRUxFgQUS6hbUKoBFPEvryGuTKomNzNm3v0wQTAxMA0GCWCGSAFlAwQCAQUA",
    "BCBrN2WzQ18m/IcKo64NMN6UWOkNxk8KHz6XDYrwK2WgpgQIaq8U2TayXSICAggA",
  ].join(""),
  "base64",
);

export interface CertificateFiles {
  readonly certificate: string;
  readonly privateKey: string;
  readonly pkcs12: Buffer;
  readonly pkcs12WithoutPassword: Buffer;
  readonly pkcs12WithoutKey: Buffer;
}

/** A self-signed RSA certificate, valid for 30 days from now, in the forms in which operators upload it. */
export function makeCertificate(name: string): CertificateFiles {
  const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    type: "pkcs1",
    format: "pem",
  });
  const key = forge.pki.privateKeyFromPem(privateKey.toString());
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = "01";
  certificate.validity.notBefore = new Date(Date.now() - 60_000);
  certificate.validity.notAfter = new Date(certificate.validity.notBefore.getTime() + 30 * 86_400_000);
  const subject = [{ name: "commonName", value: `${name}.example` }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.sign(key, forge.md.sha256.create());
  const pkcs12 = (password: string, withKey: forge.pki.rsa.PrivateKey | null) =>
    Buffer.from(
      forge.asn1
        .toDer(
          forge.pkcs12.toPkcs12Asn1(withKey as forge.pki.rsa.PrivateKey, [certificate], password, {
            algorithm: "aes256",
          }),
        )
        .getBytes(),
      "binary",
    );
  return {
    certificate: forge.pki.certificateToPem(certificate),
    privateKey: createPrivateKey(privateKey).export({ type: "pkcs8", format: "pem" }).toString(),
    pkcs12: pkcs12(filePassword, key),
    pkcs12WithoutPassword: pkcs12("", key),
    pkcs12WithoutKey: pkcs12(filePassword, null),
  };
}
