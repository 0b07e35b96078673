import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { shown, TestBrowser } from "../interaction/test-browser.fixture.ts";
import { FaultServers } from "../outbound/fault-server.fixture.ts";
import { type RunningServer, type ServerOptions, startServer } from "../server.ts";

const sampleTenant = fileURLToPath(new URL("../../../../examples/sample-tenant", import.meta.url));

const tenantDomain = "contoso.onmicrosoft.com";
export const publicClient = "bbbbbbbb-0000-4000-8000-000000000001";
export const policy = "B2C_1_signup_signin";
export const connectorPassword = "sample-password";

/** The sample tenant on free ports, with an API that answers what the test wants. For tests only. */
export interface ConsoleServer {
  readonly server: RunningServer;
  readonly url: string;
  readonly tenantId: string;
  /** Bodies that the API received, in order. */
  readonly received: string[];
  /** What the API answers from now on. */
  answers(respond: (response: ServerResponse, body: string) => void): void;
  /** Signs the demonstration account in by HTTP, up to the answer for the application. */
  signIn(): Promise<Response>;
  close(): Promise<void>;
}

export async function startConsole(options: Partial<ServerOptions> = {}): Promise<ConsoleServer> {
  const folder = await mkdtemp(join(tmpdir(), "vestibule-console-"));
  const directory = join(folder, "tenant");
  await cp(sampleTenant, directory, { recursive: true });
  const received: string[] = [];
  let respond = (response: ServerResponse, _body: string) => sendJson(response, {});
  const apis = new FaultServers();
  const api = await apis.http((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      received.push(body);
      respond(response, body);
    });
  });
  for (const name of ["after-federating", "before-creating", "before-token"]) {
    const file = join(directory, "apiConnectors", `${name}.json`);
    await writeFile(file, (await readFile(file, "utf8")).replace("http://localhost:4481", api));
  }
  const server = await startServer({
    directories: [directory],
    mode: "development",
    httpPort: 0,
    dataDir: join(folder, "data"),
    passwordHashing: { memoryCost: 8, timeCost: 1, parallelism: 1 },
    logLevel: "silent",
    ...options,
  });
  return {
    server,
    url: server.url,
    tenantId: server.context.tenants.find(tenantDomain)?.id ?? "",
    received,
    answers(next) {
      respond = next;
    },
    async signIn() {
      const browser = new TestBrowser(server.url);
      const query = new URLSearchParams({
        client_id: publicClient,
        redirect_uri: "http://localhost:9/cb",
        response_type: "code",
        scope: "openid",
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        code_challenge_method: "S256",
      });
      const path = `/${tenantDomain}/${policy}/oauth2/v2.0/authorize?${query}`;
      const page = await shown(await browser.fetch(path));
      await browser.post(page, { email: "demo@contoso.example", password: "Passw0rd!demo" });
      return browser.act(page);
    },
    async close() {
      await server.close();
      await apis.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

/** Texts that would run something where a page takes them for markup; from the usual cheat sheets. */
export const hostileTexts = [
  "<script>window.hacked=1</script>",
  "</script><script>window.hacked=1</script>",
  "<img src=x onerror=window.hacked=1>",
  '"><svg onload=window.hacked=1>',
  "' onmouseover='window.hacked=1",
  "</textarea><script>window.hacked=1</script>",
  "</pre></section><iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
  "javascript:window.hacked=1",
  "<!--<script>",
  "\u2028<style>*{display:none}</style>",
] as const;
