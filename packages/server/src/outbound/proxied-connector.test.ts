import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readNetwork } from "./address-guard.ts";
import { createTestAuthority, FaultServers } from "./fault-server.fixture.ts";
import { createOutboundHttp, type OutboundOptions } from "./outbound-http.ts";
import { readProxy } from "./proxied-connector.ts";

const authority = createTestAuthority();
const outside = "93.184.216.34";
let servers: FaultServers;
let closers: (() => unknown)[];

beforeEach(() => {
  servers = new FaultServers();
  closers = [];
});
afterEach(async () => {
  await Promise.all(closers.map((close) => close()));
  await servers.close();
});

/** A proxy that leads every tunnel to one port of this machine; `answer` is what it says. */
async function startProxy(port: number, answer = "HTTP/1.1 200 OK\r\n\r\n") {
  const heads: string[] = [];
  const proxy = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (head) => {
      heads.push(head.toString("latin1"));
      socket.write(answer);
      if (!answer.includes(" 200 ")) return socket.end();
      const inner: Socket = connect(port, "127.0.0.1");
      inner.on("error", () => socket.destroy());
      socket.pipe(inner).pipe(socket);
      closers.push(() => inner.destroy());
    });
    closers.push(() => socket.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  closers.push(() => proxy.close());
  return { heads, url: `http://user:pass%20word@127.0.0.1:${(proxy.address() as { port: number }).port}` };
}

function send(url: string, proxy: string, options: OutboundOptions = {}) {
  const parsed = readProxy(proxy);
  if (!parsed) throw new Error(proxy);
  const http = createOutboundHttp({
    proxy: parsed,
    certificateAuthorities: [authority.certificate],
    lookup: (_hostname, _options, callback) => callback(null, [{ address: outside, family: 4 }]),
    ...options,
  });
  closers.push(() => http.close());
  return http.send({
    method: "POST",
    url,
    headers: {},
    body: "{}",
    timeout: 3000,
    tries: 1,
    maxResponseBytes: 1000,
  });
}

describe("through a proxy", () => {
  it("an API is called at the address that was checked here, with TLS from end to end", async () => {
    const port = await servers.tls(authority.issue({ names: ["api.example"] }), (socket) =>
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
    );
    const proxy = await startProxy(port);
    expect(await send("https://api.example/sign-up", proxy.url)).toMatchObject({
      kind: "answer",
      status: 200,
    });
    expect(proxy.heads).toHaveLength(1);
    expect(proxy.heads[0]).toMatch(/^CONNECT 93\.184\.216\.34:443 HTTP\/1\.1\r\nHost: 93/);
    const credentials = Buffer.from("user:pass word").toString("base64");
    expect(proxy.heads[0]).toContain(`Proxy-Authorization: Basic ${credentials}`);
  });

  it("the certificate is checked against the name that was asked for", async () => {
    const port = await servers.tls(authority.issue({ names: ["other.example"] }), () => {});
    const proxy = await startProxy(port);
    expect(await send("https://api.example/", proxy.url)).toMatchObject({ failure: "tls" });
    expect(servers.requests).toBe(0);
  });

  it.each(["127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:169.254.169.254"])(
    "the guard holds: a name that resolves to %s is not even told to the proxy",
    async (address) => {
      const proxy = await startProxy(1);
      const lookup: OutboundOptions["lookup"] = (_hostname, _options, callback) =>
        callback(null, [{ address, family: address.includes(":") ? 6 : 4 }]);
      expect(await send("https://api.example/", proxy.url, { lookup })).toMatchObject({
        failure: "refusedAddress",
      });
      expect(
        await send(`https://${address.includes(":") ? `[${address}]` : address}/`, proxy.url),
      ).toMatchObject({
        failure: "refusedAddress",
      });
      expect(proxy.heads).toEqual([]);
    },
  );

  it("allowed networks of one's own are reached directly", async () => {
    const url = await servers.http((_request, response) => response.end("direct"));
    const proxy = await startProxy(1);
    const network = readNetwork("127.0.0.1");
    const answer = await send(url, proxy.url, { addresses: { networks: network ? [network] : [] } });
    expect(answer).toMatchObject({ kind: "answer", body: "direct" });
    expect(proxy.heads).toEqual([]);
  });

  it.each([
    ["refuses", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", /answered 407/],
    ["speaks no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", /no HTTP/],
    ["closes", "HTTP/1.1 5", /closed the connection/],
  ])("that %s the call fails, and says so to the operator", async (_, answer, detail) => {
    const proxy = await startProxy(1, answer);
    const result = await send("https://api.example/", proxy.url);
    expect(result).toMatchObject({ failure: "connect", detail: expect.stringMatching(detail) });
    expect(JSON.stringify(result)).not.toMatch(/pass|dXNlcjp/);
  });
});

it.each(["", "proxy:3128", "socks5://a", "http://a/path", "http://a/?x", "ftp://a"])(
  "'%s' is no proxy",
  (text) => {
    expect(readProxy(text)).toBeUndefined();
  },
);
