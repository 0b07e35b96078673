import { type Attributes, type Span, type SpanOptions, type Tracer, trace } from "@opentelemetry/api";
import type { CallRecord } from "@vestibule/engine";
import { afterEach, describe, expect, it } from "vitest";
import { createOutboundHttp } from "../outbound/index.ts";
import { beginSpan } from "./connector-spans.ts";
import { type Metrics, openMetrics } from "./endpoint.ts";

const open: Metrics[] = [];
afterEach(async () => {
  for (const metrics of open.splice(0)) await metrics.close();
});

const call: CallRecord = {
  id: "call-1",
  correlationId: "journey-1",
  at: 1_767_225_600_000,
  policyId: "B2C_1_signup",
  step: 4,
  technicalProfile: "PreUserWriteRestful",
  connectorStep: "PostAttributeCollection",
  connectorId: "before-creating",
  request: {
    method: "POST",
    url: "https://api.example/sign-up/ida@contoso.example",
    template: "https://api.example/sign-up/{email}",
    headers: {},
    body: '{"email":"ida@contoso.example"}',
  },
  response: { status: 503, headers: {}, body: "Ida is not known" },
  failure: { kind: "answer", detail: "The API answered HTTP 503." },
  attempts: [
    { duration: 30, failure: "timeout" },
    { pause: 20, duration: 50, status: 503, timings: { dns: 1, connect: 2, tls: 3, firstByte: 40, body: 4 } },
  ],
  duration: 100,
  decision: "fail",
  verdicts: [],
  warnings: [],
};

async function started(threads?: number): Promise<Metrics> {
  const metrics = await openMetrics({ port: 0, ...(threads !== undefined && { threads }) });
  open.push(metrics);
  return metrics;
}
const read = async ({ url }: Metrics) => (await fetch(url)).text();

describe("metrics", () => {
  it("count calls, failures by kind, tries and time for each connector", async () => {
    const metrics = await started();
    metrics.observe("contoso.example", call);
    const { failure: _failure, ...fine } = {
      ...call,
      decision: "continue",
      attempts: [{ duration: 4, status: 200 }],
      duration: 4,
    };
    metrics.observe("contoso.example", fine);
    const text = await read(metrics);
    const labels = 'tenant="contoso.example",connector="before-creating"';
    for (const line of [
      `vestibule_connector_calls_total{${labels},step="PostAttributeCollection",decision="fail"} 1`,
      `vestibule_connector_calls_total{${labels},step="PostAttributeCollection",decision="continue"} 1`,
      `vestibule_connector_failures_total{${labels},kind="answer"} 1`,
      `vestibule_connector_tries_total{${labels}} 3`,
      `vestibule_connector_duration_seconds_bucket{le="0.005",${labels}} 1`,
      `vestibule_connector_duration_seconds_bucket{le="0.1",${labels}} 2`,
      `vestibule_connector_duration_seconds_count{${labels}} 2`,
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(text).not.toMatch(/ida@contoso|Ida is not known/);
    expect(text).toContain("process_cpu_user_seconds_total");
  });

  it("show the circuit of a dead address", async () => {
    const metrics = await started();
    const http = createOutboundHttp({ development: true });
    metrics.watch("contoso.example", http);
    const dead = {
      method: "POST",
      url: "http://127.0.0.1:9/api?code=secret",
      headers: {},
      timeout: 500,
      tries: 1,
      maxResponseBytes: 1000,
    } as const;
    await http.send(dead);
    const state = (number: number) =>
      `vestibule_connector_circuit_state{tenant="contoso.example",endpoint="http://127.0.0.1:9/api"} ${number}\n`;
    expect(await read(metrics)).toContain(state(0));
    for (let i = 0; i < 10; i++) await http.send(dead);
    const text = await read(metrics);
    expect(text).toContain(state(2));
    expect(text).not.toContain("secret");
    await http.close();
  });

  it("show one circuit for an address that holds people's values, and none of these", async () => {
    const metrics = await started();
    const http = createOutboundHttp({ development: true });
    metrics.watch("contoso.example", http);
    for (let person = 0; person < 10; person++) {
      await http.send({
        method: "GET",
        url: `http://127.0.0.1:9/of/ida${person}`,
        endpoint: "http://127.0.0.1:9/of/{a name}",
        headers: {},
        timeout: 500,
        tries: 1,
        maxResponseBytes: 1000,
      });
    }
    const text = await read(metrics);
    expect(text).toContain(`endpoint="http://127.0.0.1:9/of/{a%20name}"} 2\n`);
    expect(text).not.toMatch(/of\/ida/);
    await http.close();
  });

  it("tell of the process once, however many threads measure it", async () => {
    const one = await started(2);
    await started(2);
    const [, bytes] = /^process_resident_memory_bytes (\d+)$/m.exec(await read(one)) ?? [];
    expect(Number(bytes) / process.memoryUsage.rss()).toBeLessThan(1.5);
    expect(await read(one)).toContain("nodejs_heap_size_used_bytes");
  });

  it("count a thread that is too busy to answer as it answered last", async () => {
    const one = await started(2);
    const other = await started(2);
    other.observe("contoso.example", call);
    expect(await read(one)).toMatch(/vestibule_connector_failures_total\{[^}]*\} 1\n/);
    await open.splice(open.indexOf(other), 1)[0]?.close();
    expect(await read(one)).toMatch(/vestibule_connector_failures_total\{[^}]*\} 1\n/);
  });

  it("come although another thread is closed while it counts, or cannot count", async () => {
    const one = await started(2);
    for (const end of ["closed", "unable"]) {
      const other = await started(2);
      const asked = Promise.withResolvers<void>();
      const counted = Promise.withResolvers<readonly never[]>();
      other.watch("contoso.example", {
        circuits: () => {
          asked.resolve();
          return counted.promise;
        },
      });
      const text = read(one);
      await asked.promise;
      if (end === "unable") counted.reject(new Error("gone"));
      await open.splice(open.indexOf(other), 1)[0]?.close();
      counted.resolve([]);
      expect(await text).toContain("process_cpu_user_seconds_total");
    }
  });

  it("are at one address only, and answer for all threads", async () => {
    const one = await started(2);
    const other = await started(2);
    one.observe("contoso.example", call);
    other.observe("contoso.example", call);
    for (const metrics of [one, other]) {
      expect(await read(metrics)).toMatch(/vestibule_connector_failures_total\{[^}]*\} 2\n/);
    }
    expect((await fetch(one.url.replace("/metrics", "/"))).status).toBe(404);
    expect((await fetch(one.url, { method: "POST" })).status).toBe(405);
    expect(new URL(one.url).hostname).toBe("localhost");
  });
});

describe("a span", () => {
  interface Seen {
    readonly name: string;
    readonly options: SpanOptions;
    readonly attributes: Attributes;
    readonly events: [string, Attributes][];
    ended?: unknown;
    status?: unknown;
  }
  const spans: Seen[] = [];
  const ids = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
  let traceFlags = 1;
  const tracer = {
    startSpan(name: string, options: SpanOptions) {
      const seen: Seen = { name, options, attributes: { ...options.attributes }, events: [] };
      spans.push(seen);
      return {
        spanContext: () => ({ ...ids, traceFlags }),
        isRecording: () => traceFlags === 1,
        setAttributes: (attributes: Attributes) => void Object.assign(seen.attributes, attributes),
        addEvent: (event: string, attributes: Attributes) => void seen.events.push([event, attributes]),
        setStatus: (status: unknown) => {
          seen.status = status;
        },
        end: (at: unknown) => {
          seen.ended = at;
        },
      } as unknown as Span;
    },
  } as unknown as Tracer;

  it("is not there, nor a header for it, where the process has no SDK", async () => {
    const begun = beginSpan("contoso.example", call);
    expect(begun.traceparent).toBeUndefined();
    expect(await begun.run(async () => "sent")).toBe("sent");
    begun.end(call);
  });

  it("tells what the call was, and nothing of the person", () => {
    trace.setGlobalTracerProvider({ getTracer: () => tracer });
    spans.length = 0;
    const begun = beginSpan("contoso.example", call);
    expect(begun.traceparent).toBe(`00-${ids.traceId}-${ids.spanId}-01`);
    begun.end(call);
    const [span] = spans;
    expect(span).toMatchObject({
      name: "connector before-creating",
      options: { startTime: call.at },
      attributes: {
        "http.request.method": "POST",
        "server.address": "api.example",
        "url.full": "https://api.example/sign-up/{email}",
        "http.response.status_code": 503,
        "http.request.resend_count": 1,
        "error.type": "answer",
        "vestibule.decision": "fail",
        "vestibule.correlation_id": "journey-1",
      },
      events: [
        ["try 1", { "error.type": "timeout" }],
        ["try 2", { "http.response.status_code": 503, "vestibule.tls_ms": 3 }],
      ],
      status: { code: 2 },
      ended: call.at + 100,
    });
    expect(JSON.stringify(spans)).not.toMatch(/ida@contoso|Ida is not known/);
  });

  it("that is not kept is named all the same, with the flag that says so", () => {
    traceFlags = 0;
    spans.length = 0;
    const begun = beginSpan("contoso.example", call);
    begun.end(call);
    trace.disable();
    expect(begun.traceparent).toBe(`00-${ids.traceId}-${ids.spanId}-00`);
    expect(spans[0]).toMatchObject({ events: [], ended: undefined });
    expect(spans[0]?.attributes).not.toHaveProperty("vestibule.decision");
  });
});
