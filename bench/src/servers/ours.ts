import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServerContext, startServer } from "@vestibule/server";
import { Pool } from "undici";
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
  const directory = mkdtempSync(join(tmpdir(), "vestibule-bench-"));
  // At the very end, so that a benchmark that was interrupted leaves nothing either.
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
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
    questions: await connectorQuestions(server.context, tenant, connectorUrl),
    close: () => server.close(),
  };
});

/**
 * `calls`: milliseconds of each connector call since the start, from the engine's request to the guarded client until
 * its answer. `bare`: makes one plain POST of the last call's body to the same API, and says how long it took.
 */
async function connectorQuestions(
  context: ServerContext,
  tenant: NonNullable<ReturnType<ServerContext["tenants"]["find"]>>,
  connectorUrl: string | undefined,
) {
  if (connectorUrl === undefined) return {};
  const calls: number[] = [];
  let body = "{}";
  const { http } = context.ports(tenant);
  const send = http.send.bind(http);
  http.send = async (call) => {
    const started = performance.now();
    try {
      return await send(call);
    } finally {
      calls.push(performance.now() - started);
      body = call.body ?? body;
    }
  };
  const { origin, pathname } = new URL(connectorUrl);
  const pool = new Pool(origin, { connections: 1 });
  return {
    calls: async () => calls,
    bare: async () => {
      const started = performance.now();
      const headers = { "content-type": "application/json" };
      const response = await pool.request({ method: "POST", path: pathname, headers, body });
      await response.body.text();
      return performance.now() - started;
    },
  };
}
