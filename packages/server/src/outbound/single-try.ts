import type { IncomingHttpHeaders } from "node:http";
import type { TransportFailure } from "@vestibule/engine";
import type { Dispatcher } from "undici";
import type { TryClock } from "./connection-clock.ts";
import { decodeContent } from "./content-encoding.ts";
import { transportFailure } from "./transport-failure.ts";

export interface TryRequest {
  readonly method: "GET" | "POST";
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Milliseconds from connecting to the last byte. */
  readonly timeout: number;
  readonly maxResponseBytes: number;
  readonly clock: TryClock;
}

export type TryResult =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | {
      readonly kind: "failure";
      readonly failure: TransportFailure;
      readonly detail: string;
      /** Set where an HTTP status had come before it failed: such a call is never repeated (api-connectors.md U29). */
      readonly status?: number;
    };

type Failed = Extract<TryResult, { kind: "failure" }>;

/** One request on one connection, under one clock. Works below undici's `request`, whose streams and signals cost more. */
export function tryOnce(dispatcher: Dispatcher, request: TryRequest): Promise<TryResult> {
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined;
    let settled = false;
    let status: number | undefined;
    let headers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (result: TryResult | Promise<TryResult>) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      resolve(result);
    };
    const giveUp = (failed: Failed) => {
      settle(failed);
      controller?.abort(new Error("given up"));
    };
    const timer = setTimeout(() => {
      const detail = `No complete answer within ${request.timeout} ms.`;
      giveUp({ kind: "failure", failure: "timeout", detail, ...(status !== undefined && { status }) });
    }, request.timeout);
    const failWith = (error: unknown) =>
      settle({ kind: "failure", ...transportFailure(error), ...(status !== undefined && { status }) });
    try {
      dispatcher.dispatch(
        {
          method: request.method,
          path: request.path,
          headers: request.headers,
          body: request.body ?? null,
        },
        {
          onRequestStart(started) {
            controller = started;
            request.clock.requestStarts();
            // Its time ran out while it still waited for a connection: it must not go out any more.
            if (settled) started.abort(new Error("given up"));
          },
          onResponseStart(_controller, responseStatus, responseHeaders) {
            if (responseStatus < 200) return;
            request.clock.responseStarts();
            status = responseStatus;
            headers = responseHeaders;
            if (Number(headers["content-length"] ?? 0) > request.maxResponseBytes) {
              giveUp(tooLarge(request, status));
            }
          },
          onResponseData(_controller, chunk) {
            size += chunk.length;
            if (size > request.maxResponseBytes) giveUp(tooLarge(request, status));
            else chunks.push(chunk);
          },
          onResponseEnd() {
            request.clock.responseEnds();
            const [only, ...others] = chunks;
            const body = only && others.length === 0 ? only : Buffer.concat(chunks, size);
            settle(readAnswer(request, status ?? 0, headers, body));
          },
          onResponseError(_controller, error) {
            failWith(error);
          },
        },
      );
    } catch (error) {
      failWith(error);
    }
  });
}

function readAnswer(
  request: TryRequest,
  status: number,
  headers: IncomingHttpHeaders,
  body: Buffer,
): TryResult | Promise<TryResult> {
  const plain = plainHeaders(headers);
  const answer = (text: Buffer): TryResult => ({
    kind: "answer",
    status,
    headers: plain,
    body: text.toString("utf8"),
  });
  // undici gives a list where the header came twice.
  const encoding = plain["content-encoding"] ?? "";
  return encoding === "" ? answer(body) : decode(request, status, encoding, body, answer);
}

async function decode(
  request: TryRequest,
  status: number,
  encoding: string,
  body: Buffer,
  answer: (text: Buffer) => TryResult,
): Promise<TryResult> {
  const decoded = await decodeContent(body, encoding, request.maxResponseBytes);
  if (decoded === "tooLarge") return tooLarge(request, status);
  if (decoded !== "unreadable") return answer(decoded);
  const detail = "The body's content encoding cannot be read.";
  return { kind: "failure", failure: "reset", detail, status };
}

function tooLarge(request: TryRequest, status: number | undefined): Failed {
  const detail = `The answer is larger than ${request.maxResponseBytes} bytes.`;
  return { kind: "failure", failure: "tooLarge", detail, ...(status !== undefined && { status }) };
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) plain[name] = typeof value === "string" ? value : value.join(", ");
  }
  return plain;
}
