import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeTestTenant, type TestTenant } from "../development/tenant.fixture.ts";

const program = fileURLToPath(new URL("../../bin/vestibule.js", import.meta.url));
const built = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let tenant: TestTenant;
let children: ChildProcess[];

beforeAll(() => {
  if (!existsSync(built)) throw new Error("These tests run the built program: npm run build comes first.");
});
beforeEach(async () => {
  tenant = await makeTestTenant();
  children = [];
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
  await tenant.remove();
});

interface Run {
  readonly child: ChildProcess;
  /** Resolves when this text has been printed, with everything printed so far; rejects when the program ends first. */
  printed(text: string | RegExp): Promise<string>;
  /** Exit code and all that was printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

function vestibule(...argv: string[]): Run {
  const child = spawn(process.execPath, [program, ...argv], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      VESTIBULE_AUTHORITY_DIR: join(tenant.dataDir, "authority"),
    },
  });
  children.push(child);
  let out = "";
  let err = "";
  let code: number | null | undefined;
  const watchers = new Set<() => void>();
  const notify = () => {
    for (const watcher of watchers) watcher();
  };
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    out += chunk;
    notify();
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    err += chunk;
    notify();
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.on("close", (exitCode) => {
      code = exitCode;
      notify();
      resolve({ code: exitCode, out, err });
    }),
  );
  return {
    child,
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const watcher = () => {
          const all = out + err;
          if (typeof text === "string" ? all.includes(text) : text.test(all)) resolve(all);
          else if (code !== undefined) reject(new Error(`ended with ${code}:\n${all}`));
          else return;
          watchers.delete(watcher);
        };
        watchers.add(watcher);
        watcher();
      }),
  };
}

const ports = ["--http-port", "0", "--https-port", "0"];

describe("vestibule", () => {
  it("prints what it can do, its version, and ends with 0", async () => {
    const help = await vestibule("--help").ended;
    expect(help).toMatchObject({ code: 0, err: "" });
    expect(help.out).toContain("vestibule dev DIR");
    expect((await vestibule("--version").ended).out).toMatch(/^vestibule \d+\.\d+\.\d+\n$/);
  });

  it("ends with 2 and the nearest name for an unknown option or command", async () => {
    expect(await vestibule("dev", "x", "--http-prot", "1").ended).toMatchObject({
      code: 2,
      err: "There is no option --http-prot. Did you mean --http-port?\n",
    });
    expect((await vestibule("develop", "x").ended).code).toBe(2);
  });

  it("tells how to trust the certificate authority, which it makes at the first call", async () => {
    const { code, out } = await vestibule("trust").ended;
    expect(code).toBe(0);
    expect(out).toContain("NODE_EXTRA_CA_CERTS=");
    expect(existsSync(join(tenant.dataDir, "authority", "root", "certificate.pem"))).toBe(true);
  });
});

describe("vestibule dev", () => {
  it("prints the address to open last, answers there, and ends with 0 on SIGTERM", async () => {
    const run = vestibule("dev", tenant.directory, "--data-dir", tenant.dataDir, ...ports);
    const text = await run.printed(/^open\s+\S+$/m);
    const address = /^open\s+(\S+)$/m.exec(text)?.[1] ?? "";
    expect(text.trimEnd().endsWith(address)).toBe(true);
    expect((await fetch(new URL("/healthz", address))).status).toBe(200);
    expect(text).toMatch(/^https\s+https:\/\/localhost:\d+/m);
    run.child.kill("SIGTERM");
    expect(await run.ended).toMatchObject({ code: 0, err: "" });
  });

  it("says in a sentence that the port is taken, and ends with 1", async () => {
    const { server, port } = await occupy();
    try {
      const argv = ["--data-dir", tenant.dataDir, "--http-port", String(port), "--https-port", "0"];
      const { code, err } = await vestibule("dev", tenant.directory, ...argv).ended;
      expect([code, err]).toEqual([
        1,
        `Port ${port} on 127.0.0.1 is in use by another program. Stop that program, or choose another port with --http-port or --https-port.\n`,
      ]);
    } finally {
      server.close();
    }
  });

  it("prints a mistake as file:line:column when it is saved, goes on, and says when it is mended", async () => {
    const run = vestibule("dev", tenant.directory, "--data-dir", tenant.dataDir, ...ports);
    const address = /^open\s+(\S+)$/m.exec(await run.printed(/^open\s+\S+$/m))?.[1] ?? "";
    await tenant.writeFlow('{\n  "id": "B2C_1_signin",\n  "userFlowTyp": "signIn"\n}');
    expect(await run.printed("What was good before goes on serving.")).toMatch(
      /B2C_1_signin\.json:3:\d+ error UF001/,
    );
    expect((await fetch(new URL("/healthz", address))).status).toBe(200);
    await tenant.writeFlow({ id: "B2C_1_signin", userFlowType: "signIn", userFlowTypeVersion: 3 });
    await run.printed("nothing to remark");
    run.child.kill("SIGINT");
    expect((await run.ended).code).toBe(0);
  });

  it("says that a folder does not exist", async () => {
    const { code, err } = await vestibule(
      "serve",
      join(tenant.directory, "nowhere"),
      "--data-dir",
      tenant.dataDir,
    ).ended;
    expect(code).toBe(1);
    expect(err).toContain("nowhere");
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe("a database that cannot be opened", () => {
  it("is said in a sentence, without the password of its address, with exit code 1", async () => {
    for (const [database, reason] of [
      ["postgres://me:secret-word@127.0.0.1:1/none", "ECONNREFUSED"],
      [tenant.directory, "unable to open database file"],
    ]) {
      const argv = ["--data-dir", tenant.dataDir, "--http-port", "0", "--database", database ?? ""];
      const { code, err } = await vestibule("serve", tenant.directory, ...argv).ended;
      expect(code).toBe(1);
      expect(err).toContain("The database cannot be opened: ");
      expect(err).toContain(reason);
      expect(err).not.toMatch(/secret-word|\n\s+at /);
    }
  });
});

describe("vestibule check", () => {
  it("ends with 0 for a tenant that production would take, and with 1 and the place of a mistake", async () => {
    const good = await vestibule("check", tenant.directory).ended;
    expect([good.code, good.out]).toEqual([0, "1 tenant, 1 policy: nothing to remark\n"]);
    await tenant.writeFlow('{\n  "id": "B2C_1_signin",\n  "userFlowTyp": "signIn"\n}');
    const bad = await vestibule("check", tenant.directory).ended;
    expect(bad.code).toBe(1);
    expect(bad.err).toMatch(/B2C_1_signin\.json:3:\d+ error UF001/);
  });
});

describe("vestibule keys", () => {
  const keys = (...argv: string[]) => vestibule("keys", ...argv, "--data-dir", tenant.dataDir);

  it("adds a signing key that signs in a day, beside the one that signs now", async () => {
    expect((await keys("roll", tenant.directory).ended).out).toMatch(
      /^The signing key \S+ is published now and signs from /,
    );
    const listed = await keys("list", tenant.directory).ended;
    expect(listed.out.match(/signs since/g)).toHaveLength(1);
    expect(listed.out.match(/signs from/g)).toHaveLength(1);
  });

  it("stores a secret from standard input and never shows it", async () => {
    const storing = keys("set", tenant.directory, "Connector_password");
    storing.child.stdin?.end("a-seeded-secret\n");
    expect((await storing.ended).code).toBe(0);
    const listed = await keys("list", tenant.directory).ended;
    expect(listed.out).toContain("b2c_1a_connector_password");
    expect(listed.out).not.toContain("a-seeded-secret");
  });

  it("says its forms when the action is none", async () => {
    const { code, err } = await keys("rol", tenant.directory).ended;
    expect(code).toBe(2);
    expect(err).toContain("vestibule keys roll DIR");
  });
});

describe("vestibule serve", () => {
  it("refuses a tenant with errors: the mistake as file:line:column, exit code 1", async () => {
    await tenant.writeFlow('{\n  "id": "B2C_1_signin",\n  "userFlowTyp": "signIn"\n}');
    const { code, err } = await vestibule(
      "serve",
      tenant.directory,
      "--data-dir",
      tenant.dataDir,
      "--http-port",
      "0",
    ).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/B2C_1_signin\.json:3:\d+ error UF001 .*userFlowType/);
  });

  it("serves no console and no sample application, and ends with 0 on SIGTERM", async () => {
    const run = vestibule("serve", tenant.directory, "--data-dir", tenant.dataDir, "--http-port", "0");
    const url = /"http":"([^"]+)"/.exec(await run.printed('"msg":"ready"'))?.[1] ?? "";
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    for (const path of ["/dev", "/dev/outbox.json", "/app", "/app/config.json"]) {
      expect((await fetch(url + path)).status, path).toBe(404);
    }
    run.child.kill("SIGTERM");
    expect((await run.ended).code).toBe(0);
  });

  const serveWith = (workers: number, port = 0) =>
    vestibule(
      ...["serve", tenant.directory, "--data-dir", tenant.dataDir, "--http-port", String(port)],
      ...["--workers", String(workers)],
    );
  const twoReady = /("msg":"ready"[\s\S]*){2}/;
  const addresses = (text: string) =>
    new Set([...text.matchAll(/"http":"([^"]+)"/g)].map(([, url]) => url ?? ""));

  it("shares its port among workers and ends them all on SIGTERM", async () => {
    const run = serveWith(2);
    const [url, ...others] = addresses(await run.printed(twoReady));
    expect(others).toEqual([]);
    // Each is a connection of its own: the system gives them to the one or the other.
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => fetch(`${url}/healthz`, { headers: { connection: "close" } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    run.child.kill("SIGTERM");
    expect(await run.ended).toMatchObject({ code: 0, err: "" });
  });

  it("ends with what the first worker says when it cannot begin", async () => {
    const { server, port } = await occupy();
    try {
      const { code, err } = await serveWith(2, port).ended;
      expect([code, err]).toEqual([
        1,
        `Port ${port} on 127.0.0.1 is in use by another program. Stop that program, or choose another port with --http-port or --https-port.\n`,
      ]);
    } finally {
      server.close();
    }
    expect(await vestibule("serve", tenant.directory, "--workers", "0").ended).toMatchObject({
      code: 2,
      err: "--workers takes a number from 1 to 64; 0 is none.\n",
    });
  });
});

function occupy(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve({ server, port: typeof address === "object" && address !== null ? address.port : 0 });
    }),
  );
}
