import type { RequestListener } from "node:http";
import { BroadcastChannel } from "node:worker_threads";
import { AggregatorRegistry, collectDefaultMetrics, Registry } from "prom-client";
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
  | { readonly kind: "counted"; readonly question: string; readonly metrics: unknown };

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
  const others = options.threads !== undefined && options.threads > 1 ? new Threads(registry) : undefined;
  const handle: RequestListener = (request, response) => {
    const path = request.url?.replace(/\?.*$/s, "");
    if (path !== "/metrics") return void response.writeHead(404).end();
    if (request.method !== "GET") return void response.writeHead(405, { allow: "GET" }).end();
    const text = others ? others.all((options.threads ?? 1) - 1) : registry.metrics();
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
  readonly #channel = new BroadcastChannel("vestibule-metrics");
  readonly #waiting = new Map<string, (metrics: unknown) => void>();

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#channel.unref();
    this.#channel.onmessage = (event) => void this.#receive((event as { readonly data: Message }).data);
  }

  async all(others: number): Promise<string> {
    const question = crypto.randomUUID();
    const counted: unknown[] = [await this.#registry.getMetricsAsJSON()];
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.#waiting.set(question, (metrics) => {
        counted.push(metrics);
        if (counted.length <= others) return;
        clearTimeout(timer);
        resolve();
      });
      this.#channel.postMessage({ kind: "asked", question } satisfies Message);
    });
    this.#waiting.delete(question);
    return AggregatorRegistry.aggregate(counted as object[]).metrics();
  }

  async #receive(message: Message): Promise<void> {
    if (message.kind === "counted") return this.#waiting.get(message.question)?.(message.metrics);
    const metrics = await this.#registry.getMetricsAsJSON();
    this.#channel.postMessage({ kind: "counted", question: message.question, metrics } satisfies Message);
  }

  close(): void {
    this.#channel.close();
  }
}
