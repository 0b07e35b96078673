import type { RequestListener } from "node:http";
import { BroadcastChannel } from "node:worker_threads";
import { AggregatorRegistry, collectDefaultMetrics, type MetricObject, Registry } from "prom-client";
import { type Listener, listen } from "../hosting/listeners.ts";
import { type ConnectorMetrics, createConnectorMetrics } from "./connector-metrics.ts";

export interface MetricsOptions {
  /** 0 = any free port; threads that share a port need a number. */
  readonly port: number;
  /** Absent = this machine only. */
  readonly host?: string;
  /** Threads that serve together; each may be asked, and answers for all. Default 1. */
  readonly threads?: number;
}

export interface Metrics extends ConnectorMetrics {
  readonly url: string;
  close(): Promise<void>;
}

/** Milliseconds to wait for what the other threads counted. */
const patience = 500;

type Message =
  | { readonly kind: "asked"; readonly question: string }
  | {
      readonly kind: "counted";
      readonly question: string;
      readonly thread: string;
      readonly metrics: readonly MetricObject[];
    };

/** Each thread measures the whole process: of these, one answer is enough, and a sum would be wrong. */
const ofTheProcess = /^process_/;

/**
 * Serves `GET /metrics` in Prometheus's text form at a port of its own, so that no route of the public listeners leads
 * there. Throws `ListenError` where the port cannot be had.
 */
export async function openMetrics(
  options: MetricsOptions,
  shared?: { readonly alone: boolean },
): Promise<Metrics> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = createConnectorMetrics(registry);
  const { threads = 1 } = options;
  const others = threads > 1 ? new Threads(registry, threads - 1) : undefined;
  const handle: RequestListener = (request, response) => {
    const path = request.url?.replace(/\?.*$/s, "");
    if (path !== "/metrics") return void response.writeHead(404).end();
    if (request.method !== "GET") return void response.writeHead(405, { allow: "GET" }).end();
    const text = others ? others.all() : registry.metrics();
    text.then(
      (body) => response.writeHead(200, { "content-type": registry.contentType }).end(body),
      () => response.writeHead(500).end(),
    );
  };
  const listener: Listener = await listen({
    handle,
    port: options.port,
    ...(options.host !== undefined && { host: options.host }),
    ...(shared && { shared }),
  });
  return {
    ...metrics,
    url: `${listener.url}/metrics`,
    async close() {
      others?.close();
      await listener.close(0);
    },
  };
}

/** Asks the other threads what they counted, and answers when they ask. */
class Threads {
  readonly #registry: Registry;
  readonly #others: number;
  readonly #thread = crypto.randomUUID();
  readonly #channel = new BroadcastChannel("vestibule-metrics");
  #closed = false;
  readonly #waiting = new Map<string, (thread: string) => void>();
  /** What each other thread told last, the newest at the end: one that is too busy to answer counts as it did then. */
  readonly #told = new Map<string, readonly MetricObject[]>();

  constructor(registry: Registry, others: number) {
    this.#registry = registry;
    this.#others = others;
    this.#channel.unref();
    this.#channel.onmessage = (event) => void this.#receive((event as { readonly data: Message }).data);
  }

  async all(): Promise<string> {
    const question = crypto.randomUUID();
    const answered = new Set<string>();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.#waiting.set(question, (thread) => {
        answered.add(thread);
        if (answered.size < this.#others) return;
        clearTimeout(timer);
        resolve();
      });
      this.#channel.postMessage({ kind: "asked", question } satisfies Message);
    });
    this.#waiting.delete(question);
    const own = await this.#count();
    const theirs = [...this.#told.values()].map((metrics) =>
      metrics.filter(({ name }) => !ofTheProcess.test(name)),
    );
    return AggregatorRegistry.aggregate([own, ...theirs]).metrics();
  }

  async #receive(message: Message): Promise<void> {
    if (message.kind === "counted") {
      this.#told.delete(message.thread);
      this.#told.set(message.thread, message.metrics);
      // One that was replaced answers no more.
      for (const oldest of this.#told.keys()) {
        if (this.#told.size <= this.#others) break;
        this.#told.delete(oldest);
      }
      this.#waiting.get(message.question)?.(message.thread);
      return;
    }
    const { question } = message;
    const metrics = await this.#count().catch(() => undefined);
    // Who asked waits no longer than for a busy thread; and this one may have been closed while it counted.
    if (metrics === undefined || this.#closed) return;
    this.#channel.postMessage({
      kind: "counted",
      question,
      thread: this.#thread,
      metrics,
    } satisfies Message);
  }

  async #count(): Promise<readonly MetricObject[]> {
    return (await this.#registry.getMetricsAsJSON()) as readonly MetricObject[];
  }

  close(): void {
    this.#closed = true;
    this.#channel.close();
  }
}
