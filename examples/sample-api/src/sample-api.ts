import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type ConnectorAnswer,
  type ConnectorRequest,
  checkBasic,
  parseRequest,
  RequestError,
  toResponse,
} from "@vestibule/connector";
import { afterFederating, beforeCreating, beforeToken } from "./steps.ts";

export interface SampleApi {
  /** `http://localhost:<port>`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface SampleApiOptions {
  /** 0 = any free one; absent = 4481. */
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
}

/** Requests are a kilobyte or two; nothing honest comes near this many bytes. */
const largestBody = 256 * 1024;

/** Starts the API that the sample tenant's connectors call. */
export async function startSampleApi(options: SampleApiOptions = {}): Promise<SampleApi> {
  const credentials = {
    username: options.username ?? "connector",
    password: options.password ?? "sample-password",
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const answerPath = Object.hasOwn(paths, path) ? paths[path] : undefined;
    if (!answerPath) return response.writeHead(404).end();
    if (request.method !== "POST") return response.writeHead(405, { allow: "POST" }).end();
    if (!checkBasic(request.headers.authorization, credentials)) return response.writeHead(401).end();
    try {
      const text = await readBody(request);
      if (text === undefined) return response.writeHead(413, { connection: "close" }).end();
      const answer = answerPath(parseRequest(text));
      if (!answer) return response.writeHead(400).end("This path serves another step.");
      const { status, headers, body } = toResponse(answer);
      return response.writeHead(status, headers).end(body);
    } catch (error) {
      if (error instanceof RequestError) return response.writeHead(400).end(error.message);
      return response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 4481, "127.0.0.1", resolve);
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Each path serves one step; a connector that points to the wrong one is told so. */
const paths: Readonly<Record<string, (request: ConnectorRequest) => ConnectorAnswer | undefined>> = {
  "/after-federating": (request) =>
    request.step === "PostFederationSignup" ? afterFederating(request) : undefined,
  "/before-creating": (request) =>
    request.step === "PostAttributeCollection" ? beforeCreating(request) : undefined,
  "/before-token": (request) => (request.step === "PreTokenIssuance" ? beforeToken(request) : undefined),
};

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
