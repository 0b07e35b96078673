import { type AddressInfo, createServer, type Socket } from "node:net";

interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly data: string;
  readonly credentials?: string;
}

export interface MailServer {
  readonly url: string;
  readonly received: ReceivedMail[];
  /** Reply to a command where it is not the usual one: `""` = none at all. */
  replies: Readonly<Record<string, string>>;
  /** Extensions that it offers after EHLO. */
  extensions: readonly string[];
  close(): Promise<void>;
}

/** A mail server with just enough of SMTP (RFC 5321) to receive a message, or to refuse it as a test says. */
export async function startMailServer(): Promise<MailServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const mailServer: MailServer = {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    replies: {},
    extensions: ["AUTH PLAIN"],
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };

  function serve(socket: Socket): void {
    let pending = "";
    let inData = false;
    let mail: { from: string; to: string[]; credentials?: string } = { from: "", to: [] };
    const say = (command: string, usual: string) => {
      const reply = mailServer.replies[command] ?? usual;
      if (reply !== "") socket.write(`${reply}\r\n`);
    };
    say("CONNECT", "220 test ESMTP");
    socket.setEncoding("utf8").on("data", (text: string) => {
      pending += text;
      for (;;) {
        const end = inData ? pending.indexOf("\r\n.\r\n") : pending.indexOf("\r\n");
        if (end < 0) return;
        const line = pending.slice(0, end);
        pending = pending.slice(end + (inData ? 5 : 2));
        if (inData) {
          inData = false;
          mailServer.received.push({ ...mail, data: line });
          mail = { from: "", to: [] };
          say("END", "250 queued");
        } else command(line);
      }
    });

    function command(line: string): void {
      const verb = line.slice(0, 4).toUpperCase();
      switch (verb) {
        case "EHLO":
          say("EHLO", ["250-test", ...mailServer.extensions.map((e) => `250-${e}`), "250 HELP"].join("\r\n"));
          break;
        case "AUTH":
          mail.credentials = Buffer.from(line.split(" ")[2] ?? "", "base64").toString();
          say("AUTH", "235 welcome");
          break;
        case "MAIL":
          mail.from = /<(.*?)>/.exec(line)?.[1] ?? "";
          say("MAIL", "250 ok");
          break;
        case "RCPT":
          mail.to.push(/<(.*?)>/.exec(line)?.[1] ?? "");
          say("RCPT", "250 ok");
          break;
        case "DATA":
          inData = mailServer.replies.DATA === undefined;
          say("DATA", "354 go ahead");
          break;
        case "QUIT":
          socket.end("221 bye\r\n");
          break;
        case "RSET":
        case "NOOP":
          say(verb, "250 ok");
          break;
        default:
          say(verb, "502 unknown");
      }
    }
  }

  return mailServer;
}
