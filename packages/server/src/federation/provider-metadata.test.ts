import { describe, expect, it } from "vitest";
import { refusedWith, useHostileProvider } from "./testing/round-trips.ts";

const trips = useHostileProvider();

describe("limits and addresses", () => {
  it("gives up on metadata that never comes to an end", async () => {
    trips.idp.metadataEndpoint = (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write("{");
    };
    trips.federation = trips.make({ bounds: { timeout: 200, maxResponseBytes: 1_000 } });
    const started = performance.now();
    expect(await trips.start()).toMatchObject(refusedWith("AADB2C90289"));
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("stops reading an answer that is too large", async () => {
    trips.idp.discovery = (honest) => ({ ...honest, padding: "x".repeat(2_000_000) });
    const begun = await trips.start();
    expect(begun).toMatchObject({ code: "AADB2C90289", detail: expect.stringContaining("1048576 bytes") });
  });

  it("follows no redirect of the metadata", async () => {
    trips.idp.metadataEndpoint = (_request, response) => {
      response.writeHead(302, { location: `${trips.idp.url}/elsewhere` }).end();
    };
    expect(await trips.start()).toMatchObject(refusedWith("AADB2C90289"));
    expect(trips.idp.requests.map(({ path }) => path)).toEqual(["/.well-known/openid-configuration"]);
  });

  it("speaks plain http only where that is allowed", async () => {
    trips.federation = trips.make({ allowInsecureHttp: false });
    expect(await trips.start()).toMatchObject(refusedWith("AADB2C90289"));
    expect(trips.idp.requests).toHaveLength(0);
  });

  it("sends every request through the given fetch, so that the address guard sees it", async () => {
    const seen: string[] = [];
    trips.idp.userInfo = { sub: "subject-1" };
    trips.federation = trips.make({
      fetch: (url, init) => {
        seen.push(new URL(url).pathname);
        return fetch(url, init);
      },
    });
    await trips.run();
    expect(seen).toEqual(["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"]);
  });

  it("treats an address that the guard refuses as a provider that cannot be reached", async () => {
    trips.federation = trips.make({ fetch: () => Promise.reject(new Error("address refused")) });
    expect(await trips.start()).toMatchObject({
      code: "AADB2C90289",
      detail: expect.stringContaining("address refused"),
    });
  });
});

describe("the metadata cache", () => {
  const count = () => trips.requestsTo("/.well-known/openid-configuration");

  it("fetches once for many journeys at once, and again after ten minutes", async () => {
    await Promise.all(Array.from({ length: 20 }, () => trips.begin()));
    expect(count()).toBe(1);
    trips.time += 11 * 60_000;
    await trips.begin();
    expect(count()).toBe(2);
  });

  it("keeps the last good version for an hour while the provider fails", async () => {
    await trips.begin();
    trips.idp.metadataEndpoint = (_request, response) => void response.writeHead(500).end();
    trips.time += 30 * 60_000;
    await trips.begin();
    trips.time += 31 * 60_000;
    expect(await trips.start()).toMatchObject(refusedWith("AADB2C90289"));
  });

  it("does not remember a failure", async () => {
    trips.idp.metadataEndpoint = (_request, response) => void response.writeHead(500).end();
    await trips.start();
    delete trips.idp.metadataEndpoint;
    expect(new URL((await trips.begin()).url).origin).toBe(trips.idp.url);
  });
});
