import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bound, collected, flow, writeTenant } from "../connectors/documents.ts";
import { Person } from "../connectors/person.ts";
import { aPage } from "../connectors/shown.ts";
import { goOn, TestApi } from "../connectors/test-api.ts";
import { freePort, goodPassword, newAddress } from "../connectors/world.ts";
import { ServerProcess } from "./server-process.ts";
import { type Progress, policy, signUpSteps } from "./sign-up-steps.ts";

// The process is killed at any moment of a sign-up: the person finishes, with one account, never half of one
// (security-and-fault-tests.md 6.4 (3), (33)).

let folder: string;
let api: TestApi;
let server: ServerProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vestibule-crash-"));
  api = await TestApi.start();
  const directory = join(folder, "tenant");
  await mkdir(directory);
  await writeTenant(directory, api.url, "http://localhost:1", { flows: crashFlows });
  server = new ServerProcess({ directory, dataDir: join(folder, "data"), httpPort: await freePort() });
  await server.start();
});
afterAll(async () => {
  await server.kill();
  await api.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  api.reset();
  if (!server.running) await server.start();
});

describe("a server that is killed", () => {
  it("after each request, before the browser has the answer, gives the repeated request the same one", async () => {
    const [person, progress, before] = start();
    for (const step of signUpSteps) {
      const unheard = new Person(server.url);
      person.cookies.copyTo(unheard.cookies);
      await step.run(unheard, { ...progress });
      await server.restart();
      await step.run(person, progress);
    }
    await expectOneAccount(person, progress, before);
    expect(api.to("/two")).toHaveLength(1);
  }, 120_000);

  it.each([
    ["before creating the account", "/two", "pressing Create"],
    ["before the token", "/three", "going on to the application"],
  ])(
    "while the API %s is asked lets the person try again",
    async (_, path, name) => {
      const [person, progress, before] = start();
      let killed: Promise<void> | undefined;
      api.on(
        path,
        () => {
          killed = server.kill();
          return "handled";
        },
        goOn({ city: "Malmö" }),
      );
      for (const step of signUpSteps) {
        if (step.name === name) {
          await expect(step.run(person, progress)).rejects.toThrow();
          await killed;
          expect(countAccounts() - before).toBe(path === "/two" ? 0 : 1);
          await server.start();
        }
        await step.run(person, progress);
      }
      await expectOneAccount(person, progress, before, "Malmö");
      expect(api.to(path).length).toBeGreaterThanOrEqual(2);
    },
    60_000,
  );

  it("keeps what it issued: the session and the tokens hold after the restart", async () => {
    const [person, progress] = start();
    for (const step of signUpSteps) await step.run(person, progress);
    if (progress.end === undefined) throw new Error("no end");
    const tokens = await person.redeem(progress.end, policy);
    await server.restart();
    expect((await person.open(policy)).kind).toBe("application");
    expect((await person.refresh(tokens, policy)).claims.sub).toBe(tokens.claims.sub);
  }, 60_000);
});

function start(): [Person, Progress, number] {
  const progress: Progress = { url: server.url, email: newAddress() };
  return [new Person(server.url), progress, countAccounts()];
}

function countAccounts(): number {
  const database = new DatabaseSync(join(folder, "data", "vestibule.sqlite"), { readOnly: true });
  try {
    return Number(database.prepare("select count(*) as n from accounts").get()?.n);
  } finally {
    database.close();
  }
}

async function expectOneAccount(person: Person, progress: Progress, before: number, city = "Lund") {
  if (progress.end === undefined) throw new Error("the sign-up has no end");
  const { claims } = await person.redeem(progress.end, policy);
  expect(claims).toMatchObject({ emails: [progress.email], name: "Ida Lund", city, newUser: true });
  expect(countAccounts()).toBe(before + 1);
  const later = new Person(server.url);
  const end = await later.signIn(aPage(await later.open(policy)), progress.email, goodPassword);
  expect((await later.redeem(end, policy)).claims.oid).toBe(claims.oid);
}

const crashFlows = {
  [policy]: flow(policy, {
    ...bound({ two: "two", three: "three" }),
    userFlowIdentityProviders: [],
    userAttributeAssignments: collected.map((each) =>
      each.id === "email" ? { ...each, requiresVerification: true } : each,
    ),
  }),
};
