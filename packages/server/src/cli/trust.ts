import { authorityFolder } from "../development/authority-files.ts";
import { localCertificate } from "../development/certificate-authority.ts";
import { trustInstructions } from "../development/trust.ts";
import type { Terminal } from "./terminal.ts";

/** `vestibule trust`: makes the authority where there is none and tells how to trust it. */
export async function trust(terminal: Terminal): Promise<number> {
  const { authorityFile } = await localCertificate(authorityFolder(), Date.now());
  terminal.out(
    `The development certificate authority vouches for localhost, 127.0.0.1 and ::1, nothing else:`,
  );
  terminal.out(`  ${authorityFile}`);
  for (const line of trustInstructions(authorityFile)) terminal.out(line);
  return 0;
}
