import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  enlargeNursery,
  reportReady,
  type ServerContext,
  startServer,
  superviseWorkers,
  toldToStop,
  type WorkerRole,
  workerRole,
} from "@vestibule/server";
import { Pool } from "undici";
import { account, type HashCost } from "../scene.ts";
import { type Started, serve } from "./serve.ts";
import { domain, tenantId, writeTenantFolder } from "./tenant-folder.ts";

export interface OurOptions {
  readonly passwordHashing: HashCost;
  /** Address of the API that the sign-up's connector calls; development mode then, which allows http. */
  readonly connectorUrl?: string;
  /** Threads that share the port, as `vestibule serve` has one for each processor core; default 1. */
  readonly workers?: number;
}

const role = workerRole();
if (role === undefined) {
  // As the command line does.
  enlargeNursery();
  serve(begin);
} else await work(role, JSON.parse(process.argv[2] ?? ""));

/** Our server on a fresh durable SQLite file, with the one account that signs in. */
async function begin(options: OurOptions): Promise<Started> {
  const directory = mkdtempSync(join(tmpdir(), "vestibule-bench-"));
  // At the very end, so that a benchmark that was interrupted leaves nothing either.
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  writeTenantFolder(join(directory, "tenant"), options.connectorUrl);
  return (options.workers ?? 1) > 1 ? await share(directory, options) : await start(directory, options);
}

/** The threads of one server. */
async function share(directory: string, options: OurOptions): Promise<Started> {
  let stop: () => void = () => undefined;
  const { ready, ended } = superviseWorkers({
    program: fileURLToPath(import.meta.url),
    argv: [JSON.stringify({ directory, options })],
    count: options.workers ?? 1,
    stopped: new Promise<void>((resolve) => {
      stop = resolve;
    }),
    onLoss: (reason) => console.error(`a worker ended: ${reason}`),
  });
  const ports = await ready;
  if (typeof ports === "number") throw new Error(`the server ended with ${ports}`);
  const url = `http://localhost:${ports.http}`;
  return {
    url,
    details: { base: `${url}/${domain}` },
    async close() {
      stop();
      await ended;
    },
  };
}

async function work(
  worker: WorkerRole,
  { directory, options }: { readonly directory: string; readonly options: OurOptions },
): Promise<void> {
  const told = toldToStop();
  const running = await start(directory, options, worker);
  reportReady({ http: Number(new URL(running.url).port) });
  await told;
  await running.close();
  process.exit(0);
}

async function start(
  directory: string,
  { passwordHashing, connectorUrl }: OurOptions,
  worker?: WorkerRole,
): Promise<Started> {
  const server = await startServer({
    directories: [join(directory, "tenant")],
    mode: connectorUrl === undefined ? "production" : "development",
    httpPort: 0,
    dataDir: join(directory, "data"),
    passwordHashing,
    logLevel: "error",
    // One machine plays everybody: the limits are counted, but never reached.
    visitorLimits: 9999,
    ...(worker && { worker }),
  });
  const tenant = server.context.tenants.find(tenantId);
  if (tenant === undefined) throw new Error(JSON.stringify(server.diagnostics, null, 2));
  if (worker === undefined || worker.first)
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
}

/**
 * `calls`: milliseconds of each connector call since the start, from the engine's request to the guarded client until
 * its answer; `everything`: of each call with everything switched on, from the first look for its credentials, so that
 * signing counts; `bare`: of a plain POST of the same body to the same API, made in place of the third connector's call.
 */
async function connectorQuestions(
  context: ServerContext,
  tenant: NonNullable<ReturnType<ServerContext["tenants"]["find"]>>,
  connectorUrl: string | undefined,
) {
  if (connectorUrl === undefined) return {};
  const calls: number[] = [];
  const everything: number[] = [];
  const bare: number[] = [];
  const { http, keys } = context.ports(tenant);
  let begun: number | undefined;
  const secret = keys.secret.bind(keys);
  keys.secret = (id) => {
    begun ??= performance.now();
    return secret(id);
  };
  const { origin, pathname } = new URL(connectorUrl);
  const pool = new Pool(origin, { connections: 1 });
  const post = async (body: string) => {
    const headers = { "content-type": "application/json" };
    const response = await pool.request({ method: "POST", path: pathname, headers, body });
    return { status: response.statusCode, body: await response.body.text() };
  };
  const send = http.send.bind(http);
  http.send = async (call) => {
    const started = performance.now();
    if (call.url.endsWith("?bare")) {
      const answer = await post(call.body ?? "{}");
      bare.push(performance.now() - started);
      const headers = { "content-type": "application/json" };
      return { kind: "answer", ...answer, headers, attempts: [] };
    }
    try {
      return await send(call);
    } finally {
      const now = performance.now();
      if (call.url.endsWith("?everything")) everything.push(now - (begun ?? started));
      else calls.push(now - started);
      begun = undefined;
    }
  };
  return {
    calls: async () => calls,
    everything: async () => everything,
    bare: async () => bare,
  };
}
