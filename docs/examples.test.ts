import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseRequest } from "@vestibule/connector";
import { formatDiagnostic } from "@vestibule/policy";
import { JsonReading } from "@vestibule/user-flows";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Person } from "../e2e/connectors/person.ts";
import { goodPassword, mailedCode, newAddress } from "../e2e/connectors/world.ts";
import { type SampleServer, startSample, tenantDomain, tenantId } from "../e2e/sample-server.ts";
import { checkRules, mockShape } from "../packages/server/src/connector-mock/rules.ts";
import { tenantCodes } from "../packages/server/src/tenant/documents.ts";
import { readTenant } from "../packages/server/src/tenant/read-tenant.ts";
import { type CodeBlock, guides, runCurl } from "./code-blocks.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const sampleTenant = join(root, "examples", "sample-tenant");

/** Writes blocks with `file=` into a copy of the sample tenant and reads it as the server does. */
async function readWith(blocks: readonly CodeBlock[]): Promise<readonly string[]> {
  const directory = await mkdtemp(join(tmpdir(), "vestibule-docs-"));
  try {
    await cp(sampleTenant, directory, { recursive: true });
    for (const { marks, text } of blocks) {
      const path = join(directory, marks.get("file") ?? "");
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      // A guide shows where a secret lies, never a secret.
      for (const [, secret = ""] of text.matchAll(/"file:(secrets\/[\w.-]+)"/g)) {
        const file = join(directory, secret);
        await mkdir(dirname(file), { recursive: true });
        if (!existsSync(file)) await writeFile(file, "a secret");
      }
    }
    const { diagnostics } = await readTenant(directory, { mode: "development" });
    return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic).replace(`${directory}/`, ""));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Every member that is shown is there; a text that ends with … is the beginning. */
function expectShown(actual: unknown, shown: unknown): void {
  if (typeof shown === "string" && shown.endsWith("…")) {
    expect(String(actual)).toContain(shown.slice(0, -1));
  } else if (typeof shown === "object" && shown !== null) {
    for (const [name, value] of Object.entries(shown)) {
      expectShown((actual as Readonly<Record<string, unknown>> | undefined)?.[name], value);
    }
  } else {
    expect(actual).toEqual(shown);
  }
}

/** The block behind this one, which shows what comes of it. */
function outcomeOf(blocks: readonly CodeBlock[], block: CodeBlock): CodeBlock {
  const next = blocks[blocks.indexOf(block) + 1];
  if (!next || !(next.marks.has("answers") || next.marks.has("says"))) {
    throw new Error(`${block.place}: no block with 'answers' or 'says' follows.`);
  }
  return next;
}

describe.each(guides().filter(({ blocks }) => blocks.some(({ marks }) => marks.has("file"))))(
  "documents in $name",
  ({ blocks }) => {
    const files = blocks.filter(({ marks }) => marks.has("file"));
    const right = files.filter(({ marks }) => !marks.has("raises"));

    it("are read without a remark", async () => {
      expect(await readWith(right)).toEqual([]);
    });

    for (const wrong of files.filter(({ marks }) => marks.has("raises"))) {
      it(`raise what is said (${wrong.place})`, async () => {
        const said = await readWith([...right, wrong]);
        expect(said).toEqual([outcomeOf(blocks, wrong).text.trim()]);
        expect(said[0]).toContain(` ${wrong.marks.get("raises")} `);
      });
    }
  },
);

describe("bodies that a connector gets", () => {
  const bodies = guides().flatMap(({ blocks }) => blocks.filter(({ marks }) => marks.has("request")));

  it.each(bodies)("are of their step ($place)", ({ marks, text }) => {
    const request = parseRequest(text);
    expect(request.step).toBe(marks.get("request"));
    expect(request.email).toBeDefined();
  });
});

describe("rules of a mock", () => {
  const files = guides().flatMap(({ blocks }) => blocks.filter(({ marks }) => marks.has("mock")));

  it.each(files)("are read without a remark ($place)", ({ text }) => {
    const reading = new JsonReading(text, "rules.json", tenantCodes);
    const root = reading.root();
    const rules = root && mockShape.read(root, "", reading);
    if (rules) checkRules(rules, reading);
    expect(reading.diagnostics).toEqual([]);
    expect(rules?.rules.length).toBeGreaterThan(3);
  });
});

describe("what a reader types", () => {
  let sample: SampleServer;
  /** Port that an example names → the free one that it gets. */
  const ports = new Map<string, number>();
  let scratch: string;
  const children: ChildProcess[] = [];

  // In one pass: a free port may begin with the digits of another address's.
  const adapt = (text: string) => {
    const free: Readonly<Record<string, string>> = {
      "http://localhost:4480": sample.url,
      "https://localhost:4443": sample.httpsUrl,
      "localhost:4443": new URL(sample.httpsUrl).host,
    };
    return text.replace(
      /((?:https?:\/\/)?localhost:|listen\()(\d+)/g,
      (own, before: string, port: string) => {
        const open = ports.get(port);
        return free[own] ?? (open === undefined ? own : before + open);
      },
    );
  };

  /** Saves an example beside the libraries that it imports, and runs it. */
  async function run(block: CodeBlock): Promise<ChildProcess> {
    const file = join(scratch, `${block.marks.get("example")}.ts`);
    await writeFile(file, adapt(block.text));
    const child = spawn(process.execPath, ["--conditions=source", "--no-warnings", file], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: sample.authorityFile },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    return child;
  }

  beforeAll(async () => {
    sample = await startSample();
    for (const { blocks } of guides()) {
      for (const { marks } of blocks) {
        const port = marks.get("serves");
        if (port !== undefined) ports.set(port, await freePort());
      }
    }
    scratch = await mkdtemp(join(root, "docs", ".examples-"));
  });

  afterAll(async () => {
    for (const child of children) child.kill();
    await sample?.close();
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  });

  for (const { blocks } of guides()) {
    for (const block of blocks) {
      const example = block.marks.get("example");
      if (example === undefined) continue;

      const port = block.marks.get("serves");

      if (port !== undefined) {
        it(`starts an API (${block.place})`, async () => {
          const child = await run(block);
          let complaints = "";
          child.stderr?.on("data", (chunk) => {
            complaints += chunk;
          });
          const asked = () => fetch(`http://localhost:${ports.get(port)}/`, { method: "POST" });
          await expect
            .poll(async () => (await asked().catch(() => undefined))?.status ?? complaints, {
              timeout: 15_000,
            })
            .toBe(401);
        });
      } else if (block.language === "sh") {
        it(`answers as shown (${block.place})`, async () => {
          const shown = outcomeOf(blocks, block);
          const response = await runCurl(adapt(block.text));
          expect(String(response.status)).toBe(shown.marks.get("answers") || "200");
          expectShown(await response.json(), JSON.parse(adapt(shown.text)));
        });
      } else {
        it(`prints what is shown (${block.place})`, async () => {
          const child = await run(block);
          let printed = "";
          for (const stream of [child.stdout, child.stderr]) {
            stream?.on("data", (chunk) => {
              printed += chunk;
            });
          }
          const code = await new Promise((resolve) => child.once("close", resolve));
          expect(printed).toContain(adapt(outcomeOf(blocks, block).text.trim()));
          expect(code).toBe(0);
        });
      }
    }
  }

  /** Writes documents of api-connectors.md into the running tenant, and waits until the flow is served. */
  async function save(policy: string, names: readonly string[]): Promise<void> {
    const { directory = "" } = sample.server.context.tenants.find(tenantDomain) ?? {};
    for (const name of names) {
      const text = connectorGuide().find(({ marks }) => marks.get("file") === name)?.text ?? "";
      await writeFile(join(directory, name), adapt(text));
    }
    const metadata = `${sample.url}/${tenantDomain}/${policy}/v2.0/.well-known/openid-configuration`;
    await vi.waitFor(async () => expect((await fetch(metadata)).status).toBe(200), { timeout: 10_000 });
  }

  const connectorGuide = () => guides().find(({ name }) => name === "api-connectors.md")?.blocks ?? [];

  it("nests requests and enriches tokens with JSON, as api-connectors.md shows", async () => {
    const policy = "B2C_1_loyalty";
    await save(policy, ["apiConnectors/loyalty.json", `userFlows/${policy}.json`]);
    const person = new Person(sample.url);
    const page = await person.openSignUp(policy);
    const email = newAddress();
    await person.prove(page, email, (address) => mailedCode(sample.url, address));
    const password = { newPassword: goodPassword, reenterPassword: goodPassword };
    const end = await person.submit(page, { email, ...password, displayName: "Ida Lund" });
    const { claims } = await person.redeem(end, policy);
    const shown = (what: string) =>
      JSON.parse(connectorGuide().find(({ marks }) => marks.get("loyalty") === what)?.text ?? "");
    expect(claims).toMatchObject(shown("token"));
    const { observations } = sample.server.context.store;
    const calls = await observations.listCalls(tenantId, 100);
    const asked = calls.find(({ connectorId }) => connectorId === "loyalty")?.request.body;
    const sent = { id: claims.oid, mails: [email], name: "Ida Lund" };
    expect(JSON.parse(asked ?? "")).toEqual({ ...shown("asked"), member: sent });
    expect(Object.keys(shown("asked").member)).toEqual(Object.keys(sent));
  });

  describe("the connector of api-connectors.md, saved into the running tenant", () => {
    const policy = "B2C_1_postal";

    beforeAll(() => save(policy, ["apiConnectors/postal-code.json", `userFlows/${policy}.json`]));

    async function signUp(postalCode: string) {
      const person = new Person(sample.url);
      const page = await person.openSignUp(policy);
      const email = newAddress();
      await person.prove(page, email, (address) => mailedCode(sample.url, address));
      const password = { newPassword: goodPassword, reenterPassword: goodPassword };
      const answer = await person.post(page, { email, ...password, displayName: "Ida Lund", postalCode });
      return { person, page, answer };
    }

    it("corrects the person", async () => {
      expect((await signUp("12")).answer).toMatchObject({
        status: "400",
        message: "A postal code has five digits.",
      });
    });

    it("sets the city, which reaches the token", async () => {
      const { person, page, answer } = await signUp("21119");
      expect(answer.status).toBe("200");
      const { claims } = await person.redeem(await person.act(page, "confirmed"), policy);
      expect(claims).toMatchObject({ name: "Ida Lund", city: "Malmö", tfp: policy });
    });

    it("blocks, on a page of its own", async () => {
      const { person, page, answer } = await signUp("00000");
      const shown = answer.status === "200" ? await person.act(page, "confirmed") : answer;
      expect(JSON.stringify(shown)).toContain("We do not deliver to your address yet.");
    });
  });
});

/** The connector's example names its port before it opens it. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("links between the pages", () => {
  it.each(guides())("of $name lead somewhere", async ({ name }) => {
    const text = await readFile(join(root, "docs", name), "utf8");
    const targets = [...text.matchAll(/\]\(([^)#:]+\.(?:md|png))(?:#[^)]*)?\)/g)].map(
      ([, target]) => target ?? "",
    );
    expect(targets.filter((target) => !existsSync(join(root, "docs", target)))).toEqual([]);
  });
});
