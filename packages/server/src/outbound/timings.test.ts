import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { createTestAuthority, FaultServers } from "./fault-server.fixture.ts";
import { createOutboundHttp } from "./index.ts";

const servers = new FaultServers();
afterEach(() => servers.close());

const call = (url: string) =>
  ({
    method: "POST",
    url,
    headers: {},
    body: "{}",
    timeout: 5000,
    tries: 1,
    maxResponseBytes: 1000,
  }) as const;

it("tells of a new connection and of one that is used again where the time went", async () => {
  const url = new URL(
    await servers.http((request, response) => {
      setTimeout(() => {
        response.writeHead(200).flushHeaders();
        setTimeout(() => response.end("{}"), 30);
      }, 40);
      request.resume();
    }),
  );
  const http = createOutboundHttp({
    development: true,
    lookup: (_hostname, _options, callback) => {
      setTimeout(() => callback(null, [{ address: "127.0.0.1", family: 4 }]), 30);
    },
  });
  const address = `http://named.example:${url.port}/`;
  const [first] = (await http.send(call(address))).attempts;
  expect(first?.timings?.dns).toBeGreaterThanOrEqual(25);
  expect(first?.timings?.connect).toBeGreaterThanOrEqual(0);
  expect(first?.timings?.tls).toBeUndefined();
  expect(first?.timings?.firstByte).toBeGreaterThanOrEqual(35);
  // A busy machine may see the first byte late, and then the body sooner after it.
  expect(first?.timings?.body).toBeGreaterThan(0);
  expect((first?.timings?.firstByte ?? 0) + (first?.timings?.body ?? 0)).toBeGreaterThanOrEqual(65);
  // The client takes a connection back a moment after its answer.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const [second] = (await http.send(call(address))).attempts;
  expect(second?.timings?.dns).toBeUndefined();
  expect(second?.timings?.connect).toBeUndefined();
  expect(second?.timings?.firstByte).toBeGreaterThanOrEqual(35);
  await http.close();
});

it("tells how long TLS took, and nothing where no connection came to be", async () => {
  const authority = createTestAuthority();
  const { cert, key } = authority.issue({ names: ["127.0.0.1"] });
  const server = createSecureServer({ cert, key }, (_request, response) => response.end("{}"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const http = createOutboundHttp({ development: true, certificateAuthorities: [authority.certificate] });
  const [attempt] = (await http.send(call(`https://127.0.0.1:${port}/`))).attempts;
  expect(attempt?.timings?.tls).toBeGreaterThan(0);
  expect(attempt?.timings?.body).toBeGreaterThanOrEqual(0);
  server.close();
  const [refused] = (await http.send(call("http://127.0.0.1:9/"))).attempts;
  expect(refused).toMatchObject({ failure: "connect" });
  expect(refused?.timings).toBeUndefined();
  await http.close();
});
