import { afterAll, beforeAll, expect, test } from "vitest";
import { codeFor, minimal, postToken, spaCode } from "./requests.fixture.ts";
import { startTestServer, type TestServer } from "./server.fixture.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test("an account that was disabled after its code was issued gets no tokens (security 6.3, row 22)", async () => {
  const directory = server.store.directory(server.tenant);
  const code = await codeFor(server, minimal.spa);
  await directory.change(server.objectId, { accountEnabled: false });
  expect((await postToken(server, spaCode(code))).problem).toBe("AADB2C90128 invalid_grant");
  await directory.change(server.objectId, { accountEnabled: true });
  // The refused code was used up.
  expect((await postToken(server, spaCode(code))).problem).toBe("AADB2C90080 invalid_grant");
  expect((await postToken(server, spaCode(await codeFor(server, minimal.spa)))).status).toBe(200);
});

test("an object id that is not the directory's own is the policy's matter", async () => {
  server.world.outcome = { objectId: "99999999-0000-4000-8000-000000000001" };
  expect((await postToken(server, spaCode(await codeFor(server, minimal.spa)))).status).toBe(200);
  server.world.outcome = {};
});
