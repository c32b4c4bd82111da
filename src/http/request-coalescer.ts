import { createHash } from "node:crypto";
import type { PreparedRequest } from "./http-request.ts";
import type { HttpResponse } from "./http-response.ts";
import type { RequestPauses } from "./request-pauses.ts";
import { RequestProgress } from "./request-progress.ts";

/** One request that several callers wait for. */
interface Flight {
  readonly progress: RequestProgress;
  readonly response: Promise<HttpResponse>;
  readonly stop: AbortController;
  waiting: number;
}

/** What a coalescer needs of its session. */
export interface CoalescerContext {
  readonly pauses: RequestPauses;
  monotonicMs(): number;
  /** Makes the request, with all its attempts. */
  run(progress: RequestProgress): Promise<HttpResponse>;
}

/**
 * Callers that ask the same at the same time share one request. Each waits by its own signal and
 * deadline; the request itself ends early only when nobody waits any more. Nothing is kept: who asks
 * after the answer asks anew.
 */
export class RequestCoalescer {
  readonly #context: CoalescerContext;
  readonly #flights = new Map<string, Flight>();
  #joined = 0;

  constructor(context: CoalescerContext) {
    this.#context = context;
  }

  /** Callers that have used a request of another. */
  get joined(): number {
    return this.#joined;
  }

  async request(progress: RequestProgress): Promise<HttpResponse> {
    const key = keyOf(progress.request);
    for (;;) {
      const flight = this.#join(key, progress);
      flight.waiting++;
      try {
        return await this.#context.pauses.forShared(progress, flight.progress, flight.response);
      } catch (thrown) {
        // The first caller's time is over, which says nothing about this one's.
        const nowMs = this.#context.monotonicMs();
        if (flight.progress.deadlineMs > nowMs || progress.deadlineMs <= nowMs) throw thrown;
      } finally {
        flight.waiting--;
        if (flight.waiting === 0) flight.stop.abort();
      }
    }
  }

  #join(key: string, progress: RequestProgress): Flight {
    const known = this.#flights.get(key);
    if (known && !known.stop.signal.aborted) {
      this.#joined++;
      return known;
    }
    const stop = new AbortController();
    const request = { ...progress.request, signal: stop.signal };
    const shared = new RequestProgress(request, progress.operation, progress.startedMs);
    const response = this.#context.run(shared);
    const flight = { progress: shared, response, stop, waiting: 0 };
    this.#flights.set(key, flight);
    const land = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    response.then(land, land);
    return flight;
  }
}

/** A digest, because headers and queries hold secrets, and keys of maps end up in heap dumps. */
function keyOf({ method, origin, path, headers }: PreparedRequest): string {
  const names = Object.keys(headers).sort();
  const parts = [method, origin, path, ...names.map((name) => [name, headers[name]])];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64");
}
