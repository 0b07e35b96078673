import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { HttpTimings } from "@vestibule/engine";

export type ConnectionTimings = Pick<HttpTimings, "dns" | "connect" | "tls">;

const timings = new WeakMap<Socket, ConnectionTimings>();

/** How long an open connection took to come to be; undefined where nobody looked. */
export function timingsOf(socket: Socket): ConnectionTimings | undefined {
  return timings.get(socket);
}

/** Measures one connection from its beginning. */
export class ConnectionClock {
  readonly #begun = performance.now();
  #resolved: number | undefined;
  #connected: number | undefined;

  watch(socket: Socket): void {
    // Several addresses of one name are announced one by one.
    socket.once("lookup", () => {
      this.#resolved = performance.now();
    });
    socket.once("connect", () => {
      this.#connected = performance.now();
    });
  }

  /** The connection is ready for a request. */
  stop(socket: Socket): void {
    const now = performance.now();
    const connected = this.#connected ?? now;
    timings.set(socket, {
      ...(this.#resolved !== undefined && { dns: milliseconds(this.#resolved - this.#begun) }),
      connect: milliseconds(connected - (this.#resolved ?? this.#begun)),
      ...(socket instanceof TLSSocket && { tls: milliseconds(now - connected) }),
    });
  }
}

/** Measures one try; the client tells it what happens. */
export class TryClock {
  readonly #takeConnection: () => ConnectionTimings | undefined;
  #connection: ConnectionTimings | undefined;
  #sent: number | undefined;
  #firstByte: number | undefined;
  #ended: number | undefined;

  constructor(takeConnection: () => ConnectionTimings | undefined) {
    this.#takeConnection = takeConnection;
  }

  requestStarts(): void {
    this.#connection = this.#takeConnection();
    this.#sent = performance.now();
  }

  responseStarts(): void {
    this.#firstByte = performance.now();
  }

  responseEnds(): void {
    this.#ended = performance.now();
  }

  /** Undefined where no connection came to be. */
  timings(): HttpTimings | undefined {
    if (this.#sent === undefined) return undefined;
    return {
      ...this.#connection,
      ...(this.#firstByte !== undefined && { firstByte: milliseconds(this.#firstByte - this.#sent) }),
      ...(this.#firstByte !== undefined &&
        this.#ended !== undefined && { body: milliseconds(this.#ended - this.#firstByte) }),
    };
  }
}

/** To a tenth: calls on one machine take less than one. */
function milliseconds(duration: number): number {
  return Math.round(duration * 10) / 10;
}
