import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Started, serve } from "./serve.ts";

const answer = JSON.stringify({ version: "1.0.0", action: "Continue" });

/**
 * The least that an API behind a connector can be: it reads the request and lets the person go on. At
 * `/hangs` it never answers, until somebody asks for `/release`.
 */
const hanging = new Set<ServerResponse>();

serve(async (): Promise<Started> => {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      if (request.url?.endsWith("/hangs")) return void hanging.add(response);
      if (request.url?.endsWith("/release")) {
        for (const each of hanging) each.destroy();
        hanging.clear();
      }
      response
        .writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(answer) })
        .end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    details: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
});
