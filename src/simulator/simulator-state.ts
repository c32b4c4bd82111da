/** One open session. @public */
export interface SimulatedSession {
  readonly path: string;
  /** The key it authenticated with; `undefined` before that. */
  readonly keyId: string | undefined;
  readonly authenticated: boolean;
  readonly encoding: "json" | "messagepack";
  /** Symbols by channel; for `/stream` the streams listened to. */
  readonly subscriptions: Readonly<Record<string, readonly string[]>>;
  /** Data messages sent on it, those included that still wait for the client to read. */
  readonly messagesSent: number;
}

/** A dead session that still holds its slot. @public */
export interface SimulatedGhost {
  readonly path: string;
  readonly keyId: string;
  /** How long it has left, in milliseconds. */
  readonly remainingMs: number;
}

/** A request that could have changed something. @public */
export interface SimulatedWrite {
  /** How many REST requests came before it, reads included. */
  readonly index: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The client order id that its body named; `undefined` when it named none, or was not read. */
  readonly clientOrderId: string | undefined;
  /**
   * What the venue answered or, when the connection broke first, would have; `undefined` as long as
   * it works on it, and for good when it found the connection closed.
   */
  readonly status: number | undefined;
}

/** How one key has used its budget of REST requests. @public */
export interface SimulatedRate {
  /** The most requests, refused ones included, that ever arrived within one window. */
  readonly mostInWindow: number;
  /** Requests refused for having no budget left. */
  readonly refused: number;
}

/** What has happened in a simulator so far: a copy, plain data. @public */
export interface SimulatorState {
  /** Upgrades asked for, refused ones included. */
  readonly handshakes: number;
  /** Sessions that have authenticated, counted over the simulator's life. */
  readonly authentications: number;
  readonly sessions: readonly SimulatedSession[];
  readonly ghosts: readonly SimulatedGhost[];
  /**
   * Open TCP connections: `webSocket` after the upgrade, `http` before or without one. `httpMost` is
   * the most of the latter that were ever open at a time.
   */
  readonly sockets: {
    readonly http: number;
    readonly webSocket: number;
    readonly httpMost: number;
  };
  /** TCP connections accepted over the simulator's life, without those that became WebSockets. */
  readonly httpConnectionsOpened: number;
  /** TCP connections reset at once for being too many. */
  readonly httpConnectionsReset: number;
  /** REST requests by path, without the query. */
  readonly requests: Readonly<Record<string, number>>;
  /** Requests that could have changed something, in order of arrival. */
  readonly writes: readonly SimulatedWrite[];
  /** The use of the budget by key; requests without credentials share the empty one. */
  readonly rates: Readonly<Record<string, SimulatedRate>>;
  /** How often each kind of fault has struck. */
  readonly faultsFired: Readonly<Record<string, number>>;
  /** Faults that still wait. */
  readonly faultsWaiting: number;
  /** The index of the last event sent, by symbol; index 0 is the first after the start. */
  readonly lastIndex: Readonly<Record<string, number>>;
  /** Data messages sent to all sessions together. */
  readonly messagesSent: number;
  /**
   * Those of them that were thrown away because the client read too slowly: exact when it begins to read
   * again within a second of the cut, otherwise too high by what had left of the last 256 KiB.
   */
  readonly messagesDroppedForSlowClients: number;
}
