import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import { channel } from "node:diagnostics_channel";
import {
  type Context,
  type ContextManager,
  context,
  createContextKey,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bound, connector, flow } from "./documents.ts";
import { callsOf, resultOf, signUp } from "./outcome.ts";
import { goOn, reset } from "./test-api.ts";
import { startWorld, type World } from "./world.ts";

// W3C Trace Context, level 1: what a call tells the API of the span that stands for it.

interface Seen {
  readonly name: string;
  readonly traceparent: string;
  readonly attributes: Record<string, unknown>;
}
const spans: Seen[] = [];

/** The smallest SDK that the interface of OpenTelemetry lets pass. */
const tracer = {
  startSpan(name: string, options: SpanOptions) {
    const ids = { traceId: randomBytes(16).toString("hex"), spanId: randomBytes(8).toString("hex") };
    const attributes: Record<string, unknown> = { ...options.attributes };
    spans.push({ name, traceparent: `00-${ids.traceId}-${ids.spanId}-01`, attributes });
    return {
      spanContext: () => ({ ...ids, traceFlags: 1 }),
      isRecording: () => true,
      setAttributes: (more: object) => void Object.assign(attributes, more),
      addEvent: () => undefined,
      setStatus: () => undefined,
      end: () => undefined,
    } as unknown as Span;
  },
} as unknown as Tracer;

const active = new AsyncLocalStorage<Context>();
const manager = {
  active: () => active.getStore() ?? ROOT_CONTEXT,
  with: (given: Context, work: (...rest: unknown[]) => unknown, self: unknown, ...rest: unknown[]) =>
    active.run(given, () => work.apply(self, rest)),
  bind: (_given: Context, target: unknown) => target,
  enable: () => manager,
  disable: () => manager,
} as unknown as ContextManager;

let world: World;
beforeAll(async () => {
  world = await startWorld(({ api }) => ({
    connectors: {
      own: connector("own", `${api.url}/own`, {
        headers: [{ name: "TraceParent", value: "00-11111111111111111111111111111111-2222222222222222-00" }],
      }),
      told: connector("told", `${api.url}/told`, { mode: "notify" }),
    },
    flows: {
      B2C_1_own: flow("B2C_1_own", bound({ two: "own" })),
      B2C_1_told: flow("B2C_1_told", bound({ two: "told" })),
    },
  }));
});
afterAll(async () => {
  trace.disable();
  context.disable();
  await world.close();
});
afterEach(() => {
  world.api.reset();
  spans.length = 0;
});

describe("the trace of a call", () => {
  it("is not told to an API where the process has no SDK: the request is B2C's", async () => {
    await signUp(world, "B2C_1_susi", {});
    expect(world.api.received.length).toBeGreaterThan(1);
    for (const { headers } of world.api.received) {
      expect(Object.keys(headers)).not.toContain("traceparent");
      expect(Object.keys(headers)).not.toContain("tracestate");
    }
  });
});

describe("the trace of a call, where the process has an SDK", () => {
  beforeAll(() => {
    trace.setGlobalTracerProvider({ getTracer: () => tracer });
    context.setGlobalContextManager(manager);
  });

  it("is told by one traceparent, new with each call and the same in all its tries", async () => {
    world.api.on("/two", reset, goOn());
    const outcome = await signUp(world, "B2C_1_susi", {});
    expect(resultOf(outcome)).toBe("token");
    const [first, second] = world.api.to("/two").map(({ headers }) => headers.traceparent);
    expect(first).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(second).toBe(first);
    expect(world.api.only("/three").headers.traceparent).not.toBe(first);
    const span = spans.find(({ traceparent }) => traceparent === first);
    const [record] = await callsOf(world, outcome.correlationId);
    expect(span).toMatchObject({
      name: "connector two",
      attributes: {
        "vestibule.correlation_id": outcome.correlationId,
        "vestibule.call_id": record?.id,
        "http.request.resend_count": 1,
      },
    });
    expect(record?.request.headers.traceparent).toBe(first);
    for (const { headers } of world.api.received) {
      expect(headers.tracestate).toBeUndefined();
      expect(headers.baggage).toBeUndefined();
      expect(JSON.stringify(headers)).not.toContain(outcome.correlationId);
    }
  });

  it("gives way to a header of that name that the operator wrote", async () => {
    await signUp(world, "B2C_1_own", {});
    expect(world.api.only("/own").headers.traceparent).toBe(
      "00-11111111111111111111111111111111-2222222222222222-00",
    );
  });

  it("is told with a notification, too", async () => {
    await signUp(world, "B2C_1_told", {});
    await expect.poll(() => world.api.to("/told").length, { timeout: 10_000 }).toBe(1);
    const { traceparent } = world.api.only("/told").headers;
    expect(spans.map((span) => span.traceparent)).toContain(traceparent);
  });

  it("keeps instrumentation of the HTTP client from adding a second one", async () => {
    // As such instrumentation does it: a header for each request of the process, unless tracing is suppressed.
    const suppressed = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");
    const seen: unknown[] = [];
    const listen = (message: unknown) => {
      const { request } = message as { request: { origin: string; path: string } };
      if (String(request.origin) === world.api.url)
        seen.push([request.path, context.active().getValue(suppressed)]);
    };
    channel("undici:request:create").subscribe(listen);
    await signUp(world, "B2C_1_susi", {});
    channel("undici:request:create").unsubscribe(listen);
    expect(seen).toEqual([
      ["/two", true],
      ["/three", true],
    ]);
  });
});
