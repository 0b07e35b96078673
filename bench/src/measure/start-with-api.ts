import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServerProcess } from "../child.ts";
import { cheapHash } from "../scene.ts";

/** Ours and an API, which know each other's certificates. */
export async function startWithApi() {
  const api = await startServerProcess("connector-api", {});
  const directory = mkdtempSync(join(tmpdir(), "vestibule-bench-api-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const authority = join(directory, "authority.pem");
  writeFileSync(authority, api.details.certificate ?? "");
  const ours = await startServerProcess(
    "ours",
    { passwordHashing: cheapHash, api: { url: api.url, ...api.details } },
    { NODE_EXTRA_CA_CERTS: authority },
  );
  return { api, ours };
}
