import type { Clock } from "../core/clock.ts";
import { hash32 } from "../core/random.ts";
import type { Fault, OccasionFault, SessionFault } from "./fault.ts";
import type { HttpFault, HttpIdleDropFault, HttpRequestFault } from "./http-fault.ts";

/** What the schedule has to know of a session. @internal */
export interface FaultableSession {
  readonly path: string;
  readonly keyId: string | undefined;
  /** Monotonic milliseconds at which it authenticated; `undefined` before. */
  readonly readyMs: number | undefined;
  /** Data messages sent on it. */
  readonly messagesSent: number;
  readonly isOpen: boolean;
  strike(fault: SessionFault): void;
}

/** What the schedule has to know of a request. @internal */
export interface FaultableRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** How many requests came before it. */
  readonly index: number;
}

interface Armed<F extends Fault> {
  readonly fault: F;
  /** How many faults were injected before it. */
  readonly order: number;
  readonly armedMs: number;
  left: number;
  /** The sessions it has struck. */
  readonly struck: WeakSet<FaultableSession>;
}

const SESSION_KINDS: ReadonlySet<Fault["kind"]> = new Set([
  "close",
  "cut",
  "ghost",
  "mute",
  "half-open",
  "truncated-frame",
  "garbage-frame",
  "slow-drip",
  "slow-client",
]);

/** Keeps these lots apart from the other uses of the seed. */
const RATIO_SALT = 0xfa17;

function isSessionFault(fault: Fault): fault is SessionFault {
  return SESSION_KINDS.has(fault.kind);
}

function isHttpFault(fault: OccasionFault | HttpFault): fault is HttpFault {
  return fault.kind.startsWith("http-");
}

/** Faults that are a condition rather than an event go on until they are counted out. */
function defaultCount(fault: Fault): number {
  const goesOn = fault.kind === "http-idle-drop" || ("ratio" in fault && fault.ratio !== undefined);
  return goesOn ? Number.POSITIVE_INFINITY : 1;
}

/** Keeps the faults that are still to come and says whom they strike. @internal */
export class FaultSchedule {
  readonly #clock: Clock;
  readonly #seed: number;
  #onSessions: Armed<SessionFault>[] = [];
  #onOccasions: Armed<OccasionFault>[] = [];
  #onRequests: Armed<HttpFault>[] = [];
  #injected = 0;
  readonly #fired = new Map<string, number>();

  constructor(clock: Clock, seed: number) {
    this.#clock = clock;
    this.#seed = seed;
  }

  /** How often each kind has struck. */
  get fired(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#fired);
  }

  /** How many faults still wait. */
  get waiting(): number {
    return this.#onSessions.length + this.#onOccasions.length + this.#onRequests.length;
  }

  /** Takes a fault in; one without a schedule strikes the open sessions it is meant for at once. */
  inject(fault: Fault, sessions: Iterable<FaultableSession>): void {
    const armed = {
      order: this.#injected++,
      armedMs: this.#clock.monotonicMs(),
      left: fault.count ?? defaultCount(fault),
      struck: new WeakSet<FaultableSession>(),
    };
    if (!isSessionFault(fault)) {
      if (isHttpFault(fault)) this.#onRequests.push({ fault, ...armed });
      else this.#onOccasions.push({ fault, ...armed });
      return;
    }
    if (fault.afterMs === undefined && fault.afterMessages === undefined) {
      const targets = [...sessions].filter(
        (session) => session.isOpen && isMeantFor(fault, session),
      );
      for (const session of targets) this.#strike(fault, session);
      if (targets.length > 0) return;
    }
    this.#onSessions.push({ fault, ...armed });
  }

  /** The next fault of this kind that is due for this path and key; taking it uses it up once. */
  take<K extends OccasionFault["kind"]>(
    kind: K,
    path: string,
    keyId?: string,
  ): Extract<OccasionFault, { kind: K }> | undefined {
    for (const armed of this.#onOccasions) {
      const { fault } = armed;
      if (fault.kind !== kind || !this.#isTimeFor(armed)) continue;
      if ((fault.path ?? path) !== path || (fault.keyId ?? keyId) !== keyId) continue;
      if (--armed.left <= 0)
        this.#onOccasions = this.#onOccasions.filter((other) => other !== armed);
      this.#count(kind);
      return fault as Extract<OccasionFault, { kind: K }>;
    }
    return undefined;
  }

  /** The next fault of this kind that strikes this request; taking it uses it up once. */
  takeForRequest<K extends HttpRequestFault["kind"]>(
    kind: K,
    request: FaultableRequest,
    isFit: (fault: Extract<HttpRequestFault, { kind: K }>) => boolean = () => true,
  ): Extract<HttpRequestFault, { kind: K }> | undefined {
    for (const armed of this.#onRequests) {
      if (armed.fault.kind !== kind || !this.#isTimeFor(armed)) continue;
      const fault = armed.fault as Extract<HttpRequestFault, { kind: K }>;
      if (!isMeantForRequest(fault, request) || !isFit(fault)) continue;
      if (!this.#winsLot(armed.order, fault.ratio, request.index)) continue;
      this.#useUp(armed);
      return fault;
    }
    return undefined;
  }

  /** The fault that governs connections which become idle now. */
  get idleDrop(): HttpIdleDropFault | undefined {
    return this.#idleDrop()?.fault as HttpIdleDropFault | undefined;
  }

  /** Uses the governing fault up once, for a connection that is still idle. */
  takeIdleDrop(): HttpIdleDropFault | undefined {
    const armed = this.#idleDrop();
    if (armed) this.#useUp(armed);
    return armed?.fault as HttpIdleDropFault | undefined;
  }

  /** Strikes with everything whose time has come for this session. */
  strikeDue(session: FaultableSession): void {
    for (const armed of this.#onSessions) {
      if (this.#isDue(armed, session)) this.#strikeArmed(armed, session);
    }
  }

  /** How many more data messages the session may get before a fault strikes it. */
  messagesUntilStrike(session: FaultableSession): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { fault, struck } of this.#onSessions) {
      if (fault.afterMessages === undefined || struck.has(session) || !isMeantFor(fault, session))
        continue;
      const left = fault.afterMessages - session.messagesSent;
      // At or past its mark, a session only waits for the fault's time.
      if (left > 0) least = Math.min(least, left);
    }
    return least;
  }

  #idleDrop(): Armed<HttpFault> | undefined {
    return this.#onRequests.find(
      (armed) => armed.fault.kind === "http-idle-drop" && this.#isTimeFor(armed),
    );
  }

  #isTimeFor({ fault, armedMs }: Armed<OccasionFault | HttpFault>): boolean {
    return this.#clock.monotonicMs() >= armedMs + (fault.afterMs ?? 0);
  }

  #winsLot(order: number, ratio: number | undefined, index: number): boolean {
    if (ratio === undefined) return true;
    return hash32(this.#seed, RATIO_SALT, order, index) / 2 ** 32 < ratio;
  }

  #useUp(armed: Armed<HttpFault>): void {
    if (--armed.left <= 0) this.#onRequests = this.#onRequests.filter((other) => other !== armed);
    this.#count(armed.fault.kind);
  }

  #isDue({ fault, armedMs, struck }: Armed<SessionFault>, session: FaultableSession): boolean {
    if (!session.isOpen || session.readyMs === undefined) return false;
    if (struck.has(session) || !isMeantFor(fault, session)) return false;
    const sinceMs = Math.max(armedMs, session.readyMs);
    if (this.#clock.monotonicMs() < sinceMs + (fault.afterMs ?? 0)) return false;
    return session.messagesSent >= (fault.afterMessages ?? 0);
  }

  #strikeArmed(armed: Armed<SessionFault>, session: FaultableSession): void {
    armed.struck.add(session);
    if (--armed.left <= 0) this.#onSessions = this.#onSessions.filter((other) => other !== armed);
    this.#strike(armed.fault, session);
  }

  #strike(fault: SessionFault, session: FaultableSession): void {
    this.#count(fault.kind);
    session.strike(fault);
  }

  #count(kind: string): void {
    this.#fired.set(kind, (this.#fired.get(kind) ?? 0) + 1);
  }
}

function isMeantFor(fault: SessionFault, session: FaultableSession): boolean {
  return (
    (fault.path === undefined || fault.path === session.path) &&
    (fault.keyId === undefined || fault.keyId === session.keyId)
  );
}

function isMeantForRequest(fault: HttpRequestFault, { method, path }: FaultableRequest): boolean {
  return path.startsWith(fault.path ?? "") && (fault.method ?? method) === method;
}
