import {
  type BlockAnswer,
  type ConnectorAnswer,
  type ContinueAnswer,
  toResponse,
  type ValidationErrorAnswer,
} from "./answer.ts";
import type { AnswerMemory } from "./answer-memory.ts";
import type { IncomingCall } from "./call.ts";
import type { CallerCheck } from "./callers.ts";
import {
  type AfterFederating,
  type BeforeCreating,
  type BeforeToken,
  type ConnectorRequest,
  parseRequest,
  RequestError,
} from "./request.ts";

/** What a handler may want to know beside the claims. */
export interface CallContext {
  readonly call: IncomingCall;
  /** The same for every try of one call: use it where your work must happen once. Absent where the caller sends none. */
  readonly idempotencyKey: string | undefined;
}

type Handler<Request, Answer> = (request: Request, context: CallContext) => Answer | Promise<Answer>;

export interface ConnectorOptions {
  /** Who may call; where several are given, all of them must agree. */
  readonly authenticate: CallerCheck | readonly CallerCheck[];
  /** After federating with an identity provider during sign-up. */
  readonly afterFederating?: Handler<AfterFederating, ContinueAnswer | BlockAnswer>;
  /** Before creating the user. */
  readonly beforeCreating?: Handler<BeforeCreating, ContinueAnswer | BlockAnswer | ValidationErrorAnswer>;
  /** Before sending the token. */
  readonly beforeToken?: Handler<BeforeToken, ContinueAnswer>;
  /** Your API's own version, for your logs. Default `1.0.0`. */
  readonly version?: string;
  /** Application id of `b2c-extensions-app`: attributes of other directories are then left out. */
  readonly extensionsAppId?: string;
  /** Repeated deliveries get the first one's answer, and no handler runs twice. Absent = each one runs a handler. */
  readonly memory?: AnswerMemory;
  /** Largest body in bytes. Default 256 KiB; honest ones have a kilobyte or two. */
  readonly maxBodyBytes?: number;
  /** Hears of what a handler threw. Default: `console.error`. The caller gets 500 and an empty body. */
  readonly onError?: (error: unknown) => void;
}

/** An HTTP answer, for any host to send. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An API connector; `toFetch`, `toNode`, `toExpress`, … make it answer where you host it. */
export interface Connector {
  readonly maxBodyBytes: number;
  /** Never throws: what goes wrong is a status. */
  answer(call: IncomingCall): Promise<HttpAnswer>;
  /** The answer where the body is larger than `maxBodyBytes`. */
  readonly tooLarge: HttpAnswer;
  /** Tells `onError`, and gives the answer of a failure. */
  failed(error: unknown): HttpAnswer;
}

const empty = (status: number, headers: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  status,
  headers,
  body: "",
});

/**
 * Makes an API connector from one function a step. A call with wrong credentials gets 401, one that is no connector's
 * request 400, one for a step without a function 400, and one whose function throws 500: Vestibule counts none of them
 * as a success, so that nobody gets in by a mistake of yours.
 *
 * @example
 * const api = connector({
 *   authenticate: basic({ username: "connector", password: process.env.PASSWORD ?? "" }),
 *   beforeCreating: (person) => (person.postalCode ? continueWith() : validationError("We need a postal code.")),
 * });
 */
export function connector(options: ConnectorOptions): Connector {
  const checks = [options.authenticate].flat();
  if (checks.length === 0) throw new TypeError("Say who may call: authenticate is empty.");
  const { maxBodyBytes = 256 * 1024, onError = (error) => console.error(error) } = options;
  const failed = (error: unknown) => {
    onError(error);
    return empty(500);
  };
  return {
    maxBodyBytes,
    tooLarge: empty(413, { connection: "close" }),
    failed,
    async answer(call) {
      try {
        return await answer(call, options, checks, maxBodyBytes);
      } catch (error) {
        return failed(error);
      }
    },
  };
}

async function answer(
  call: IncomingCall,
  options: ConnectorOptions,
  checks: readonly CallerCheck[],
  maxBodyBytes: number,
): Promise<HttpAnswer> {
  if (call.method.toUpperCase() !== "POST") return empty(405, { allow: "POST" });
  if (call.body.length > maxBodyBytes) return empty(413);
  for (const check of checks) if (!(await check(call))) return empty(401);
  const idempotencyKey = call.header("idempotency-key");
  const body = new TextDecoder().decode(call.body);
  const respond = async (): Promise<HttpAnswer> => {
    const request = readRequest(body, options);
    if (typeof request === "string") return refusal(request, options);
    const pending = runHandler(request, options, { call, idempotencyKey });
    if (!pending) return refusal(`This API has no answer for the step ${request.step}.`, options);
    return toResponse(rightForStep(request, await pending), options.version);
  };
  const { memory } = options;
  return memory && idempotencyKey ? memory.once(idempotencyKey, body, respond) : respond();
}

/** A sentence where the body is no connector's request. */
function readRequest(body: string, { extensionsAppId }: ConnectorOptions): ConnectorRequest | string {
  try {
    return parseRequest(body, extensionsAppId === undefined ? {} : { extensionsAppId });
  } catch (error) {
    if (error instanceof RequestError) return error.message;
    throw error;
  }
}

function runHandler(request: ConnectorRequest, options: ConnectorOptions, context: CallContext) {
  switch (request.step) {
    case "PostFederationSignup":
      return options.afterFederating?.(request, context);
    case "PostAttributeCollection":
      return options.beforeCreating?.(request, context);
    case "PreTokenIssuance":
      return options.beforeToken?.(request, context);
  }
}

/** The types say it already; code that is not type-checked learns it here, and not from a support call. */
function rightForStep({ step }: ConnectorRequest, given: ConnectorAnswer): ConnectorAnswer {
  const { action } = given;
  if (action === "ValidationError" && step !== "PostAttributeCollection") {
    throw new TypeError(`validationError is possible before creating the user only, not at ${step}.`);
  }
  if (action === "ShowBlockPage" && step === "PreTokenIssuance") {
    throw new TypeError("block is not possible before the token: the person has an account by now.");
  }
  return given;
}

/** Without `userMessage`: the sentence is for the developer, never for the person who signs up. */
function refusal(developerMessage: string, { version = "1.0.0" }: ConnectorOptions): HttpAnswer {
  return {
    status: 400,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({ version, code: "BadRequest", developerMessage }),
  };
}
