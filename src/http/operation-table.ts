import { OPERATION_TIMEOUTS } from "./operation-timeouts.ts";
import type { RequestOutcome } from "./request-event.ts";

/** How the requests of one operation have gone. @public */
export interface OperationHealth extends Readonly<Record<RequestOutcome, number>> {
  /** Attempts beyond the first of each. */
  readonly retries: number;
}

/** One kind of request. */
export interface Operation {
  /** How long its caller waits unless the request says otherwise, in milliseconds. */
  readonly timeoutMs: number;
  readonly counts: { -readonly [Name in keyof OperationHealth]: number };
  /** How long the venue may be silent, in milliseconds, once that is known, and answers so far. */
  readonly silence: { limitMs: number | undefined; answers: number };
}

/**
 * Names come from callers, who may put a symbol or an id into them by mistake: from this many on, new
 * names are counted together.
 */
const MOST_OPERATIONS = 200;

/** What they are counted as. */
const OTHERS = "others";

/** The operations of a session by name: their time limits, and their counts. */
export class OperationTable {
  readonly #timeoutsMs: ReadonlyMap<string, number>;
  readonly #defaultMs: number;
  readonly #operations = new Map<string, Operation>();

  /** @param timeoutsMs - over {@link OPERATION_TIMEOUTS} */
  constructor(timeoutsMs: Readonly<Record<string, number>>) {
    this.#timeoutsMs = new Map(Object.entries({ ...OPERATION_TIMEOUTS, ...timeoutsMs }));
    this.#defaultMs = this.#timeoutsMs.get("default") ?? OPERATION_TIMEOUTS.default;
  }

  of(name: string): Operation {
    return this.#operations.get(name) ?? this.#add(name);
  }

  health(): Record<string, OperationHealth> {
    const health: Record<string, OperationHealth> = {};
    for (const [name, { counts }] of this.#operations) health[name] = { ...counts };
    return health;
  }

  #add(name: string): Operation {
    const timeoutMs = this.#timeoutsMs.get(name) ?? this.#defaultMs;
    if (this.#operations.size >= MOST_OPERATIONS && name !== OTHERS) {
      return { ...newOperation(timeoutMs), counts: this.of(OTHERS).counts };
    }
    const operation = newOperation(timeoutMs);
    this.#operations.set(name, operation);
    return operation;
  }
}

function newOperation(timeoutMs: number): Operation {
  const counts = { answered: 0, failed: 0, timedOut: 0, refused: 0, aborted: 0, retries: 0 };
  return { timeoutMs, counts, silence: { limitMs: undefined, answers: 0 } };
}
