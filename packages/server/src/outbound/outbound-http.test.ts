import { gzipSync } from "node:zlib";
import type { HttpCall, HttpResult } from "@vestibule/engine";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTestAuthority, FaultServers } from "./fault-server.fixture.ts";
import { createOutboundHttp, type OutboundHttp, type OutboundOptions } from "./outbound-http.ts";

const authority = createTestAuthority();
const zipBomb = gzipSync(Buffer.alloc(20_000_000));
let servers: FaultServers;
let clients: OutboundHttp[];

beforeEach(() => {
  servers = new FaultServers();
  clients = [];
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await servers.close();
});

function client(options: OutboundOptions = {}): OutboundHttp {
  const made = createOutboundHttp({
    development: true,
    certificateAuthorities: [authority.certificate],
    ...options,
  });
  clients.push(made);
  return made;
}

const call = (url: string, more: Partial<HttpCall> = {}): HttpCall => ({
  method: "POST",
  url,
  headers: { "content-type": "application/json" },
  body: '{"step":"x"}',
  timeout: 250,
  tries: 3,
  maxResponseBytes: 64 * 1024,
  ...more,
});

function failureOf(result: HttpResult): string {
  return result.kind === "failure" ? result.failure : `answered ${result.status}`;
}

describe("an answer", () => {
  it("comes back with status, headers and body, after one try, over a kept connection", async () => {
    const url = await servers.http((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => response.writeHead(201, { "X-One": "1" }).end(`${request.method} ${body} å`));
    });
    const http = client();
    const first = await http.send(call(`${url}/a?code=k`));
    // undici takes a connection for free one turn of the event loop after the answer.
    await new Promise(setImmediate);
    const second = await http.send(call(`${url}/a?code=k`));
    expect(first).toMatchObject({
      kind: "answer",
      status: 201,
      body: 'POST {"step":"x"} å',
      headers: { "x-one": "1" },
      attempts: [{ status: 201 }],
    });
    expect(second.kind).toBe("answer");
    expect(servers.connections).toBe(1);
  });

  it.each([200, 204, 400, 401, 404, 409, 418, 429, 500, 503, 599])(
    "of status %i is never repeated",
    async (status) => {
      const url = await servers.http((_request, response) => response.writeHead(status).end());
      expect(await client().send(call(url))).toMatchObject({ kind: "answer", status });
      expect(servers.requests).toBe(1);
    },
  );

  it("that redirects is given back, not followed", async () => {
    const url = await servers.http((_request, response) =>
      response.writeHead(302, { location: "/elsewhere" }).end(),
    );
    expect(await client().send(call(url))).toMatchObject({ kind: "answer", status: 302 });
    expect(servers.requests).toBe(1);
  });

  it.each(["content-encoding", "content-type", "constructor", "__proto__"])(
    "whose header %s comes twice is no surprise",
    async (name) => {
      const url = await servers.raw((socket) => {
        socket.end(`HTTP/1.1 200 OK\r\n${name}: gzip\r\n${name}: gzip\r\ncontent-length: 2\r\n\r\n{}`);
      });
      const result = await client().send(call(url, { tries: 1 }));
      expect(failureOf(result)).toBe(name === "content-encoding" ? "reset" : "answered 200");
    },
  );

  it("may be announced by informational ones", async () => {
    const url = await servers.raw((socket) => {
      socket.end(
        "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
      );
    });
    expect(await client().send(call(url))).toMatchObject({ kind: "answer", status: 200, body: "{}" });
  });

  it("that is compressed unasked is read, and a bomb is not", async () => {
    const url = await servers.http((request, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end(request.url === "/bomb" ? zipBomb : gzipSync('{"ok":1}'));
    });
    expect(await client().send(call(`${url}/small`))).toMatchObject({ kind: "answer", body: '{"ok":1}' });
    const bomb = await client().send(call(`${url}/bomb`));
    expect(failureOf(bomb)).toBe("tooLarge");
    expect(bomb.attempts).toHaveLength(1);
  });

  it("whose encoding cannot be read is a failure, not an empty body", async () => {
    const url = await servers.http((request, response) => {
      response.setHeader("content-encoding", request.url === "/a" ? "gzip" : "rot13");
      response.end("this is not gzip");
    });
    expect(failureOf(await client().send(call(`${url}/a`)))).toBe("reset");
    expect(failureOf(await client().send(call(`${url}/b`)))).toBe("reset");
  });

  it("of a server that switches protocols is a broken connection", async () => {
    const url = await servers.raw((socket) => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n");
    });
    expect(failureOf(await client().send(call(url, { tries: 1 })))).toBe("reset");
  });
});

describe("no answer", () => {
  it("refused: every try is made, none waits", async () => {
    const closed = new FaultServers();
    const url = await closed.http(() => {});
    await closed.close();
    const result = await client().send(call(url));
    expect(failureOf(result)).toBe("connect");
    expect(result.attempts).toMatchObject([
      { failure: "connect" },
      { failure: "connect" },
      { failure: "connect" },
    ]);
  });

  it.each([
    [
      "on connecting",
      (url: FaultServers) =>
        url.raw(
          () => {},
          (socket) => socket.resetAndDestroy(),
        ),
    ],
    ["after the request", (url: FaultServers) => url.raw((socket) => socket.resetAndDestroy())],
    ["by a polite close", (url: FaultServers) => url.raw((socket) => socket.end())],
    ["inside the status line", (url: FaultServers) => url.raw((socket) => socket.end("HTTP/1.1 2"))],
    [
      "by bytes that are no HTTP",
      (url: FaultServers) => url.raw((socket) => socket.end("SSH-2.0-x\r\n\r\n")),
    ],
  ])("reset %s: every try is made", async (_phase, start) => {
    const result = await client().send(call(await start(servers)));
    expect(failureOf(result)).toBe("reset");
    expect(result.attempts).toHaveLength(3);
    expect(servers.connections).toBe(3);
  });

  it("the second try counts where the first had none", async () => {
    const url = await servers.raw((socket) => {
      if (servers.requests === 1) socket.resetAndDestroy();
      else socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    });
    const result = await client().send(call(url));
    expect(result).toMatchObject({ kind: "answer", attempts: [{ failure: "reset" }, { status: 200 }] });
  });

  it.each([
    ["silence", () => {}, 3],
    ["slow headers", (socket: { write(text: string): unknown }) => socket.write("HTTP/1.1 200 OK\r\nx: "), 3],
    [
      "a slow body",
      (socket: { write(text: string): unknown }) =>
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"),
      1,
    ],
  ] as const)(
    "%s ends with the time of a try; once a status came there is no second",
    async (_name, answer, tries) => {
      const url = await servers.raw(answer);
      const result = await client().send(call(url, { timeout: 60 }));
      expect(failureOf(result)).toBe("timeout");
      expect(result.attempts).toHaveLength(tries);
      for (const { duration } of result.attempts) expect(duration).toBeGreaterThanOrEqual(58);
      expect(servers.requests).toBe(tries);
    },
  );

  it("a body that drips never outlives the time of a try", async () => {
    const url = await servers.http((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write("x"), 10);
      response.on("close", () => clearInterval(drip));
    });
    const result = await client().send(call(url, { timeout: 500 }));
    expect(failureOf(result)).toBe("timeout");
    expect(result.attempts).toMatchObject([{ status: 200, failure: "timeout" }]);
  });

  it("a truncated body is a broken connection and is not repeated", async () => {
    const url = await servers.raw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"action":"Continue"}'),
    );
    const result = await client().send(call(url));
    expect(failureOf(result)).toBe("reset");
    expect(result.attempts).toHaveLength(1);
  });

  it("an endless body stops at the limit, announced or not", async () => {
    const url = await servers.http((request, response) => {
      if (request.url === "/announced") {
        response.writeHead(200, { "content-length": "999999999" });
        response.write("x");
        return;
      }
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(16_384)));
      };
      response.on("drain", more);
      more();
    });
    for (const path of ["/announced", "/endless"]) {
      const result = await client().send(call(url + path, { timeout: 5000 }));
      expect(failureOf(result)).toBe("tooLarge");
      expect(result.attempts).toHaveLength(1);
    }
  });

  it("headers beyond 16 KiB are too large", async () => {
    const url = await servers.raw((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(20_000)}\r\ncontent-length: 0\r\n\r\n`),
    );
    const result = await client().send(call(url));
    expect(failureOf(result)).toBe("tooLarge");
    expect(result.attempts).toHaveLength(1);
  });

  it("a name that does not resolve is a DNS failure", async () => {
    const result = await client().send(call("https://no-such-host.invalid/", { timeout: 5000 }));
    expect(failureOf(result)).toBe("dns");
    expect(result.attempts).toHaveLength(3);
  });

  it("an address that cannot be one is refused without an exception", async () => {
    for (const url of ["nonsense", "ftp://127.0.0.1/", "http://"]) {
      expect(await client().send(call(url))).toMatchObject({ kind: "failure", attempts: [] });
    }
    const badHeader = call(await servers.http((_q, r) => r.end()), { headers: { "x-a": "b\r\nx-admin: 1" } });
    expect((await client().send(badHeader)).kind).toBe("failure");
    expect(servers.requests).toBe(0);
  });

  it("a request that waited too long for its connection never goes out", async () => {
    let answerDns: () => void = () => {};
    const url = new URL(await servers.http((_request, response) => response.end()));
    const http = client({
      lookup: (_hostname, _options, callback) => {
        answerDns = () => callback(null, [{ address: "127.0.0.1", family: 4 }]);
      },
    });
    const result = await http.send(call(`http://slow.example:${url.port}/`, { timeout: 50, tries: 1 }));
    expect(failureOf(result)).toBe("timeout");
    answerDns();
    await vi.waitFor(() => expect(servers.connections).toBe(1));
    expect(servers.requests).toBe(0);
  });
});

describe("TLS", () => {
  const respond = (socket: { end(text: string): unknown }) =>
    socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
  const good = () => authority.issue({ names: ["localhost", "127.0.0.1"] });

  it("is spoken with a trusted certificate", async () => {
    const port = await servers.tls(good(), respond);
    expect(await client().send(call(`https://127.0.0.1:${port}/`))).toMatchObject({ kind: "answer" });
  });

  it.each([
    ["expired", () => authority.issue({ names: ["127.0.0.1"], notAfter: new Date(Date.now() - 1000) })],
    ["for another name", () => authority.issue({ names: ["other.example"] })],
    ["of an unknown authority", () => createTestAuthority().issue({ names: ["127.0.0.1"] })],
  ])("is refused with a certificate that is %s, and no request goes out", async (_name, issue) => {
    const port = await servers.tls(issue(), respond);
    const result = await client().send(call(`https://127.0.0.1:${port}/`, { timeout: 5000 }));
    expect(failureOf(result)).toBe("tls");
    expect(servers.requests).toBe(0);
  });

  it("older than 1.2 is refused", async () => {
    const port = await servers.tls(
      { ...good(), maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" },
      respond,
    );
    const result = await client().send(call(`https://127.0.0.1:${port}/`, { timeout: 5000, tries: 1 }));
    expect(failureOf(result)).toBe("tls");
  });

  it("to a server that speaks plain HTTP is a TLS failure", async () => {
    const url = await servers.http((_request, response) => response.end());
    const result = await client().send(call(url.replace("http:", "https:"), { timeout: 5000, tries: 1 }));
    expect(failureOf(result)).toBe("tls");
  });

  it("presents the client certificate of the call, and never on another call's connection", async () => {
    const { cert, key } = authority.issue({ names: ["client.example"] });
    const seen: string[] = [];
    const port = await servers.tls(
      { ...good(), requestCert: true, rejectUnauthorized: false, ca: authority.certificate },
      (socket) => {
        const { subject } = (socket as import("node:tls").TLSSocket).getPeerCertificate();
        seen.push(String(subject?.CN ?? "none"));
        respond(socket);
      },
    );
    const http = client();
    const url = `https://127.0.0.1:${port}/`;
    await http.send(call(url, { clientCertificate: { certificate: cert, privateKey: key } }));
    await http.send(call(url));
    expect(seen).toEqual(["client.example", "none"]);
  });
});

describe("the address guard", () => {
  it("refuses loopback in production before any connection, whatever the spelling", async () => {
    const { port } = new URL(await servers.http((_request, response) => response.end()));
    const http = client({ development: false });
    for (const host of ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]"]) {
      const result = await http.send(call(`http://${host}:${port}/`, { timeout: 2000 }));
      expect(failureOf(result), host).toBe("refusedAddress");
      expect(result.attempts).toHaveLength(1);
    }
    expect(servers.connections).toBe(0);
  });

  it("checks what a name resolves to at the moment of dialling", async () => {
    const { port } = new URL(await servers.http((_request, response) => response.end("ok")));
    let answers = 0;
    const http = client({
      // The name is harmless first and turns to a metadata address later.
      lookup: (_hostname, options, callback) => {
        const address = answers++ === 0 ? "127.0.0.1" : "169.254.169.254";
        if (options.all) callback(null, [{ address, family: 4 }]);
        else callback(null, address, 4);
      },
    });
    const url = `http://rebind.example:${port}/`;
    expect(failureOf(await http.send(call(url, { headers: { connection: "close" } })))).toBe("answered 200");
    expect(failureOf(await http.send(call(url)))).toBe("refusedAddress");
  });
});

describe("the circuit", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("opens after ten failed calls, for that endpoint alone, and lets one probe through later", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    let dead = true;
    const url = await servers.raw((socket) => {
      if (dead) socket.resetAndDestroy();
      else socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    });
    const http = client();
    const once = { tries: 1 };
    for (let i = 0; i < 10; i++)
      expect(failureOf(await http.send(call(`${url}/a?x=${i}`, once)))).toBe("reset");
    const open = await http.send(call(`${url}/a?x=11`, once));
    expect(open).toMatchObject({ kind: "failure", failure: "circuitOpen", attempts: [] });
    expect(servers.requests).toBe(10);
    expect(failureOf(await http.send(call(`${url}/b`, once)))).toBe("reset");

    vi.advanceTimersByTime(30_001);
    expect(failureOf(await http.send(call(`${url}/a`, once)))).toBe("reset");
    expect(failureOf(await http.send(call(`${url}/a`, once)))).toBe("circuitOpen");
    dead = false;
    vi.advanceTimersByTime(30_001);
    expect(failureOf(await http.send(call(`${url}/a`, once)))).toBe("answered 200");
    expect(failureOf(await http.send(call(`${url}/a`, once)))).toBe("answered 200");
  });

  it("lets its probe through in time although the machine's clock was set back", async () => {
    const dead = await servers.raw((socket) => socket.resetAndDestroy());
    const http = client({ breaker: { failures: 1, window: 60_000, halfOpenAfter: 20 } });
    await http.send(call(dead, { tries: 1 }));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_600_000 });
    await vi.waitFor(async () => expect(failureOf(await http.send(call(dead, { tries: 1 })))).toBe("reset"));
  });

  it("does not open for HTTP statuses, for failures spread over more than a minute, or where it is off", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const failing = await servers.http((_request, response) => response.writeHead(503).end());
    const http = client();
    for (let i = 0; i < 12; i++) await http.send(call(failing));
    expect(failureOf(await http.send(call(failing)))).toBe("answered 503");

    const dead = await servers.raw((socket) => socket.resetAndDestroy());
    for (let i = 0; i < 12; i++) {
      expect(failureOf(await http.send(call(dead, { tries: 1 })))).toBe("reset");
      vi.advanceTimersByTime(10_000);
    }
    const off = client({ breaker: false });
    for (let i = 0; i < 12; i++) expect(failureOf(await off.send(call(dead, { tries: 1 })))).toBe("reset");
  });
});
