import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
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
import { type ConnectorApi, domain, tenantId, writeTenantFolder } from "./tenant-folder.ts";

export interface OurOptions {
  readonly passwordHashing: HashCost;
  /** The API that the sign-ups' connectors call; development mode then, which allows http. */
  readonly api?: ConnectorApi;
  /** Threads that share the port, as `vestibule serve` has one for each processor core; default 1. */
  readonly workers?: number;
}

const role = workerRole();
if (role === undefined) serve(begin);
else await work(role, JSON.parse(process.argv[2] ?? ""));

/** Our server on a fresh durable SQLite file, with the one account that signs in. */
async function begin(options: OurOptions): Promise<Started> {
  const directory = mkdtempSync(join(tmpdir(), "vestibule-bench-"));
  // At the very end, so that a benchmark that was interrupted leaves nothing either.
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  writeTenantFolder(join(directory, "tenant"), options.api);
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
  { passwordHashing, api }: OurOptions,
  worker?: WorkerRole,
): Promise<Started> {
  const server = await startServer({
    directories: [join(directory, "tenant")],
    mode: api === undefined ? "production" : "development",
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
    questions: await connectorQuestions(server.context, tenant, api),
    close: () => server.close(),
  };
}

/**
 * `calls`: milliseconds of each connector call since the start, from the engine's request to the guarded client until
 * its answer; `…Everything`: of each call with everything switched on, from the first look for its credentials, so that
 * signing counts; `bare` and `…Bare`: of a plain POST of the same body to the same API, made in place of a connector's
 * call, without and with TLS and a client certificate.
 */
async function connectorQuestions(
  context: ServerContext,
  tenant: NonNullable<ReturnType<ServerContext["tenants"]["find"]>>,
  api: ConnectorApi | undefined,
) {
  if (api === undefined) return {};
  const names = ["calls", "bare", "idleEverything", "idleBare", "membersEverything", "membersBare"];
  const durations: Readonly<Record<string, number[]>> = Object.fromEntries(names.map((name) => [name, []]));
  const { http, keys } = context.ports(tenant);
  let begun: number | undefined;
  const secret = keys.secret.bind(keys);
  keys.secret = (id) => {
    begun ??= performance.now();
    return secret(id);
  };
  const certificates = keys.certificates.bind(keys);
  keys.certificates = (id) => {
    begun ??= performance.now();
    return certificates(id);
  };
  const plain = new Pool(api.url, { connections: 1 });
  const secure = new Pool(api.secureUrl, {
    connections: 1,
    allowH2: false,
    connect: { cert: api.certificate, key: api.privateKey, ca: api.certificate },
  });
  const send = http.send.bind(http);
  http.send = async (call) => {
    const { pathname, search, protocol } = new URL(call.url);
    const name = search.slice(1) || "calls";
    const started = name.endsWith("Everything") ? (begun ?? performance.now()) : performance.now();
    try {
      if (!/bare$/i.test(name)) return await send(call);
      return await post(protocol === "https:" ? secure : plain, pathname, call.body ?? "{}");
    } finally {
      durations[name]?.push(performance.now() - started);
      begun = undefined;
    }
  };
  return Object.fromEntries(Object.entries(durations).map(([name, values]) => [name, async () => values]));
}

async function post(pool: Pool, path: string, body: string) {
  const headers = { "content-type": "application/json" };
  const response = await pool.request({ method: "POST", path, headers, body });
  const text = await response.body.text();
  return { kind: "answer" as const, status: response.statusCode, headers, body: text, attempts: [] };
}
