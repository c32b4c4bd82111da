import { untilAborted } from "../../core/abort.ts";
import type { Clock } from "../../core/clock.ts";
import type { VenueTime } from "../../model/venue-time.ts";
import { ListeningTimer } from "../../socket/listening-timer.ts";
import type { Verdict } from "./silence.ts";

/** How long the venue may take to answer, in milliseconds. */
const DEADLINE_MS = 5_000;

/** What an inquiry works with. */
export interface SilenceInquiryOptions {
  readonly clock: Clock;
  readonly graceMs: number;
  ask(signal: AbortSignal): Promise<ReadonlyMap<string, VenueTime>>;
  judge(latest: ReadonlyMap<string, VenueTime>): Verdict;
  /** @param cause - why the venue could not be asked */
  concluded(finding: Verdict | "unknown", cause?: unknown): void;
}

/**
 * Asks the venue once whether a silent channel has anything to say. What costs the connection is not
 * concluded at once: what the venue knows may be on its way to us, and an answer that a blocked event
 * loop read late says nothing about what lies unread beside it.
 */
export class SilenceInquiry {
  readonly #options: SilenceInquiryOptions;
  readonly #controller = new AbortController();
  #timer: ListeningTimer | undefined;

  constructor(options: SilenceInquiryOptions) {
    this.#options = options;
    void this.#run();
  }

  /** Data came, or the connection went: whatever the answer is, it no longer matters. */
  cancel(): void {
    this.#timer?.stop();
    this.#controller.abort();
  }

  async #run(): Promise<void> {
    const { ask, judge, concluded } = this.#options;
    const { signal } = this.#controller;
    const request = new AbortController();
    const giveUp = (): void => request.abort(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    this.#after(DEADLINE_MS, () => request.abort(overdue()));
    let verdict: Verdict;
    try {
      verdict = judge(await untilAborted(ask(request.signal), request.signal));
    } catch (cause) {
      if (!signal.aborted) {
        this.#after(this.#options.graceMs, () => concluded("unknown", cause));
      }
      return;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
    if (signal.aborted) return;
    this.#timer?.stop();
    if (verdict === "mute") this.#after(this.#options.graceMs, () => concluded("mute"));
    else concluded(verdict);
  }

  #after(waitMs: number, act: () => void): void {
    this.#timer?.stop();
    this.#timer = new ListeningTimer(this.#options.clock, waitMs, act);
    this.#timer.start();
  }
}

function overdue(): DOMException {
  return new DOMException(`no answer within ${DEADLINE_MS} ms`, "TimeoutError");
}
