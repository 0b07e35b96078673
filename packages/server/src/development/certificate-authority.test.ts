import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import forge from "node-forge";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listen } from "../hosting/listeners.ts";
import { readPair } from "./authority-files.ts";
import { localCertificate } from "./certificate-authority.ts";
import { trustInstructions } from "./trust.ts";

const now = Date.now();
const day = 24 * 60 * 60 * 1000;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vestibule-authority-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("the local certificate authority", () => {
  it("makes a chain that a client which trusts only this authority accepts for localhost and 127.0.0.1", async () => {
    const { tls, authorityFile } = await localCertificate(folder, now);
    const root = (await readPair(join(folder, "root")))?.certificate ?? "";
    const listener = await listen({ handle: (_, response) => response.end("hello"), port: 0, tls });
    try {
      expect(await handshake(listener.port, root, "localhost")).toBe("authorized");
      expect(await handshake(listener.port, root, "127.0.0.1")).toBe("authorized");
      expect(await handshake(listener.port, root, "example.com")).toMatch(/does not match certificate/);
      expect(authorityFile).toBe(join(folder, "root", "certificate.pem"));
    } finally {
      await listener.close(0);
    }
  });

  it("may vouch for this machine only", async () => {
    await localCertificate(folder, now);
    const authority = await readPair(join(folder, "root"));
    const issuer = forge.pki.certificateFromPem(authority?.certificate ?? "");
    const keys = forge.pki.rsa.generateKeyPair(2048);
    const stolen = forge.pki.createCertificate();
    stolen.publicKey = keys.publicKey;
    stolen.serialNumber = "01";
    stolen.validity.notBefore = new Date(now - day);
    stolen.validity.notAfter = new Date(now + day);
    stolen.setSubject([{ name: "commonName", value: "bank.example" }]);
    stolen.setIssuer(issuer.subject.attributes);
    stolen.setExtensions([{ name: "subjectAltName", altNames: [{ type: 2, value: "bank.example" }] }]);
    stolen.sign(forge.pki.privateKeyFromPem(authority?.privateKey ?? ""), forge.md.sha256.create());
    const tls = {
      certificate: forge.pki.certificateToPem(stolen),
      privateKey: forge.pki.privateKeyToPem(keys.privateKey),
    };
    const listener = await listen({ handle: (_, response) => response.end(), port: 0, tls });
    try {
      expect(await handshake(listener.port, authority?.certificate ?? "", "bank.example")).toMatch(
        /permitted subtree violation/,
      );
    } finally {
      await listener.close(0);
    }
  });

  it("is made once: a second start finds it and the certificate again", async () => {
    const first = await localCertificate(folder, now);
    const second = await localCertificate(folder, now + day);
    expect(second.tls).toEqual(first.tls);
    expect([first.isNew, second.isNew]).toEqual([true, false]);
  });

  it("gives two servers that start at once the same authority", async () => {
    const both = await Promise.all([localCertificate(folder, now), localCertificate(folder, now)]);
    const root = new X509Certificate((await readPair(join(folder, "root")))?.certificate ?? "");
    for (const { tls } of both)
      expect(new X509Certificate(tls.certificate).verify(root.publicKey)).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(["localhost", "root"]);
  });

  it("renews the certificate before it runs out, under the same authority, for at most 397 days", async () => {
    const first = await localCertificate(folder, now);
    const later = await localCertificate(folder, now + 61 * day);
    expect(later.tls.certificate).not.toBe(first.tls.certificate);
    const certificate = new X509Certificate(later.tls.certificate);
    const days = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / day;
    expect(days).toBeLessThanOrEqual(397);
    expect(certificate.validToDate.getTime()).toBeGreaterThan(now + 61 * day + 30 * day);
  });

  it.skipIf(process.platform === "win32")("keeps the keys to their owner", async () => {
    await localCertificate(folder, now);
    for (const pair of ["root", "localhost"]) {
      expect((await stat(join(folder, pair, "key.pem"))).mode & 0o777).toBe(0o600);
      expect((await stat(join(folder, pair))).mode & 0o777).toBe(0o700);
    }
  });

  it("says what to do when the stored authority cannot be read", async () => {
    await localCertificate(folder, now);
    await writeFile(join(folder, "root", "certificate.pem"), "not a certificate");
    await expect(localCertificate(folder, now)).rejects.toThrow(/is not a certificate\. Delete its folder/);
  });
});

describe("the instructions for trusting it", () => {
  it("name the file, quoted where its path has blanks, for every platform and for Node", () => {
    for (const platform of ["linux", "darwin", "win32"] as const) {
      const text = trustInstructions("/home/a b/root.pem", platform).join("\n");
      expect(text).toContain("/home/a b/root.pem");
      expect(text).toContain("NODE_EXTRA_CA_CERTS");
    }
    expect(trustInstructions("/home/a b/root.pem", "linux").join("\n")).toContain("cp '/home/a b/root.pem' ");
  });
});

/** Connects with this root as the only trusted one and no check switched off; says how it went. */
function handshake(port: number, root: string, name: string): Promise<string> {
  const isAddress = /^[\d.]+$/.test(name);
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, ca: root, ...(!isAddress && { servername: name }) });
    socket.once("secureConnect", () => {
      socket.destroy();
      resolve("authorized");
    });
    socket.once("error", (error) => resolve(error.message));
  });
}
