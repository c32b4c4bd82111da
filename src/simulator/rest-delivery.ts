import type { IncomingMessage, ServerResponse } from "node:http";
import type { CancelTimer, Clock } from "../core/clock.ts";
import type { HttpConnections } from "./http-connections.ts";
import type { HttpBodyFault, HttpResetFault, HttpStallFault } from "./http-fault.ts";
import { edgeAnswer, type RestAnswer } from "./rest-reply.ts";

/**
 * Between what is sent of an answer and the reset: a client on Linux that finds both at once takes the
 * reset for an orderly end (libuv, `uv__stream_io`, after a partial read with POLLHUP).
 */
const READ_FIRST_MS = 20;

/** What goes wrong on an answer's way to the client. @internal */
export interface DeliveryFaults {
  readonly reset: HttpResetFault | undefined;
  readonly stall: HttpStallFault | undefined;
}

/** Brings answers to their clients: late, in part, or not at all, when a fault says so. @internal */
export class RestDelivery {
  readonly #clock: Clock;
  readonly #connections: HttpConnections;
  readonly #timers = new Set<CancelTimer>();

  constructor(clock: Clock, connections: HttpConnections) {
    this.#clock = clock;
    this.#connections = connections;
  }

  /** Calls `then` after a while, unless the client goes first. */
  after(delayMs: number, response: ServerResponse, then: () => void): void {
    if (delayMs === 0) {
      then();
      return;
    }
    if (delayMs === Number.POSITIVE_INFINITY || response.destroyed) return;
    const cancel = this.#clock.setTimer(() => {
      forget();
      then();
    }, delayMs);
    const forget = (): void => {
      cancel();
      this.#timers.delete(cancel);
      response.off("close", forget);
    };
    this.#timers.add(cancel);
    response.once("close", forget);
  }

  /** Sends an answer as far as its faults let it come. */
  deliver(
    answer: RestAnswer,
    { reset, stall }: DeliveryFaults,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (response.destroyed) return;
    const sever = (): void => this.#connections.sever(request, reset?.how ?? "reset");
    if (reset && (reset.at ?? "before-headers") === "before-headers") {
      sever();
      return;
    }
    const body = Buffer.from(answer.body);
    writeHead(response, answer, body.length);
    const half = body.subarray(0, Math.ceil(body.length / 2));
    if (reset) {
      const severSoon = (): void => this.after(READ_FIRST_MS, response, sever);
      response.flushHeaders();
      if (reset.at === "mid-body" && half.length > 0) response.write(half, severSoon);
      else request.socket.write("", severSoon);
    } else if (stall?.at === "mid-body" && half.length > 0) {
      response.write(half);
      this.after(stall.ms, response, () => response.end(body.subarray(half.length)));
    } else response.end(body);
  }

  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }
}

function writeHead(response: ServerResponse, { status, type }: RestAnswer, length: number): void {
  if (type !== undefined) response.setHeader("Content-Type", type);
  // A message without content declares no length of it (RFC 9110, section 8.6).
  if (status !== 204) response.setHeader("Content-Length", length);
  response.writeHead(status);
}

/** An answer with the body that a fault gives it. @internal */
export function withWrongBody(answer: RestAnswer, body: HttpBodyFault["body"]): RestAnswer {
  if (body === "empty") return { ...answer, body: "" };
  if (body === "html")
    return { ...answer, body: edgeAnswer(answer.status).body, type: "text/html" };
  return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) };
}
