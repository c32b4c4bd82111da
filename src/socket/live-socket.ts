import type { CancelTimer } from "../core/clock.ts";
import {
  ClosedError,
  ConnectionClosedError,
  type ConnectPhase,
  ConnectTimeoutError,
  StaleError,
} from "../core/errors.ts";
import { type HoldfastError, messageOf } from "../core/holdfast-error.ts";
import { Listeners, type Unsubscribe } from "../core/listeners.ts";
import { directWires } from "./direct-wire.ts";
import { Heartbeat } from "./heartbeat.ts";
import { IsolatedWires } from "./isolated-wires.ts";
import { ListeningTimer } from "./listening-timer.ts";
import { type ResolvedConnectionOptions, toReconnectPolicy } from "./live-socket-options.ts";
import { SocketThread } from "./socket-thread.ts";
import { type ReconnectPolicy, type SocketEvent, type SocketState, step } from "./state.ts";
import { errorOf, type Wire, type WireSource } from "./wire.ts";

/** One connection, for as long as it lasts; afterwards every call on it does nothing. */
export interface SocketLink {
  send(data: string | Uint8Array): boolean;
  welcomed(): void;
  authenticated(): void;
  /** The slot is taken: wait, then authenticate again on this socket. */
  refused(cause: HoldfastError): void;
  /** This connection is of no more use; whether another is made depends on the cause. */
  fail(cause: HoldfastError): void;
}

/** What a venue says and understands on a socket. */
export interface SocketProtocol {
  readonly awaitsWelcome: boolean;
  /** Where to connect and with which headers; asked at each attempt. */
  address(): { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  authenticate(link: SocketLink): void;
  /** The connection is authenticated and carries data from now on. */
  live(link: SocketLink): void;
  receive(link: SocketLink, frame: Buffer, isBinary: boolean): void;
  /** The connection is gone. */
  lost(): void;
  /** The shortest wait after this failure, in milliseconds. */
  floorMs(cause: HoldfastError): number;
}

/** A change of state, and what it was before. @public */
export interface StateChange {
  readonly state: SocketState;
  readonly previous: SocketState;
}

/**
 * One WebSocket's whole life: opened, watched, replaced when it dies, closed. The decisions are in
 * {@link step}; this class only owns the socket and the timers that the current state calls for.
 */
export class LiveSocket {
  readonly #options: ResolvedConnectionOptions;
  readonly #protocol: SocketProtocol;
  readonly #wires: WireSource;
  readonly #policy: ReconnectPolicy;
  readonly #heartbeat: Heartbeat;
  readonly #changes: Listeners<StateChange>;
  readonly #whenClosed: Promise<void>;
  #resolveClosed: () => void = () => {};
  #state: SocketState = { kind: "idle" };
  #wire: Wire | undefined;
  #link: SocketLink | undefined;
  #phaseDeadline: ListeningTimer | undefined;
  #cancelWait: CancelTimer | undefined;
  #goodbye: Promise<void> = Promise.resolve();
  readonly #pendingEvents: SocketEvent[] = [];
  #stepping = false;
  #isPaused = false;

  constructor(
    options: ResolvedConnectionOptions,
    protocol: SocketProtocol,
    onListenerFailure: (thrown: unknown) => void,
  ) {
    this.#options = options;
    this.#protocol = protocol;
    const { clock, isolate } = options;
    this.#wires = isolate
      ? new IsolatedWires(() => new SocketThread(clock, isolate.ringBytes))
      : directWires;
    this.#policy = toReconnectPolicy(options, protocol.awaitsWelcome, (cause) =>
      protocol.floorMs(cause),
    );
    this.#changes = new Listeners(onListenerFailure);
    this.#whenClosed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#heartbeat = new Heartbeat(options.clock, options.heartbeat, {
      ping: () => this.#wire?.ping(),
      hasBacklog: () => this.#isPaused || this.#wires.hasBacklog,
      dead: (silentMs) => this.#link?.fail(new StaleError("no-pong", silentMs)),
    });
  }

  get state(): SocketState {
    return this.#state;
  }

  /** For how long, all in all, an isolated connection read nothing because its ring was full, in milliseconds. */
  get readingPausedMs(): number {
    return this.#wires.readingPausedMs;
  }

  onState(listener: (change: StateChange) => void): Unsubscribe {
    return this.#changes.on(listener);
  }

  /** Reads nothing until `resumeReading`. Meanwhile no silence is held against the peer. */
  pauseReading(): void {
    this.#isPaused = true;
    // Before that there is only the conversation that makes it live.
    if (this.#state.kind === "live") this.#wire?.pause();
  }

  resumeReading(): void {
    this.#isPaused = false;
    this.#wire?.resume();
  }

  /** Starts connecting; doing so twice makes no second socket. */
  start(): void {
    this.#happened({ kind: "start" });
  }

  /** Resolves when the first connection is live, rejects when there will be none. */
  whenLive(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): boolean => {
        if (this.#state.kind === "live") resolve();
        else if (this.#state.kind === "closed" || this.#state.kind === "closing") {
          const cause = this.#state.kind === "closed" ? this.#state.cause : undefined;
          reject(cause ?? new ClosedError("the connection"));
        } else return false;
        return true;
      };
      if (signal?.aborted) reject(signal.reason);
      else if (!settle()) {
        const stop = this.onState(() => {
          if (!settle()) return;
          stop();
          signal?.removeEventListener("abort", onAbort);
        });
        const onAbort = (): void => {
          stop();
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
      }
    });
  }

  /** Says goodbye to a live peer within `timeouts.closeMs`; resolves when nothing is left. */
  close(): Promise<void> {
    this.#happened({ kind: "close" });
    return this.#whenClosed;
  }

  /** One event at a time: what happens while a state is entered waits until it has been announced. */
  #happened(event: SocketEvent): void {
    this.#pendingEvents.push(event);
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#pendingEvents.shift(); next; next = this.#pendingEvents.shift()) {
        this.#step(next);
      }
    } finally {
      this.#stepping = false; // a failure of ours must not leave the machine deaf
    }
  }

  #step(event: SocketEvent): void {
    const previous = this.#state;
    const state = step(previous, event, this.#policy);
    if (state === previous) return;
    this.#state = state;
    this.#leave();
    this.#enter(state);
    this.#changes.emit({ state, previous });
  }

  /** No timer of a state outlives it. */
  #leave(): void {
    this.#phaseDeadline?.stop();
    this.#phaseDeadline = undefined;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }

  #enter(state: SocketState): void {
    const { timeouts } = this.#options;
    switch (state.kind) {
      case "connecting":
        this.#deadline("connect", timeouts.connectMs);
        // A venue that allows one session must have seen the old one go.
        void this.#goodbye.then(() => {
          if (this.#state === state) this.#dial();
        });
        return;
      case "welcoming":
        this.#deadline("welcome", timeouts.welcomeMs);
        return;
      case "authenticating":
        this.#deadline("auth", timeouts.authMs);
        if (this.#link) this.#protocol.authenticate(this.#link);
        return;
      case "refused":
      case "waiting":
        this.#wait(state.delayMs);
        return;
      case "live":
        if (this.#isPaused) this.#wire?.pause();
        if (this.#link) this.#protocol.live(this.#link);
        return;
      case "closing":
        this.#sayGoodbye(this.#letGo());
        void this.#goodbye.then(() => this.#happened({ kind: "ended" }));
        return;
      case "closed":
        void this.#goodbye.then(() => this.#wires.close()).then(this.#resolveClosed);
        return;
      case "idle":
        return;
      default:
        state satisfies never;
    }
  }

  #deadline(phase: ConnectPhase, timeoutMs: number): void {
    this.#phaseDeadline = new ListeningTimer(
      this.#options.clock,
      timeoutMs,
      () => this.#lose(new ConnectTimeoutError(phase, timeoutMs)),
      () => !this.#wires.hasBacklog,
    );
    this.#phaseDeadline.start();
  }

  #wait(delayMs: number): void {
    this.#cancelWait = this.#options.clock.setTimer(
      () => this.#happened({ kind: "waited" }),
      delayMs,
    );
  }

  #dial(): void {
    const isCurrent = (): boolean => this.#link === link;
    const tell = (event: SocketEvent): void => {
      if (isCurrent()) this.#happened(event);
    };
    const link: SocketLink = {
      send: (data) => isCurrent() && (this.#wire?.send(data) ?? false),
      welcomed: () => tell({ kind: "welcomed" }),
      authenticated: () => tell({ kind: "authenticated", nowMs: this.#nowMs() }),
      refused: (cause) => tell({ kind: "refused", cause, nowMs: this.#nowMs() }),
      fail: (cause) => {
        if (isCurrent()) this.#lose(cause);
      },
    };
    this.#link = link;
    const { compression, maxFrameBytes, ca } = this.#options;
    try {
      this.#wire = this.#wires.open(
        { ...this.#protocol.address(), compression, maxFrameBytes, ca },
        {
          opened: () => {
            if (!isCurrent()) return;
            this.#heartbeat.start();
            this.#happened({ kind: "opened" });
          },
          frame: (data, isBinary) => {
            this.#heartbeat.heard();
            if (isCurrent()) this.#protocol.receive(link, data, isBinary);
          },
          alive: () => this.#heartbeat.heard(),
          ended: (end) => link.fail(errorOf(end)),
        },
      );
    } catch (thrown) {
      link.fail(new ConnectionClosedError(1006, messageOf(thrown), { cause: thrown }));
    }
  }

  #lose(cause: HoldfastError): void {
    const wire = this.#letGo();
    // A peer that still answers is told, or it would keep our slot; a dead one is not waited for.
    if (cause instanceof StaleError && cause.reason === "no-pong") wire?.terminate();
    else this.#sayGoodbye(wire);
    const roll = this.#options.random.next();
    this.#happened({ kind: "lost", cause, nowMs: this.#nowMs(), roll });
  }

  #sayGoodbye(wire: Wire | undefined): void {
    if (wire) this.#goodbye = wire.close(this.#options.clock, this.#options.timeouts.closeMs);
  }

  /** After this, nothing that the wire still does can touch us. */
  #letGo(): Wire | undefined {
    const wire = this.#wire;
    this.#wire = undefined;
    this.#link = undefined;
    this.#heartbeat.stop();
    this.#protocol.lost();
    return wire;
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }
}
