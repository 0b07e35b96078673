import { X509Certificate } from "node:crypto";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { TlsMaterial } from "../hosting/listeners.ts";
import { placePair, readPair } from "./authority-files.ts";
import { issueForThisMachine, makeAuthority } from "./certificate.ts";

const serverDays = 90;
const renewBelow = 30 * 24 * 60 * 60 * 1000;

/** The certificate of this machine's development server and the authority that signed it. */
export interface LocalCertificate {
  readonly tls: TlsMaterial;
  /** PEM of the authority. */
  readonly authority: string;
  /** File of the authority's certificate: what a person or a program must trust. */
  readonly authorityFile: string;
  /** True when the authority was made just now: nobody trusts it yet. */
  readonly isNew: boolean;
}

/**
 * Finds or makes this user's certificate authority, once, and a certificate for `localhost` that is valid for at least
 * another 30 days. The authority's key never leaves its folder. For development only.
 *
 * Throws where the folder cannot be written, or holds an authority that cannot be read or has run out.
 */
export async function localCertificate(folder: string, now: number): Promise<LocalCertificate> {
  const authorityPlace = join(folder, "root");
  const standing = await readPair(authorityPlace);
  const authority = standing ?? (await placePair(authorityPlace, await makeAuthority(owner(), now), "keep"));
  const authorityFile = join(authorityPlace, "certificate.pem");
  const root = readable(authority, authorityFile);
  if (root.validToDate.getTime() < now) {
    throw new Error(
      `The development certificate authority in ${authorityPlace} has run out. Delete that folder; the next start makes a new one.`,
    );
  }

  const serverPlace = join(folder, "localhost");
  const server = await readPair(serverPlace);
  if (server && stillGood(server, root, now)) {
    return { tls: server, authority: authority.certificate, authorityFile, isNew: standing === undefined };
  }
  const issued = await issueForThisMachine(authority, now, serverDays);
  const tls = await placePair(serverPlace, issued, "replace");
  return { tls, authority: authority.certificate, authorityFile, isNew: standing === undefined };
}

function readable(pair: TlsMaterial, file: string): X509Certificate {
  try {
    return new X509Certificate(pair.certificate);
  } catch {
    throw new Error(
      `${file} is not a certificate. Delete its folder; the next start makes a new authority, which must be trusted anew.`,
    );
  }
}

function stillGood(server: TlsMaterial, root: X509Certificate, now: number): boolean {
  try {
    const certificate = new X509Certificate(server.certificate);
    return certificate.verify(root.publicKey) && certificate.validToDate.getTime() - now > renewBelow;
  } catch {
    return false;
  }
}

function owner(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no name.
    return "this machine";
  }
}
