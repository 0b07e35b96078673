import { describe, expect, it } from "vitest";
import { type MailConfiguration, mailProblem, readSender } from "./mail-problem.ts";
import { isLoopback, readSmtpAddress } from "./smtp-address.ts";

const from = "Contoso <no-reply@contoso.example>";

describe("what is wrong with a mail configuration", () => {
  it.each<[string, MailConfiguration, string | undefined]>([
    ["development needs no mail server", { mode: "development" }, undefined],
    ["production needs one", { mode: "production" }, "ML001"],
    ["a server and a sender suffice", { mode: "production", smtp: "smtp://mail.example", from }, undefined],
    ["an address that is none", { mode: "production", smtp: "mail.example", from }, "ML002"],
    ["an address of the web", { mode: "development", smtp: "https://mail.example", from }, "ML002"],
    ["no host", { mode: "production", smtp: "smtp://", from }, "ML002"],
    [
      "options behind the host",
      { mode: "production", smtp: "smtp://mail.example/?secure=false", from },
      "ML002",
    ],
    [
      "a password that is not encoded",
      { mode: "production", smtp: "smtp://a:%zz@mail.example", from },
      "ML002",
    ],
    ["no sender", { mode: "production", smtp: "smtp://mail.example" }, "ML003"],
    [
      "a sender that is no address",
      { mode: "development", smtp: "smtp://m.example", from: "Contoso" },
      "ML003",
    ],
    [
      "two senders",
      { mode: "production", smtp: "smtp://m.example", from: "a@b.example, c@d.example" },
      "ML003",
    ],
  ])("%s", (_what, configuration, code) => {
    expect(mailProblem(configuration)?.code).toBe(code);
  });

  it("says what to do, and never repeats a password", () => {
    const problem = mailProblem({ mode: "production", smtp: "http://user:hunter2@mail.example", from });
    expect(problem).toMatchObject({
      severity: "error",
      hint: expect.stringContaining("smtp://user:password@"),
    });
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  });
});

describe("reading addresses", () => {
  it("knows the ports of submission with STARTTLS and with TLS", () => {
    expect(readSmtpAddress("smtp://mail.example")).toEqual({
      host: "mail.example",
      port: 587,
      secure: false,
    });
    expect(readSmtpAddress("smtps://a%40b:c@[::1]")).toEqual({
      host: "::1",
      port: 465,
      secure: true,
      credentials: { user: "a@b", password: "c" },
    });
  });

  it("reads a sender with and without a name", () => {
    expect(readSender("a@b.example")).toEqual({ name: "", address: "a@b.example" });
    expect(readSender('"Contoso, Ltd." <a@b.example>')).toEqual({
      name: "Contoso, Ltd.",
      address: "a@b.example",
    });
    expect(readSender("Contoso\r\nBcc: x@y.example <a@b.example>")).toBeUndefined();
  });

  it("takes only this machine for this machine", () => {
    expect(["localhost", "127.0.0.1", "127.9.9.9", "::1"].every(isLoopback)).toBe(true);
    expect(["127.0.0.1.evil.example", "10.0.0.1", "localhost.evil.example"].some(isLoopback)).toBe(false);
  });
});
