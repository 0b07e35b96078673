import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "@vestibule/server";
import { account, type HashCost } from "../scene.ts";
import { type Started, serve } from "./serve.ts";
import { domain, tenantId, writeTenantFolder } from "./tenant-folder.ts";

export interface OurOptions {
  readonly passwordHashing: HashCost;
  /** Address of the API that the sign-up's connector calls; development mode then, which allows http. */
  readonly connectorUrl?: string;
}

/** Our server on a fresh durable SQLite file, with the one account that signs in. */
serve(async ({ passwordHashing, connectorUrl }: OurOptions): Promise<Started> => {
  const directory = await mkdtemp(join(tmpdir(), "vestibule-bench-"));
  const tenantFolder = join(directory, "tenant");
  writeTenantFolder(tenantFolder, connectorUrl);
  const server = await startServer({
    directories: [tenantFolder],
    mode: connectorUrl === undefined ? "production" : "development",
    httpPort: 0,
    dataDir: join(directory, "data"),
    passwordHashing,
    logLevel: "error",
  });
  const tenant = server.context.tenants.find(tenantId);
  if (tenant === undefined) throw new Error(JSON.stringify(server.diagnostics, null, 2));
  await server.context.store.directory(tenant).create(
    {
      identities: [{ signInType: "emailAddress", issuer: domain, issuerAssignedId: account.email }],
      attributes: { displayName: "Demo" },
      password: account.password,
      passwordPolicies: "DisablePasswordExpiration",
    },
    "benchmark",
  );
  return {
    url: server.url,
    details: { base: `${server.url}/${domain}` },
    // Newest first: how long each connector call took, in milliseconds.
    calls: async () =>
      (await server.context.store.observations.listCalls(tenantId, 100_000)).map((call) => call.duration),
    close: async () => {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
});
