import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OutboxEntry, OutboxStore } from "../store/store.ts";
import { createMailer, type Mailer, type MailerOptions, MailNotSent } from "./mailer.ts";
import { type MailServer, startMailServer } from "./testing/mail-server.ts";

const to = "maria.sample@customer.example";
const message = {
  to,
  subject: "Contoso account email verification code",
  text: "Your code is: 123456",
  html: "<p>Your code is: <b>123456</b></p>",
  code: "123456",
};
let server: MailServer;
let entries: OutboxEntry[];
let lines: string[];
let mailer: Mailer | undefined;

const outbox: OutboxStore = {
  add: async (entry) => void entries.push(entry),
  list: async () => entries,
};

beforeEach(async () => {
  server = await startMailServer();
  entries = [];
  lines = [];
});
afterEach(async () => {
  mailer?.close();
  await server.close();
});

function make(options: Partial<MailerOptions> = {}): Mailer {
  mailer = createMailer({
    mode: "development",
    outbox,
    now: () => 1_700_000_000_000,
    from: "Contoso <no-reply@contoso.example>",
    log: { warn: (fields, text) => void lines.push(JSON.stringify(fields) + text) },
    ...options,
  });
  return mailer;
}

const failure = (promise: Promise<void>) => promise.then(() => undefined).catch((error: unknown) => error);

describe("development without a mail server", () => {
  it("puts the message into the tenant's outbox", async () => {
    await make().deliver("tenant-1", message);
    expect(entries).toEqual([
      {
        ...message,
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        tenantId: "tenant-1",
        at: 1_700_000_000_000,
        delivery: "outbox",
      },
    ]);
  });
});

describe("with a mail server", () => {
  it("sends the message to one recipient, from the configured sender, and keeps it in the outbox", async () => {
    await make({ smtp: server.url }).deliver("tenant-1", message);
    expect(server.received).toHaveLength(1);
    const [mail] = server.received;
    expect(mail).toMatchObject({ from: "no-reply@contoso.example", to: [to] });
    expect(mail?.data).toContain("From: Contoso <no-reply@contoso.example>");
    expect(mail?.data).toContain("Subject: Contoso account email verification code");
    expect(mail?.data).toContain("Auto-Submitted: auto-generated");
    expect(mail?.data).toContain("Your code is: 123456");
    expect(mail?.data).toContain("text/html");
    expect(entries).toMatchObject([{ delivery: "sent" }]);
  });

  it("gives its user name and password", async () => {
    const smtp = server.url.replace("smtp://", "smtp://mail%40contoso:p%3Ass@");
    await make({ smtp }).deliver("tenant-1", message);
    expect(server.received[0]?.credentials).toBe("\0mail@contoso\0p:ss");
  });

  it("keeps no message in production", async () => {
    await make({ mode: "production", smtp: server.url }).deliver("tenant-1", message);
    expect(server.received).toHaveLength(1);
    expect(entries).toEqual([]);
  });

  it("sends many messages at once, each to its own recipient", async () => {
    const many = make({ smtp: server.url });
    const addresses = Array.from({ length: 20 }, (_, index) => `person${index}@customer.example`);
    await Promise.all(addresses.map((address) => many.deliver("tenant-1", { ...message, to: address })));
    expect(server.received.map((mail) => mail.to.join()).sort()).toEqual(addresses.sort());
  });

  it("cannot be made to write headers by its subject", async () => {
    const odd = { ...message, subject: "A\r\nBcc: x@evil.example" };
    await make({ smtp: server.url }).deliver("tenant-1", odd);
    expect(server.received[0]?.data.split("\r\n\r\n")[0]).not.toMatch(/^Bcc:/im);
    expect(server.received[0]?.to).toEqual([to]);
  });
});

describe("a mail that is not sent", () => {
  it.each([
    ["the recipient is refused", { RCPT: `550 5.1.1 <${to}> unknown` }, "EENVELOPE", 550],
    ["the message is refused", { END: `554 spam for ${to}` }, "EMESSAGE", 554],
    ["the server is busy", { MAIL: "451 try later" }, "EENVELOPE", 451],
  ])(
    "is reported where %s, and neither log nor error names the address",
    async (_what, replies, code, reply) => {
      server.replies = replies;
      const error = await failure(make({ smtp: server.url }).deliver("tenant-1", message));
      expect(error).toBeInstanceOf(MailNotSent);
      expect(error).toMatchObject({ code, reply });
      expect(lines).toEqual([`{"tenantId":"tenant-1","code":"${code}","reply":${reply}}mail not sent`]);
      expect(String(error) + JSON.stringify(error)).not.toMatch(/customer|123456/);
      expect(error).not.toHaveProperty("cause");
      expect(entries).toMatchObject([{ delivery: "failed" }]);
    },
  );

  it("is reported where the credentials are refused", async () => {
    server.replies = { AUTH: "535 no" };
    const smtp = server.url.replace("smtp://", "smtp://user:secret@");
    const error = await failure(make({ smtp }).deliver("tenant-1", message));
    expect(error).toMatchObject({ code: "EAUTH", reply: 535 });
    expect(lines.join()).not.toContain("secret");
  });

  it("is reported where nobody listens", async () => {
    await server.close();
    const error = await failure(make({ smtp: server.url }).deliver("tenant-1", message));
    expect(error).toMatchObject({ name: "MailNotSent" });
  });

  it.each(["CONNECT", "MAIL", "END"])(
    "is reported within its time where the server falls silent at %s",
    async (at) => {
      server.replies = { [at]: "" };
      const started = performance.now();
      const error = await failure(make({ smtp: server.url, timeout: 300 }).deliver("tenant-1", message));
      expect(error).toMatchObject({ name: "MailNotSent" });
      expect(performance.now() - started).toBeLessThan(5_000);
    },
  );

  it.each([
    "a@x.example, b@y.example",
    "a@x.example\r\nBcc: b@y.example",
    "A <a@x.example>",
    "a b@x.example",
    "a@",
  ])("is %j: never more than one plain address", async (address) => {
    const odd = { ...message, to: address };
    const error = await failure(make({ smtp: server.url }).deliver("tenant-1", odd));
    expect(error).toMatchObject({ code: "ML004" });
    expect(server.received).toEqual([]);
  });

  it("never travels unencrypted from a production server to another machine", async () => {
    // Reaches this machine, but is no address of it by name.
    const smtp = server.url.replace("127.0.0.1", "0.0.0.0");
    const error = await failure(make({ mode: "production", smtp }).deliver("tenant-1", message));
    expect(error).toMatchObject({ code: "ETLS" });
    expect(server.received).toEqual([]);
  });

  it("goes nowhere in production without a mail server", async () => {
    const error = await failure(make({ mode: "production" }).deliver("tenant-1", message));
    expect(error).toMatchObject({ code: "ML001" });
    expect(entries).toEqual([]);
  });
});
