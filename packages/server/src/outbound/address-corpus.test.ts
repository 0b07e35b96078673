import type { LookupFunction } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publicAddresses, refusedSpellings, type Spelling } from "./address-corpus.fixture.ts";
import { addressGuard, readNetwork } from "./address-guard.ts";
import { FaultServers } from "./fault-server.fixture.ts";
import { createOutboundHttp, type OutboundHttp } from "./outbound-http.ts";

let servers: FaultServers;
let port: string;
beforeAll(async () => {
  servers = new FaultServers();
  ({ port } = new URL(await servers.http((_request, response) => response.end("reached"))));
});
afterAll(() => servers.close());

const answering =
  ({ resolves = [] }: Spelling): LookupFunction =>
  (hostname, _options, callback) => {
    if (resolves.length === 0) throw new Error(`${hostname} is no name, and is looked up`);
    callback(
      null,
      resolves.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };

const send = (http: OutboundHttp, url: string) =>
  http.send({
    method: "POST",
    url,
    headers: {},
    body: "{}",
    timeout: 2000,
    tries: 3,
    maxResponseBytes: 1000,
  });

const title = ({ host, resolves }: Spelling) => `${host}${resolves ? ` (${resolves})` : ""}`;

it("the corpus has 150 spellings at least, none of them twice", () => {
  expect(new Set(refusedSpellings.map(title)).size).toBe(refusedSpellings.length);
  expect(refusedSpellings.length).toBeGreaterThanOrEqual(150);
});

describe("in production nothing is dialled at", () => {
  it.each(refusedSpellings.map((spelling) => [title(spelling), spelling] as const))(
    "%s",
    async (_, spelling) => {
      const http = createOutboundHttp({ lookup: answering(spelling) });
      const result = await send(http, `http://${spelling.host}:${port}/`);
      expect(result).toMatchObject({ kind: "failure", failure: "refusedAddress" });
      // Asked once: what is refused now is refused again.
      expect(result.attempts).toHaveLength(1);
      await http.close();
      expect(servers.connections).toBe(0);
    },
  );
});

describe("what can be allowed, and what cannot", () => {
  const everything = ["0.0.0.0/0", "::/0"].map((text) => {
    const network = readNetwork(text);
    if (!network) throw new Error(text);
    return network;
  });
  const open = addressGuard({ loopback: false, private: false, networks: everything });
  const address = (spelling: Spelling) =>
    spelling.resolves ?? [new URL(`http://${spelling.host}/`).hostname.replace(/^\[|\]$/g, "")];

  it.each(refusedSpellings.map((spelling) => [title(spelling), spelling] as const))("%s", (_, spelling) => {
    const verdicts = address(spelling).map((one) => open(one));
    if (spelling.is === "never") expect(verdicts[0]).toBeTypeOf("string");
    else for (const verdict of verdicts) expect(verdict).toBeUndefined();
  });

  it("is allowed network by network", () => {
    const network = readNetwork("10.1.0.0/16");
    const guard = addressGuard({ loopback: false, private: false, networks: network ? [network] : [] });
    expect(["10.1.0.1", "10.1.255.255", "::ffff:10.1.2.3", "64:ff9b::a01:203"].map(guard)).toEqual(
      Array(4).fill(undefined),
    );
    for (const other of ["10.2.0.1", "127.0.0.1", "192.168.0.1", "169.254.169.254", "fd00::1"]) {
      expect(guard(other), other).toBeTypeOf("string");
    }
  });

  it.each([
    "",
    "10.1",
    "10.1.0.0/33",
    "10.0.0.1/x",
    "a.example",
    "167772161",
    "::1/129",
    "10.1.0.0-10.2.0.0",
  ])("is no network: '%s'", (text) => {
    expect(readNetwork(text)).toBeUndefined();
  });
});

it.each(publicAddresses)("%s is public", (address) => {
  expect(addressGuard({ loopback: false, private: false })(address)).toBeUndefined();
});

describe("a name whose answers change", () => {
  const changing = (...answers: readonly (readonly string[])[]): LookupFunction => {
    let asked = 0;
    return (_hostname, _options, callback) => {
      const now = answers[Math.min(asked++, answers.length - 1)] ?? [];
      callback(
        null,
        now.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
    };
  };

  it("is checked at each dialling: the address that was good a moment ago counts for nothing", async () => {
    const http = createOutboundHttp({
      development: true,
      lookup: changing(["127.0.0.1"], ["169.254.169.254"]),
    });
    const url = `http://rebind.example:${port}/`;
    expect(await send(http, url)).toMatchObject({ kind: "answer", body: "reached" });
    // A call on the kept connection reaches the address that was checked; the next connection is checked anew.
    await http.close();
    const again = createOutboundHttp({
      development: true,
      lookup: changing(["169.254.169.254"], ["127.0.0.1"]),
    });
    expect(await send(again, url)).toMatchObject({ failure: "refusedAddress" });
    await again.close();
  });

  it("reaches only what is allowed of several answers", async () => {
    const http = createOutboundHttp({
      development: true,
      lookup: changing(["169.254.169.254", "fe80::1", "127.0.0.1"]),
    });
    const before = servers.connections;
    expect(await send(http, `http://several.example:${port}/`)).toMatchObject({ kind: "answer" });
    expect(servers.connections).toBe(before + 1);
    await http.close();
  });
});

it.each([301, 302, 303, 307, 308])("a redirect (%i) to a refused address leads nowhere", async (status) => {
  const seen = servers.connections;
  const url = await servers.http((_request, response) =>
    response.writeHead(status, { location: "http://169.254.169.254/latest/meta-data/" }).end(),
  );
  const http = createOutboundHttp({ development: true });
  expect(await send(http, url)).toMatchObject({ kind: "answer", status });
  expect(servers.connections).toBe(seen + 1);
  await http.close();
});
