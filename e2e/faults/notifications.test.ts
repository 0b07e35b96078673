import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { bound, connector, flow, tenantId, writeTenant } from "../connectors/documents.ts";
import { accountOf, resultOf, signUp } from "../connectors/outcome.ts";
import { Person } from "../connectors/person.ts";
import { aPage } from "../connectors/shown.ts";
import { goOn, reset, silence, TestApi, validationError } from "../connectors/test-api.ts";
import { freePort, goodPassword, newAddress, startWorld, type World } from "../connectors/world.ts";
import { ServerProcess } from "./server-process.ts";

// APIs that are only told: durably, at least once, with one key, and never in anybody's way.

const told = (url: string) =>
  connector("told", `${url}/told?code=key-in-the-address`, {
    mode: "notify",
    timeoutInMilliseconds: 300,
    deliveryTries: 3,
    signature: { kind: "hmacSha256", key: "signing-key-0123456789" },
  });
const flows = {
  B2C_1_told: flow("B2C_1_told", {
    apiConnectorConfiguration: { postAttributeCollection: [{ id: "told" }, { id: "two" }] },
  }),
  B2C_1_told_token: flow("B2C_1_told_token", bound({ three: "told" })),
};

describe("a connector that is only told", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld(({ api }) => ({ connectors: { told: told(api.url) }, flows }));
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    world.api.reset();
    for (const { id } of await kept()) await world.server.context.store.notifications.remove(tenantId, id);
  });

  const kept = () => world.server.context.store.notifications.list(tenantId, 100);
  const toldTimes = (count: number) =>
    vi.waitFor(() => expect(world.api.to("/told")).toHaveLength(count), { timeout: 8000 });

  it("hears of an account that exists, after the others were asked, with what they answered", async () => {
    world.api.on("/two", goOn({ city: "Malmö" }));
    const { email, tokens } = await signUp(world, "B2C_1_told", { city: "Lund" });
    await toldTimes(1);
    const [request] = world.api.to("/told");
    expect(request?.body).toMatchObject({ step: "PostAttributeCollection", email, city: "Malmö" });
    expect(request?.body.objectId).toBe(tokens?.claims.oid);
    expect(request?.headers["vestibule-signature"]).toMatch(/^t=\d+,v1=/);
    await vi.waitFor(async () => expect(await kept()).toEqual([]));
  });

  it("hears nothing where the account does not come to be", async () => {
    world.api.on("/two", validationError("Mend it."));
    const refused = await signUp(world, "B2C_1_told");
    expect(resultOf(refused)).toContain("Mend it.");
    expect(await kept()).toEqual([]);
    expect(world.api.to("/told")).toEqual([]);
  });

  it("delays nobody, whatever it does; it is told again with the same key, then given up, and sent again on demand", async () => {
    world.api.on("/told", silence, reset, { status: 500 }, goOn());
    const begun = performance.now();
    const { tokens } = await signUp(world, "B2C_1_told_token");
    expect(tokens?.status).toBe(200);
    expect(performance.now() - begun).toBeLessThan(2500);
    await toldTimes(1);
    await vi.waitFor(async () => expect(await kept()).toMatchObject([{ attempts: 1, state: "waiting" }]));
    const [first] = await kept();
    const pause = (first?.due ?? 0) - world.server.context.now();
    expect(pause).toBeGreaterThan(1000);
    expect(pause).toBeLessThanOrEqual(5000);

    world.clock.advance(6_000);
    await toldTimes(2);
    await vi.waitFor(async () => expect(await kept()).toMatchObject([{ attempts: 2, state: "waiting" }]));
    world.clock.advance(11_000);
    await toldTimes(3);
    await vi.waitFor(async () => expect(await kept()).toMatchObject([{ attempts: 3, state: "dead" }]));
    expect((await kept())[0]?.problem).toBe("The API answered HTTP 500 (InternalServerError).");
    world.clock.advance(10 * 3_600_000);

    const page = await (await fetch(`${world.url}/dev/notifications`)).text();
    expect(page).toContain("given up after 3 tries");
    expect(page).not.toMatch(/key-in-the-address|signing-key/);
    const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? "";
    const action = /action="(\/dev\/notifications\/[^"]+)"/.exec(page)?.[1] ?? "";
    const press = (body: Record<string, string>) =>
      fetch(world.url + action, {
        method: "POST",
        headers: { origin: world.url },
        body: new URLSearchParams(body),
        redirect: "manual",
      });
    expect((await press({ do: "send" })).status).toBe(403);
    expect((await press({ do: "send", token })).status).toBe(303);
    await toldTimes(4);
    await vi.waitFor(async () => expect(await kept()).toEqual([]));
    const keys = world.api.to("/told").map(({ headers }) => headers["idempotency-key"]);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  }, 30_000);

  it("that hangs leaves the others alone", async () => {
    world.api.on("/told", silence);
    for (let i = 0; i < 6; i++) await signUp(world, "B2C_1_told_token");
    const done = await signUp(world, "B2C_1_plain");
    expect(resultOf(done)).toBe("token");
    expect(await accountOf(world, done.email)).toBeDefined();
  });
});

it("a server that is killed after the person's answer still tells the API, once it is back, with the same key", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vestibule-told-"));
  const api = await TestApi.start();
  const directory = join(folder, "tenant");
  await mkdir(directory);
  await writeTenant(directory, api.url, "http://localhost:1", { connectors: { told: told(api.url) }, flows });
  const server = new ServerProcess({ directory, dataDir: join(folder, "data"), httpPort: await freePort() });
  try {
    await server.start();
    // The API takes the first request and never answers: the server dies while it waits.
    api.on("/told", silence, goOn());
    const person = new Person(server.url);
    const email = newAddress();
    const page = await person.openSignUp("B2C_1_told");
    const end = await person.submit(page, {
      ...{ email, newPassword: goodPassword, reenterPassword: goodPassword, displayName: "Ida Lund" },
    });
    expect(end.kind).toBe("application");
    await vi.waitFor(() => expect(api.to("/told")).toHaveLength(1), { timeout: 5000 });
    await server.kill();
    await server.start();
    await vi.waitFor(() => expect(api.to("/told").length).toBeGreaterThanOrEqual(2), {
      timeout: 70_000,
      interval: 100,
    });
    const [one, two] = api.to("/told");
    expect(two?.text).toBe(one?.text);
    expect(two?.headers["idempotency-key"]).toBe(one?.headers["idempotency-key"]);
    const later = new Person(server.url);
    expect((await later.signIn(aPage(await later.open("B2C_1_told")), email, goodPassword)).kind).toBe(
      "application",
    );
  } finally {
    await server.kill();
    await api.close();
    await rm(folder, { recursive: true, force: true });
  }
}, 90_000);
