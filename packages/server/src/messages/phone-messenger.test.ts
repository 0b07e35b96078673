import { createHmac, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createOutboundHttp, type OutboundHttp } from "../outbound/index.ts";
import type { OutboxEntry, OutboxStore } from "../store/store.ts";
import { testTenant } from "../store/suite-fixtures.ts";
import { createPhoneMessenger, type PhoneMessengerOptions } from "./phone-messenger.ts";
import { phoneProblem, reachesPhones } from "./phone-problem.ts";

const secret = randomBytes(32).toString("base64");
const text = { to: "+4790807061", text: "Use verification code 123456.", code: "123456", language: "nb" };

interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

let supplier: Server;
let received: Received[];
let status: number;
let http: OutboundHttp;
let entries: OutboxEntry[];
let warnings: string[];
beforeEach(async () => {
  received = [];
  status = 202;
  entries = [];
  warnings = [];
  supplier = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => supplier.listen(0, "127.0.0.1", resolve));
  http = createOutboundHttp({ development: true, addresses: { private: true, loopback: true } });
});
afterEach(async () => {
  await http.close();
  await new Promise((resolve) => supplier.close(resolve));
});

const address = (path = "/send") => `http://127.0.0.1:${(supplier.address() as AddressInfo).port}${path}`;

function messenger(options: Partial<PhoneMessengerOptions> = {}) {
  const outbox: OutboxStore = {
    add: async (entry) => void entries.push(entry),
    list: async () => entries,
  };
  return createPhoneMessenger({
    mode: "production",
    webhook: address(),
    secret: `whsec_${secret}`,
    outbox,
    http,
    log: { warn: (fields, line) => void warnings.push(JSON.stringify([fields, line])) },
    now: () => 1_760_000_000_500,
    ...options,
  })(testTenant());
}

describe("the phone webhook", () => {
  test("receives the message with a signature that its secret makes", async () => {
    const webhook = address("/send?account=7").replace("//", "//us%65r:p%40ss@");
    await messenger({ webhook }).text(text);
    const [{ headers, body } = { headers: {}, body: "" }] = received;
    const message = JSON.parse(body) as Record<string, unknown>;
    expect(message).toMatchObject({ type: "sms", ...text, id: headers["webhook-id"] });
    expect(message.tenant).toMatch(/^tenant\d+\.onmicrosoft\.com$/);
    expect(headers["webhook-timestamp"]).toBe("1760000000");
    const signed = `${String(message.id)}.1760000000.${body}`;
    const signature = createHmac("sha256", Buffer.from(secret, "base64")).update(signed).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${signature}`);
    expect(headers.authorization).toBe(`Basic ${Buffer.from("user:p@ss").toString("base64")}`);
  });

  test.each([
    [404, "unreachable"],
    [422, "unreachable"],
    [429, "throttled"],
    [500, "failed"],
    [302, "failed"],
    [401, "failed"],
  ])(
    "answers %i, which is %s, is asked once, and the log holds nothing of the message",
    async (code, reason) => {
      status = code;
      await expect(messenger().text(text)).rejects.toMatchObject({ reason });
      expect(received).toHaveLength(1);
      expect(warnings).toHaveLength(1);
      expect(warnings.join()).not.toMatch(/123456|90807061|127\.0\.0\.1/);
      expect(entries).toEqual([]);
    },
  );

  test("is not asked in production where its configuration is wrong", async () => {
    await expect(messenger({ secret: "c2hvcnQ=" }).text(text)).rejects.toMatchObject({ reason: "failed" });
    expect(received).toEqual([]);
  });
});

describe("the development outbox", () => {
  test("holds texts and calls where there is no webhook", async () => {
    const { webhook: _, ...rest } = { webhook: undefined };
    const delivery = createPhoneMessenger({
      ...rest,
      mode: "development",
      outbox: { add: async (entry) => void entries.push(entry), list: async () => entries },
      http,
      now: () => 7,
    })(testTenant());
    await delivery.text(text);
    await delivery.call({
      to: text.to,
      text: "Press #",
      language: "nb",
      confirm: "https://login.example/calls",
    });
    expect(entries).toMatchObject([
      { channel: "sms", to: text.to, code: "123456", delivery: "outbox", at: 7 },
      { channel: "call", confirm: "https://login.example/calls", delivery: "outbox" },
    ]);
    expect(received).toEqual([]);
  });

  test("holds what the webhook got and what it refused, too", async () => {
    const delivery = messenger({ mode: "development" });
    await delivery.text(text);
    status = 500;
    await expect(delivery.text(text)).rejects.toThrow();
    expect(entries.map((entry) => entry.delivery)).toEqual(["sent", "failed"]);
  });
});

describe("the configuration of the phone webhook", () => {
  const code = (configuration: Parameters<typeof phoneProblem>[0]) => phoneProblem(configuration)?.code;

  test("is needed in production alone", () => {
    expect(code({ mode: "development" })).toBeUndefined();
    expect(code({ mode: "production" })).toBe("PH001");
  });

  test("is an https address, or plain http to this machine", () => {
    const mode = "production";
    expect(code({ mode, webhook: "https://sms.example/send", secret })).toBeUndefined();
    expect(code({ mode, webhook: "http://127.0.0.1:8080/send", secret })).toBeUndefined();
    for (const webhook of [
      "http://sms.example/send",
      "ftp://sms.example",
      "sms.example",
      "",
      "https://%@x.example",
    ])
      expect([webhook, code({ mode, webhook, secret })]).toEqual([webhook, "PH002"]);
    expect(code({ mode: "development", webhook: "http://sms.example/send", secret })).toBeUndefined();
  });

  test("has a secret of 24 bytes at least", () => {
    const webhook = "https://sms.example/send";
    expect(code({ mode: "production", webhook })).toBe("PH003");
    expect(code({ mode: "production", webhook, secret: "not base64!" })).toBe("PH003");
    expect(code({ mode: "development", webhook, secret: "c2hvcnQ=" })).toBe("PH003");
  });

  test("is asked for by policies that come to a phone factor", () => {
    const profiles = (kinds: readonly string[]) =>
      ({ profiles: { values: () => kinds.map((kind) => ({ kind, profile: { metadata: {} } })) } }) as never;
    expect(reachesPhones(profiles(["selfAsserted", "phoneFactor"]))).toBe(true);
    expect(reachesPhones(profiles(["selfAsserted"]))).toBe(false);
  });
});
