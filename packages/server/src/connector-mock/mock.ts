import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import {
  block,
  type ConnectorAnswer,
  type ConnectorRequest,
  checkBasic,
  continueWith,
  parseRequest,
  RequestError,
  toResponse,
  validationError,
} from "@vestibule/connector";
import type { MockRule, MockRules } from "./rules.ts";

export interface MockOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** The rules now: a file that is edited counts from the next request. */
  rules(): MockRules;
  /** Hears of every request: what came, which rule fitted, what was answered. */
  onRequest(line: string): void;
}

export interface Mock {
  /** `http://localhost:4490`. */
  readonly url: string;
  close(): Promise<void>;
}

const largestBody = 256 * 1024;

/** Plays an API by rules, at any path, on this machine only. */
export async function startMock(options: MockOptions): Promise<Mock> {
  const used = new WeakMap<MockRule, number>();
  const server = createServer((request, response) => {
    respond(request, response, options, used).catch(() => response.destroy());
  });
  await listen(server, options.port);
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { rules, onRequest }: MockOptions,
  used: WeakMap<MockRule, number>,
): Promise<void> {
  const { rules: list, basicAuthentication } = rules();
  const text = await readBody(request);
  const say = (what: string) => onRequest(`${request.method} ${request.url?.replace(/\?.*$/s, "")}: ${what}`);
  const end = (status: number, body: string, headers: Readonly<Record<string, string>> = {}) => {
    response.writeHead(status, headers).end(body);
  };
  if (basicAuthentication && !checkBasic(request.headers.authorization, basicAuthentication)) {
    say("wrong credentials, 401");
    return end(401, "");
  }
  let parsed: ConnectorRequest;
  try {
    parsed = parseRequest(text);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    say(`${error.message} 400`);
    return end(400, error.message);
  }
  const index = list.findIndex(
    (rule) => fits(rule, parsed) && (used.get(rule) ?? 0) < (rule.times ?? Infinity),
  );
  const rule = list[index];
  if (!rule) {
    say(`${parsed.step}, no rule fits, 500`);
    return end(500, "No rule fits.");
  }
  used.set(rule, (used.get(rule) ?? 0) + 1);
  if (rule.delayInMilliseconds > 0) await pause(rule.delayInMilliseconds);
  const name = `${parsed.step}, rule ${index + 1}`;
  if (rule.reset) {
    say(`${name}, connection reset`);
    request.socket.resetAndDestroy();
    return;
  }
  if (rule.answer) {
    const { status, headers, body } = rule.answer;
    say(`${name}, HTTP ${status}`);
    if (typeof body === "string" || body === undefined) return end(status, body ?? "", headers);
    return end(status, JSON.stringify(body), { "content-type": "application/json", ...headers });
  }
  const answer = answerOf(rule, parsed);
  say(`${name}, ${answer.action}`);
  const { status, headers, body } = toResponse(answer);
  return end(status, body, headers);
}

function answerOf(rule: MockRule, request: ConnectorRequest): ConnectorAnswer {
  if (rule.block !== undefined) return block(filledIn(rule.block, request));
  if (rule.correct !== undefined) return validationError(filledIn(rule.correct, request));
  const claims = Object.entries(rule.continue ?? {}).map(([name, value]) => [
    name,
    typeof value === "string" ? filledIn(value, request) : value,
  ]);
  return continueWith(Object.fromEntries(claims));
}

/** `{givenName}` in a text is the claim's value; what is not there becomes nothing. */
function filledIn(text: string, request: ConnectorRequest): string {
  return text.replace(/\{([A-Za-z]\w*)\}/g, (_, name: string) => String(claimOf(request, name) ?? ""));
}

function fits(rule: MockRule, request: ConnectorRequest): boolean {
  if (rule.step !== undefined && rule.step !== request.step) return false;
  return Object.entries(rule.when).every(([name, wanted]) => {
    const value = claimOf(request, name);
    if (wanted === null) return value === undefined;
    return typeof wanted === "string" && value !== undefined
      ? matches(String(value), wanted)
      : value === wanted;
  });
}

/** Custom attributes go by their bare names, too. */
function claimOf(request: ConnectorRequest, name: string): unknown {
  if (Object.hasOwn(request.raw, name)) return request.raw[name];
  const bare = name.replace(/^extension_/i, "");
  return Object.hasOwn(request.attributes, bare) ? request.attributes[bare] : undefined;
}

/** `*` stands for any text; everything else for itself, without regard to case. Linear, whatever the pattern. */
function matches(value: string, pattern: string): boolean {
  const text = value.toLowerCase();
  const [first = "", ...rest] = pattern.toLowerCase().split("*");
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > text.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) throw new Error("too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "localhost", resolve);
  });
}
