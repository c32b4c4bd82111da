import { type RawData, WebSocket } from "ws";
import type { Clock } from "../core/clock.ts";
import { ConnectionClosedError, HandshakeRejectedError } from "../core/errors.ts";
import { type HoldfastError, messageOf } from "../core/holdfast-error.ts";

/** How to open one WebSocket. */
export interface WireOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: boolean;
  readonly maxFrameBytes: number;
  readonly ca?: string | undefined;
}

/** What one WebSocket tells its owner. Nothing is told after `ended`, `terminate` or `close`. */
export interface WireEvents {
  opened(): void;
  frame(data: Buffer, isBinary: boolean): void;
  /** A ping or pong: proof of life without data. */
  alive(): void;
  ended(cause: HoldfastError): void;
}

/** Statuses after which the same handshake may succeed later. */
const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * One physical WebSocket, from dial to death, owned by exactly one connection attempt. Once its
 * owner lets go, no late frame, timer or error of it reaches anybody.
 */
export class Wire {
  readonly #socket: WebSocket;
  #events: WireEvents | undefined;

  constructor(options: WireOptions, events: WireEvents) {
    this.#events = events;
    this.#socket = new WebSocket(options.url, {
      headers: options.headers,
      perMessageDeflate: options.compression,
      maxPayload: options.maxFrameBytes,
      followRedirects: false,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    });
    this.#listen();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on("open", () => this.#events?.opened());
    socket.on("message", (data: RawData, isBinary: boolean) => {
      this.#events?.frame(data as Buffer, isBinary); // "nodebuffer" is the socket's binary type
    });
    socket.on("ping", () => this.#events?.alive());
    socket.on("pong", () => this.#events?.alive());
    socket.on("unexpected-response", (request, response) => {
      const status = response.statusCode ?? 0;
      request.destroy();
      const retry = status >= 500 || RETRYABLE_STATUS.has(status);
      this.#end(new HandshakeRejectedError(status, retry ? "retry" : "fatal"));
    });
    // Stays for the socket's whole life: an unheard "error" event would end the process.
    socket.on("error", (error) => {
      this.#end(new ConnectionClosedError(1006, messageOf(error), { cause: error }));
    });
    socket.on("close", (code, reason) => {
      this.#end(new ConnectionClosedError(code, reason.toString("utf8")));
    });
  }

  /** Whether the frame was handed to the transport. */
  send(data: string | Uint8Array): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  /** For a peer that is dead or wrong: no close frame, no waiting. */
  terminate(): void {
    this.#events = undefined;
    this.#socket.terminate();
  }

  /** For a live peer: a close frame, and at most `deadlineMs` for its answer. */
  close(clock: Clock, deadlineMs: number): Promise<void> {
    this.#events = undefined;
    const socket = this.#socket;
    if (socket.readyState !== WebSocket.OPEN) {
      // Before the handshake is done, and after the end, there is nobody to say goodbye to.
      socket.terminate();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const cancel = clock.setTimer(() => socket.terminate(), deadlineMs);
      socket.once("close", () => {
        cancel();
        resolve();
      });
      socket.close(1000);
    });
  }

  #end(cause: HoldfastError): void {
    const events = this.#events;
    this.#events = undefined;
    if (!events) return;
    this.#socket.terminate();
    events.ended(cause);
  }
}
