import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { CancelTimer, Clock } from "../core/clock.ts";
import { hash32 } from "../core/random.ts";
import type { FaultSchedule } from "./fault-schedule.ts";
import type { ConnectionEnd } from "./http-fault.ts";
import type { ResolvedOptions } from "./options.ts";

/** Keeps these draws apart from the other uses of the seed. */
const IDLE_SALT = 0x1d1e;

interface Connection {
  /** The TCP socket, also below TLS. */
  readonly tcp: Socket;
  /** How many connections were accepted before. */
  readonly index: number;
  /** Requests it has carried. */
  carried: number;
  cancelDrop: CancelTimer | undefined;
}

/** How many connections there were. @internal */
export interface ConnectionCounts {
  readonly open: number;
  readonly most: number;
  readonly opened: number;
  readonly reset: number;
}

/**
 * The TCP connections that HTTP travels on: how many there are and may be, and how they end. One that is
 * upgraded to a WebSocket is no longer among them.
 * @internal
 */
export class HttpConnections {
  readonly #clock: Clock;
  readonly #seed: number;
  readonly #limit: number;
  readonly #faults: FaultSchedule;
  /** Every open socket, WebSockets' and those that TLS hands out included. */
  readonly #sockets = new Set<Socket>();
  /** By what names the two ends of a connection: TLS hands out another socket for it. */
  readonly #http = new Map<string, Connection>();
  #most = 0;
  #opened = 0;
  #reset = 0;
  #nextIndex = 0;

  constructor(options: ResolvedOptions, faults: FaultSchedule) {
    this.#clock = options.clock;
    this.#seed = options.seed;
    this.#limit = options.plan.httpConnectionLimit;
    this.#faults = faults;
  }

  get counts(): ConnectionCounts {
    return {
      open: this.#http.size,
      most: this.#most,
      opened: this.#opened,
      reset: this.#reset,
    };
  }

  /** Takes a TCP connection in, or resets it when there are too many. */
  accept(tcp: Socket): void {
    if (tcp.remotePort === undefined) {
      tcp.destroy(); // gone before it was accepted
      return;
    }
    if (this.#http.size >= this.#limit) {
      this.#reset++;
      tcp.resetAndDestroy();
      return;
    }
    const name = nameOf(tcp);
    const connection: Connection = {
      tcp,
      index: this.#nextIndex++,
      carried: 0,
      cancelDrop: undefined,
    };
    this.track(tcp);
    this.#http.set(name, connection);
    this.#opened++;
    this.#most = Math.max(this.#most, this.#http.size);
    tcp.once("close", () => {
      connection.cancelDrop?.();
      if (this.#http.get(name) === connection) this.#http.delete(name);
    });
  }

  /** A connection becomes a WebSocket. */
  upgrade(request: IncomingMessage): void {
    const name = nameOf(request.socket);
    this.#http.get(name)?.cancelDrop?.();
    if (this.#http.delete(name)) this.#opened--;
  }

  /** A request begins; tells whether its connection has carried one before. */
  begin(request: IncomingMessage, response: ServerResponse): boolean {
    const connection = this.#http.get(nameOf(request.socket));
    if (!connection) return false;
    connection.cancelDrop?.();
    connection.cancelDrop = undefined;
    response.once("finish", () => this.#scheduleDrop(connection));
    return connection.carried++ > 0;
  }

  /** Ends the connection of a request. */
  sever(request: IncomingMessage, how: ConnectionEnd): void {
    const connection = this.#http.get(nameOf(request.socket));
    if (how === "reset" && connection) connection.tcp.resetAndDestroy();
    else request.socket.destroySoon();
  }

  /** Takes note of a socket that has to be gone before the simulator is closed. */
  track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /** Destroys every connection; resolves when all are gone. */
  async close(): Promise<void> {
    const closed = [...this.#sockets].map(
      (socket) => new Promise((resolve) => socket.once("close", resolve)),
    );
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  #scheduleDrop(connection: Connection): void {
    const fault = this.#faults.idleDrop;
    if (!fault || connection.tcp.destroyed) return;
    const lot = hash32(this.#seed, IDLE_SALT, connection.index, connection.carried);
    // The inverse of the exponential distribution; 1 minus the lot is never 0.
    const delayMs = -fault.meanMs * Math.log(1 - lot / 2 ** 32);
    connection.cancelDrop = this.#clock.setTimer(() => {
      connection.cancelDrop = undefined;
      const drop = this.#faults.takeIdleDrop();
      if (drop?.how === "reset") connection.tcp.resetAndDestroy();
      else if (drop) connection.tcp.destroy();
    }, delayMs);
  }
}

/** A connection's two ends; the server's own is always the same. */
function nameOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}
