import { afterEach, beforeEach, expect, test } from "vitest";
import { createLimitMemory, type VisitorLimits, visitorLimits } from "../hosting/visitor-limits.ts";
import { authorize, codeFor, minimal, postToken, webCode } from "./requests.fixture.ts";
import { startTestServer, type TestServer } from "./server.fixture.ts";

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  // One hundredth of the defaults: 30 journeys and 6 refused token requests in five minutes.
  const limits: VisitorLimits = visitorLimits(createLimitMemory(), 0.01, () => server.world.now);
  Object.assign(server.context, { limits });
});
afterEach(() => server.close());

test("one address cannot begin journeys without end: the person reads why, and when", async () => {
  for (let count = 0; count < 30; count += 1) expect((await authorize(server, minimal.web)).status).toBe(302);
  const refused = await authorize(server, minimal.web);
  expect([refused.status, refused.headers.get("retry-after"), server.errors.at(-1)?.code]).toEqual([
    429,
    "10",
    "AADB2C90244",
  ]);
  server.world.now += 10_000;
  expect((await authorize(server, minimal.web)).status).toBe(302);
});

test("guesses at the token endpoint end; what is granted costs nothing", async () => {
  for (let count = 0; count < 10; count += 1) {
    const code = await codeFor(server, minimal.web);
    expect((await postToken(server, webCode(code))).status).toBe(200);
  }
  for (let count = 0; count < 6; count += 1)
    expect((await postToken(server, webCode("guess"))).problem).toBe("AADB2C90088 invalid_grant");
  const refused = await postToken(server, webCode("guess"));
  expect([refused.status, refused.problem]).toEqual([429, "AADB2C90244 temporarily_unavailable"]);
  expect(refused.headers.get("retry-after")).toBe("50");
});
