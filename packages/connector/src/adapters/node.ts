import { collect } from "../call.ts";
import type { Connector } from "../connector.ts";
import { headerOf, peerOf, settle } from "./settle.ts";

/** The part of Node's `IncomingMessage` that is read. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: object;
}

/** The part of Node's `ServerResponse` that is used. */
export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body?: string): unknown;
}

/**
 * A listener for `node:http`, `node:https`, Connect and Polka. Client certificates come from the TLS handshake: ask for
 * them with `requestCert`.
 *
 * @example
 * createServer(toNode(api)).listen(4481);
 */
export function toNode(connector: Connector): (request: NodeRequest, response: NodeResponse) => void {
  return (request, response) => {
    void answer(connector, request, response, () => collect(request, connector.maxBodyBytes));
  };
}

/** An Express request: what a body parser before it left behind. */
export interface ExpressRequest extends NodeRequest {
  readonly originalUrl?: string;
  readonly body?: unknown;
  /** Kept by `express.json({ verify: (request, _, bytes) => { request.rawBody = bytes } })`. */
  readonly rawBody?: Uint8Array;
}

/**
 * A route of Express 4 and 5. Mount it before `express.json()`, or with `express.raw({ type: "application/json" })`, or
 * keep the bytes as `rawBody`: a signature covers the bytes, and a parsed body has lost them. Without signatures a
 * parsed body will do.
 *
 * @example
 * app.post("/sign-up", toExpress(api));
 */
export function toExpress(connector: Connector): (request: ExpressRequest, response: NodeResponse) => void {
  return (request, response) => {
    void answer(connector, request, response, () => expressBody(request, connector.maxBodyBytes));
  };
}

async function expressBody(request: ExpressRequest, most: number): Promise<Uint8Array> {
  const { rawBody, body } = request;
  if (rawBody instanceof Uint8Array) return rawBody;
  if (body instanceof Uint8Array) return body;
  if (body === undefined) return collect(request, most);
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
}

async function answer(
  connector: Connector,
  request: NodeRequest & { readonly originalUrl?: string },
  response: NodeResponse,
  readBody: () => Promise<Uint8Array>,
): Promise<void> {
  const { status, headers, body } = await settle(connector, async () => ({
    method: request.method ?? "",
    url: request.originalUrl ?? request.url ?? "/",
    header: (name) => headerOf(request.headers, name),
    ...peerOf(request.socket),
    body: await readBody(),
  }));
  response.writeHead(status, { ...headers });
  response.end(body);
}
