import { createServer } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ConsoleServer, sendJson, startConsole } from "./console.fixture.ts";

let server: ConsoleServer;
let port: number;

beforeAll(async () => {
  port = await freePort();
  server = await startConsole({ keepCalls: 0, metrics: { port } });
});
afterAll(() => server?.close());

it("a server that keeps no calls still counts them, at the operator's port alone", async () => {
  server.answers((response) => sendJson(response, { version: "1.0.0", action: "Continue" }));
  await server.signIn();
  expect(server.received.length).toBeGreaterThan(0);
  expect(await (await fetch(`${server.url}/dev/calls.json`)).json()).toEqual([]);
  const audit = await server.server.context.store.observations.listAudit(server.tenantId, 10);
  expect(audit.some(({ activity }) => activity.startsWith("An API was called"))).toBe(true);
  const text = await (await fetch(`http://localhost:${port}/metrics`)).text();
  expect(text).toMatch(
    /vestibule_connector_calls_total\{tenant="contoso\.onmicrosoft\.com",connector="before-token",[^}]*decision="continue"\} 1\n/,
  );
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
