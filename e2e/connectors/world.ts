import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSampleSocial } from "@vestibule/sample-social";
import { type RunningServer, type ServerOptions, startServer } from "@vestibule/server";
import { type TenantChanges, writeTenant } from "./documents.ts";
import { Person, tenantDomain } from "./person.ts";
import { TestApi } from "./test-api.ts";

/** A whole server with a tenant of the test, a real API behind its connectors and a real identity provider. */
export interface World {
  readonly server: RunningServer;
  readonly url: string;
  readonly api: TestApi;
  /** The tenant's folder, which the server watches. */
  readonly directory: string;
  readonly dataDir: string;
  /** The server's clock. */
  readonly clock: { advance(milliseconds: number): void };
  person(headers?: Readonly<Record<string, string>>): Person;
  /** The newest code that was mailed to the address, read as scripts read it. */
  code(address: string): Promise<string>;
  close(): Promise<void>;
}

/** Cheap hashes: what is tested is the whole server, not the hash. */
const cheapHashing = { memoryCost: 8, timeCost: 1, parallelism: 1 };

export async function startWorld(
  changes: (parts: {
    readonly api: TestApi;
    readonly socialUrl: string;
    readonly origin: string;
  }) => TenantChanges = () => ({}),
  options: Partial<ServerOptions> = {},
): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "vestibule-whole-"));
  const httpPort = await freePort();
  const api = await TestApi.start();
  const social = await startSampleSocial({
    port: 0,
    redirectUris: [`http://localhost:${httpPort}/${tenantDomain}/oauth2/authresp`],
  });
  const directory = join(folder, "tenant");
  const dataDir = join(folder, "data");
  await mkdir(directory);
  await writeTenant(
    directory,
    api.url,
    social.url,
    changes({ api, socialUrl: social.url, origin: `http://localhost:${httpPort}` }),
  );
  const stopOutside = async () => {
    await Promise.all([api.close(), social.close()]);
    await rm(folder, { recursive: true, force: true });
  };
  let offset = 0;
  const server = await startServer({
    directories: [directory],
    mode: "development",
    httpPort,
    dataDir,
    passwordHashing: cheapHashing,
    logLevel: "silent",
    now: () => Date.now() + offset,
    ...options,
  }).catch(async (error: unknown) => {
    await stopOutside();
    throw error;
  });
  const errors = server.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    await server.close();
    await stopOutside();
    throw new Error(JSON.stringify(errors, null, 2));
  }
  const url = `http://localhost:${httpPort}`;
  return {
    ...{ server, url, api, directory, dataDir },
    clock: {
      advance: (milliseconds) => {
        offset += milliseconds;
      },
    },
    person: (headers) => new Person(url, headers),
    code: (address) => mailedCode(url, address),
    async close() {
      await server.close();
      await stopOutside();
    },
  };
}

export async function mailedCode(url: string, address: string): Promise<string> {
  const response = await fetch(`${url}/dev/outbox.json?to=${encodeURIComponent(address)}`);
  const mails = (await response.json()) as readonly { readonly code?: string }[];
  const code = mails[0]?.code;
  if (code === undefined) throw new Error(`no code was mailed to ${address}`);
  return code;
}

/** A port that is free now: the provider's registration names it before the server opens it. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

export async function writeJson(path: string, document: unknown): Promise<void> {
  await writeFile(path, JSON.stringify(document, null, 2));
}

let people = 0;

/** An address that nobody has yet. */
export function newAddress(): string {
  people += 1;
  return `person${people}.${process.pid}@people.example`;
}

export const goodPassword = "Str0ng!enough";
