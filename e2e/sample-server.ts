import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSampleApi } from "@vestibule/sample-api";
import { startSampleSocial } from "@vestibule/sample-social";
import { type RunningServer, startServer } from "@vestibule/server";
import { localCertificate } from "../packages/server/src/development/certificate-authority.ts";

const sampleTenant = fileURLToPath(new URL("../examples/sample-tenant", import.meta.url));

export const tenantDomain = "contoso.onmicrosoft.com";
export const tenantId = "aaaaaaaa-0000-4000-8000-000000000001";
export const publicClient = "bbbbbbbb-0000-4000-8000-000000000001";
export const confidentialClient = { id: "bbbbbbbb-0000-4000-8000-000000000002", secret: "sample-secret" };
export const demo = { email: "demo@contoso.example", password: "Passw0rd!demo" };

/** Everything that `npm start` starts, on free ports and in a temporary folder. */
export interface SampleServer {
  readonly server: RunningServer;
  /** `http://localhost:<port>`. */
  readonly url: string;
  /** `https://localhost:<port>`, whose certificate `authority` vouches for. */
  readonly httpsUrl: string;
  /** PEM of the certificate authority, and the file that holds it. */
  readonly authority: string;
  readonly authorityFile: string;
  /** A certificate for `localhost`, also for other servers of the test. */
  readonly tls: { readonly certificate: string; readonly privateKey: string };
  close(): Promise<void>;
}

export interface SampleOptions {
  /** Redirect URIs of single-page applications elsewhere, added to the public client. */
  readonly spaRedirectUris?: readonly string[];
  /** The ports that the sample tenant's documents name, in the place of free ones: for pictures. */
  readonly wellKnownPorts?: boolean;
}

/** Starts the sample tenant with its API, its identity provider and its application. */
export async function startSample(options: SampleOptions = {}): Promise<SampleServer> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const one of closing.splice(0).reverse()) await one();
  };
  try {
    return { ...(await start(options, closing)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  options: SampleOptions,
  closing: (() => Promise<unknown>)[],
): Promise<Omit<SampleServer, "close">> {
  const folder = await mkdtemp(join(tmpdir(), "vestibule-e2e-"));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  const [httpPort, httpsPort] = options.wellKnownPorts ? [4480, 4443] : await freePorts();
  const urls = { http: `http://localhost:${httpPort}`, https: `https://localhost:${httpsPort}` };
  const api = await startSampleApi({ port: options.wellKnownPorts ? 4481 : 0 });
  closing.push(api.close);
  const social = await startSampleSocial({
    port: options.wellKnownPorts ? 4482 : 0,
    redirectUris: [urls.http, urls.https].map((url) => `${url}/${tenantDomain}/oauth2/authresp`),
  });
  closing.push(social.close);
  const directory = join(folder, "tenant");
  await cp(sampleTenant, directory, { recursive: true });
  await moveAddresses(directory, {
    "http://localhost:4480": urls.http,
    "https://localhost:4443": urls.https,
    "http://localhost:4481": api.url,
    "http://localhost:4482": social.url,
  });
  await addSpaRedirectUris(directory, options.spaRedirectUris ?? []);
  const certificate = await localCertificate(join(folder, "authority"), Date.now());
  const server = await startServer({
    directories: [directory],
    mode: "development",
    httpPort,
    httpsPort,
    tls: certificate.tls,
    authority: certificate.authority,
    dataDir: join(folder, "data"),
    // Cheap hashes: what is tested is the whole server, not the hash.
    passwordHashing: { memoryCost: 8, timeCost: 1, parallelism: 1 },
    logLevel: "silent",
  });
  closing.push(() => server.close());
  return {
    server,
    url: urls.http,
    httpsUrl: urls.https,
    authority: certificate.authority,
    authorityFile: certificate.authorityFile,
    tls: certificate.tls,
  };
}

async function addSpaRedirectUris(directory: string, uris: readonly string[]): Promise<void> {
  if (uris.length === 0) return;
  const path = join(directory, "applications.json");
  const applications = JSON.parse(await readFile(path, "utf8"));
  const spa = applications.find((one: { appId: string }) => one.appId === publicClient).spa;
  spa.redirectUris.push(...uris);
  await writeFile(path, JSON.stringify(applications));
}

/** Ports that are free now: the tenant's documents name them before the server opens them. */
async function freePorts(): Promise<readonly [number, number]> {
  const first = createServer();
  const second = createServer();
  const ports = [await open(first), await open(second)] as const;
  await Promise.all([first, second].map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function open(server: Server): Promise<number> {
  // Below the range that the system gives out: nobody who asks for any port takes it before the server opens it.
  const port = 20_000 + Math.floor(Math.random() * 12_000);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Moves each address to its free port in one pass: a free port may begin with the digits of another address's. */
async function moveAddresses(directory: string, addresses: Readonly<Record<string, string>>): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".json")) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, "utf8");
    await writeFile(
      path,
      text.replace(/https?:\/\/localhost:\d+/g, (address) => addresses[address] ?? address),
    );
  }
}
