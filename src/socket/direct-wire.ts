import { type RawData, WebSocket } from "ws";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/holdfast-error.ts";
import type { Wire, WireEnd, WireEvents, WireOptions, WireSource } from "./wire.ts";

/** A WebSocket in the thread that uses it. */
export class DirectWire implements Wire {
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
      request.destroy();
      this.#end({ kind: "rejected", statusCode: response.statusCode ?? 0 });
    });
    // Stays for the socket's whole life: an unheard "error" event would end the process.
    socket.on("error", (cause) => {
      this.#end({ kind: "closed", closeCode: 1006, detail: messageOf(cause), cause });
    });
    socket.on("close", (closeCode, reason) => {
      this.#end({ kind: "closed", closeCode, detail: reason.toString("utf8") });
    });
  }

  send(data: string | Uint8Array): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  /** Reads no more, so that the peer's window closes; frames of what has been read may still come. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  terminate(): void {
    this.#events = undefined;
    this.#socket.terminate();
  }

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
      socket.resume(); // or the answer would never be read
      socket.close(1000);
    });
  }

  #end(end: WireEnd): void {
    const events = this.#events;
    this.#events = undefined;
    if (!events) return;
    this.#socket.terminate();
    events.ended(end);
  }
}

/** Sockets in this thread: nothing outlives a wire, and nothing waits unread but in the kernel. */
export const directWires: WireSource = {
  open: (options, events) => new DirectWire(options, events),
  hasBacklog: false,
  readingPausedMs: 0,
  close: () => Promise.resolve(),
};
