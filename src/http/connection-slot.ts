import type { Socket } from "node:net";
import { Client } from "undici";
import type { ConnectionObserver, ObservedConnector } from "./connector.ts";
import type { HttpCall } from "./http-call.ts";

/** How a slot opens connections and how long it keeps an idle one. */
export interface SlotSettings {
  readonly connector: ObservedConnector;
  readonly keepAliveMs: number;
}

/** What the owner of a slot is told. */
export interface SlotObserver {
  connecting(slot: ConnectionSlot): void;
  connected(slot: ConnectionSlot): void;
  disconnected(slot: ConnectionSlot): void;
}

/**
 * A server's `Keep-Alive: timeout` is cut by this much, in milliseconds, so that no request is put
 * on a connection that the server is about to close: more than a slow round trip.
 */
const KEEP_ALIVE_MARGIN_MS = 1_000;

/**
 * One connection and the one call that may be on it: an undici client whose queue is never longer
 * than that. undici ignores an abort until the request is on the wire; here a call that must end
 * earlier takes its connection with it ({@link ConnectionSlot.retire}), so that nothing of it is
 * left to be sent late.
 */
export class ConnectionSlot implements ConnectionObserver {
  readonly origin: string;
  readonly #client: Client;
  readonly #observer: SlotObserver;
  #call: HttpCall | undefined;
  #connecting: Socket | undefined;
  #isConnected = false;
  #retirement: Promise<void> | undefined;

  constructor(origin: string, settings: SlotSettings, observer: SlotObserver) {
    this.origin = origin;
    this.#observer = observer;
    this.#client = new Client(origin, {
      connect: settings.connector(this),
      pipelining: 1,
      keepAliveTimeout: settings.keepAliveMs,
      keepAliveMaxTimeout: settings.keepAliveMs,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
      // The deadlines of the calls are exact; undici's timers are not.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#client.on("connect", () => {
      this.#isConnected = true;
      observer.connected(this);
    });
    this.#client.on("disconnect", () => {
      this.#isConnected = false;
      observer.disconnected(this);
    });
  }

  get call(): HttpCall | undefined {
    return this.#call;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Puts a call on the connection, which is opened first when it is not open. */
  carry(call: HttpCall): void {
    this.#call = call;
    this.#dispatch(call, this.#isConnected);
  }

  /** Puts the call, whose connection was lost under it, on a new one. */
  replay(call: HttpCall): void {
    call.replayed();
    this.#dispatch(call, false);
  }

  /** The call is done, and the connection free for another. */
  release(): void {
    this.#call = undefined;
  }

  /** Ends the connection, also while it is being opened. Resolves when its socket is closed. */
  retire(): Promise<void> {
    if (!this.#retirement) {
      const opening = this.#connecting;
      this.#retirement = opening && !opening.closed ? closed(opening) : Promise.resolve();
      opening?.destroy();
      const client = this.#client.destroy();
      this.#retirement = this.#retirement.then(() => client);
    }
    return this.#retirement;
  }

  #dispatch(call: HttpCall, isKept: boolean): void {
    call.assigned(isKept);
    const { method, path, headers, body } = call.request;
    this.#client.dispatch({ method, path, headers, body: body ?? null }, call);
  }

  connecting(socket: Socket): void {
    this.#connecting = socket;
    this.#observer.connecting(this);
  }

  connectionMade(): void {
    this.#connecting = undefined;
  }
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
