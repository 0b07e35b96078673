import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import forge from "node-forge";

/** Servers of one test, on real sockets of 127.0.0.1; `close` ends them and every connection. */
export class FaultServers {
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #sockets = new Set<Socket>();
  connections = 0;
  requests = 0;

  /** Speaks HTTP. */
  async http(handle: RequestListener, options: { maxHeaderSize?: number } = {}): Promise<string> {
    const server = createHttpServer(options, (request, response) => {
      this.requests++;
      handle(request, response);
    });
    return `http://127.0.0.1:${await this.#listen(server)}`;
  }

  /** Speaks whatever the test writes; `head` is called once the request's head has arrived. */
  async raw(
    onHead: (socket: Socket, head: string) => void,
    onConnect?: (socket: Socket) => void,
  ): Promise<string> {
    const server = createTcpServer((socket) => {
      onConnect?.(socket);
      let head = "";
      socket.on("data", (chunk) => {
        const before = head.includes("\r\n\r\n");
        head += chunk.toString("latin1");
        if (!before && head.includes("\r\n\r\n")) {
          this.requests++;
          onHead(socket, head);
        }
      });
    });
    return `http://127.0.0.1:${await this.#listen(server as Server)}`;
  }

  async tls(options: TlsOptions, onRequest: (socket: Socket) => void): Promise<number> {
    const server = createTlsServer(options, (socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.once("data", () => {
        this.requests++;
        onRequest(socket);
      });
    });
    server.on("tlsClientError", () => {});
    return this.#listen(server as unknown as Server);
  }

  async #listen(server: Server): Promise<number> {
    server.on("connection", (socket: Socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on("error", () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.#closers.push(() => new Promise((resolve) => server.close(() => resolve())));
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = this.#closers.map((close) => close());
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }
}

export interface TestAuthority {
  /** PEM. */
  readonly certificate: string;
  issue(options: {
    readonly names: readonly string[];
    readonly notBefore?: Date;
    readonly notAfter?: Date;
  }): { readonly cert: string; readonly key: string };
}

/** A certificate authority of this test run. */
export function createTestAuthority(): TestAuthority {
  const keys = forge.pki.rsa.generateKeyPair(2048);
  const day = 86_400_000;
  const make = (
    publicKey: forge.pki.rsa.PublicKey,
    subject: string,
    serial: string,
    notBefore: Date,
    notAfter: Date,
    extensions: object[],
  ) => {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = publicKey;
    certificate.serialNumber = serial;
    certificate.validity.notBefore = notBefore;
    certificate.validity.notAfter = notAfter;
    certificate.setSubject([{ name: "commonName", value: subject }]);
    certificate.setIssuer([{ name: "commonName", value: "Test authority" }]);
    certificate.setExtensions(extensions);
    certificate.sign(keys.privateKey, forge.md.sha256.create());
    return forge.pki.certificateToPem(certificate);
  };
  const leafKeys = forge.pki.rsa.generateKeyPair(2048);
  let serial = 1;
  const [from, to] = [new Date(Date.now() - day), new Date(Date.now() + day)];
  const authority = make(keys.publicKey, "Test authority", "01", from, to, [
    { name: "basicConstraints", cA: true },
  ]);
  return {
    certificate: authority,
    issue({ names, notBefore = from, notAfter = to }) {
      serial++;
      const altNames = names.map((name) =>
        /^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name },
      );
      const hex = serial.toString(16).padStart(2, "0");
      const cert = make(leafKeys.publicKey, names[0] ?? "x", hex, notBefore, notAfter, [
        { name: "basicConstraints", cA: false },
        { name: "subjectAltName", altNames },
      ]);
      return { cert, key: forge.pki.privateKeyToPem(leafKeys.privateKey) };
    },
  };
}
