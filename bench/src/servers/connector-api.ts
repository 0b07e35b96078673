import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeApiCertificate } from "./api-certificate.ts";
import { type Started, serve } from "./serve.ts";

const answer = JSON.stringify({ version: "1.0.0", action: "Continue" });

const hanging = new Set<ServerResponse>();
const members = openMembers();

/**
 * `/connector` is the least that an API can be: it reads the request and lets the person go on. `/members` does what APIs
 * do: it reads the JSON, looks whether the person is a member already and writes down that they asked, in its own
 * database. `/hangs` never answers, until somebody asks for `/release`.
 */
function handle(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request
    .on("data", (chunk: Buffer) => chunks.push(chunk))
    .on("end", () => {
      const path = request.url?.replace(/\?.*/, "") ?? "";
      if (path.endsWith("/hangs")) return void hanging.add(response);
      if (path.endsWith("/release")) {
        for (const each of hanging) each.destroy();
        hanging.clear();
      }
      if (path.endsWith("/members")) members.ask(JSON.parse(Buffer.concat(chunks).toString()));
      response
        .writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(answer) })
        .end(answer);
    });
}

function openMembers() {
  const directory = mkdtempSync(join(tmpdir(), "vestibule-bench-members-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const database = new DatabaseSync(join(directory, "members.sqlite"));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec("CREATE TABLE members (email TEXT PRIMARY KEY, asked INTEGER NOT NULL)");
  const find = database.prepare("SELECT asked FROM members WHERE email = ?");
  const write = database.prepare("INSERT OR REPLACE INTO members (email, asked) VALUES (?, ?)");
  return {
    ask({ email }: { readonly email?: string }): void {
      const known = find.get(email ?? "");
      write.run(email ?? "", Number(known?.asked ?? 0) + 1);
    },
  };
}

/** `secureUrl` is the same API over TLS, for whoever has the `certificate` and its `privateKey`. */
serve(async (): Promise<Started> => {
  const { certificate, privateKey } = makeApiCertificate();
  const plain = createServer(handle);
  const secure = createSecureServer(
    { cert: certificate, key: privateKey, ca: certificate, requestCert: true, rejectUnauthorized: true },
    handle,
  );
  const [port, securePort] = await Promise.all([listen(plain), listen(secure)]);
  return {
    url: `http://127.0.0.1:${port}`,
    details: { secureUrl: `https://127.0.0.1:${securePort}`, certificate, privateKey },
    async close() {
      await Promise.all([plain, secure].map(stop));
    },
  };
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
