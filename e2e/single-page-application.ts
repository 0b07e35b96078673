import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

/** A single-page application on an origin of its own, as a developer runs it; its page only loads MSAL. */
export interface SinglePageApplication {
  /** `https://localhost:<port>/`: start page and redirect URI. */
  readonly url: string;
  /** Page that hands the answer of a hidden frame back to the application. */
  readonly bridgeUrl: string;
  /** Before this, no browser can connect: the address is needed earlier than there is a certificate. */
  useCertificate(tls: { readonly certificate: string; readonly privateKey: string }): void;
  close(): Promise<void>;
}

const library = (path: string) =>
  readFile(fileURLToPath(new URL(`../node_modules/@azure/msal-browser/lib/${path}`, import.meta.url)));

const page = (scripts: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Application</title><link rel="icon" href="data:,">${scripts}</head><body></body></html>`;

export async function startSinglePageApplication(): Promise<SinglePageApplication> {
  const [msal, bridge] = await Promise.all([
    library("msal-browser.min.js"),
    library("redirect-bridge/msal-redirect-bridge.min.js"),
  ]);
  const files: Readonly<Record<string, readonly [type: string, body: string | Buffer]>> = {
    "/": ["text/html", page('<script src="/msal.js"></script>')],
    "/bridge": [
      "text/html",
      page(
        '<script src="/bridge.js"></script><script>msalRedirectBridge.broadcastResponseToMainFrame()</script>',
      ),
    ],
    "/msal.js": ["text/javascript", msal],
    "/bridge.js": ["text/javascript", bridge],
  };
  const server = createServer((request, response) => {
    const file = files[new URL(request.url ?? "/", "https://localhost").pathname];
    if (!file) return response.writeHead(404).end();
    return response.writeHead(200, { "Content-Type": file[0] }).end(file[1]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/`,
    bridgeUrl: `${origin}/bridge`,
    useCertificate: ({ certificate, privateKey }) =>
      server.setSecureContext({ cert: certificate, key: privateKey }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
