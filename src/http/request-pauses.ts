import type { Clock } from "../core/clock.ts";
import { ClosedError } from "../core/errors.ts";
import {
  DeadlineError,
  type RequestFacts,
  RequestFailedError,
  type RequestPhase,
} from "../core/request-errors.ts";
import type { Admission } from "../resilience/admission.ts";
import type { Abortable, SharedSignals } from "../resilience/shared-signals.ts";
import type { DeadlineWatch, Limited } from "./deadline-watch.ts";
import type { RequestGate } from "./request-gate.ts";
import type { RequestProgress } from "./request-progress.ts";

/** The waits that a request may be in while it has no call on its way. */
export type PausePhase = Extract<RequestPhase, "gate" | "backoff" | "deadline">;

/** What pauses share with the calls of their session. */
export interface PauseContext {
  readonly clock: Clock;
  readonly watch: DeadlineWatch;
  readonly signals: SharedSignals;
}

/** What a request waits for. */
interface Waiting {
  readonly phase: PausePhase;
  readonly progress: RequestProgress;
  /** The request that is made for it, when that is another. */
  readonly shared?: RequestProgress;
}

/** One wait. It ends by what it waits for, its caller's signal or deadline, or the session's end. */
class Pause<T> implements Limited, Abortable {
  readonly waiting: Waiting;
  readonly ended: Promise<T>;
  readonly #clock: Clock;
  readonly end: (value: T) => void;
  readonly abort: (reason: unknown) => void;
  /** What the caller's deadline means to whoever waits, if not an error. */
  atDeadline: (() => void) | undefined;

  constructor(waiting: Waiting, clock: Clock) {
    this.waiting = waiting;
    this.#clock = clock;
    let end!: (value: T) => void;
    let abort!: (reason: unknown) => void;
    this.ended = new Promise((resolve, reject) => {
      end = resolve;
      abort = reject;
    });
    this.end = end;
    this.abort = abort;
  }

  get deadlineMs(): number {
    return this.waiting.progress.deadlineMs;
  }

  expire(): void {
    const { phase, progress } = this.waiting;
    if (this.atDeadline) this.atDeadline();
    else this.abort(new DeadlineError(phase, progress.timeoutMs, this.#facts()));
  }

  sessionClosed(what: string): void {
    const cause = new RequestFailedError("the session was closed", this.#facts());
    this.abort(new ClosedError(what, { cause }));
  }

  #facts(): RequestFacts {
    const { progress, shared = progress } = this.waiting;
    const nowMs = this.#clock.monotonicMs();
    return { ...shared.factsAt(nowMs), elapsedMs: nowMs - progress.startedMs };
  }
}

/**
 * The waits of a session's requests in which undici has no part. Each ends at the moment when it is
 * over for its caller, whatever the other side of it does.
 */
export class RequestPauses {
  readonly #context: PauseContext;
  readonly #open = new Set<Pick<Pause<never>, "waiting" | "sessionClosed">>();
  #closedAs: string | undefined;

  constructor(context: PauseContext) {
    this.#context = context;
  }

  count(phase: PausePhase): number {
    let count = 0;
    for (const pause of this.#open) if (pause.waiting.phase === phase) count++;
    return count;
  }

  /** The time between two attempts. */
  backOff(progress: RequestProgress, delayMs: number): Promise<void> {
    return this.#wait<void>({ phase: "backoff", progress }, (pause) =>
      this.#context.clock.setTimer(() => pause.end(), delayMs),
    );
  }

  /** A gate that did not let an attempt through at once. The gate itself need not keep time. */
  atGate(progress: RequestProgress, gate: RequestGate): Promise<Admission> {
    return this.#wait<Admission>({ phase: "gate", progress }, (pause) => {
      const leaving = new AbortController();
      pause.atDeadline = () => pause.end({ kind: "deadline" });
      const { deadlineMs, request } = progress;
      gate.enter(request.lane, { signal: leaving.signal, deadlineMs }).then(pause.end, pause.abort);
      return () => leaving.abort();
    });
  }

  /** A caller's own wait for the answer to a request that is made for others as well. */
  forShared<T>(progress: RequestProgress, shared: RequestProgress, answer: Promise<T>): Promise<T> {
    return this.#wait<T>({ phase: "deadline", progress, shared }, (pause) => {
      answer.then(pause.end, pause.abort);
      return () => {};
    });
  }

  /** Ends every wait with a ClosedError. */
  close(what: string): void {
    this.#closedAs = what;
    for (const pause of this.#open) pause.sessionClosed(what);
  }

  /** @param begin - starts what is waited for, and returns how to stop it */
  async #wait<T>(waiting: Waiting, begin: (pause: Pause<T>) => () => void): Promise<T> {
    const { clock, watch, signals } = this.#context;
    const { signal } = waiting.progress.request;
    if (signal?.aborted) throw signal.reason;
    if (this.#closedAs !== undefined) throw new ClosedError(this.#closedAs);
    const pause = new Pause<T>(waiting, clock);
    this.#open.add(pause);
    watch.add(pause);
    if (signal) signals.add(signal, pause);
    let stop = (): void => {};
    try {
      stop = begin(pause);
      return await pause.ended;
    } finally {
      stop();
      this.#open.delete(pause);
      watch.remove(pause);
      if (signal) signals.remove(signal, pause);
    }
  }
}
