import type { Clock } from "../core/clock.ts";
import type { Quote } from "../model/quote.ts";
import type { Sourced } from "../model/sourced.ts";

interface Entry {
  readonly quote: Quote;
  readonly receivedMs: number;
  readonly source: "stream" | "rest";
}

/** More symbols than any venue lists; those that were not renewed for longest go first. */
const MOST_SYMBOLS = 20_000;

/** The latest quote of each symbol, with its age. Nothing in it is ever made younger. */
export class QuoteCache {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Keeps the quote unless a later one is already here. */
  put(quote: Quote, source: Entry["source"]): void {
    const known = this.#entries.get(quote.symbol);
    if (known && isLater(known.quote, quote)) return;
    this.#entries.delete(quote.symbol);
    this.#entries.set(quote.symbol, { quote, source, receivedMs: this.#clock.monotonicMs() });
    if (this.#entries.size > MOST_SYMBOLS) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
  }

  /** The quote if it is young enough, which at 0 none is. */
  fresh(symbol: string, maxAgeMs: number = this.#ttlMs): Sourced<Quote> | undefined {
    const entry = this.#entries.get(symbol);
    if (!entry) return undefined;
    const ageMs = this.#ageMs(entry.quote, entry.receivedMs);
    const limitMs = Math.min(maxAgeMs, this.#ttlMs);
    if (limitMs === 0 || ageMs > limitMs) return undefined;
    return this.#sourced(entry.quote, ageMs, entry.source === "rest" ? "cache" : "stream");
  }

  /** A quote that was asked for just now; it may be old all the same, and then says so. */
  justAsked(quote: Quote): Sourced<Quote> {
    return this.#sourced(quote, this.#ageMs(quote, this.#clock.monotonicMs()), "rest");
  }

  /** The stream is lost, and with it the word of whoever said that these were the latest. */
  forgetStreamed(): void {
    for (const [symbol, { source }] of this.#entries) {
      if (source === "stream") this.#entries.delete(symbol);
    }
  }

  clear(): void {
    this.#entries.clear();
  }

  #sourced(quote: Quote, ageMs: number, source: Sourced<Quote>["source"]): Sourced<Quote> {
    return { data: quote, asOf: quote.timestamp, ageMs, source, stale: ageMs > this.#ttlMs };
  }

  /** By the venue's time; by ours where the two clocks disagree and that would make it younger. */
  #ageMs(quote: Quote, receivedMs: number): number {
    const sinceReceipt = this.#clock.monotonicMs() - receivedMs;
    return Math.max(this.#clock.nowMs() - quote.timestampMs, sinceReceipt);
  }
}

function isLater(one: Quote, other: Quote): boolean {
  return one.seconds > other.seconds || (one.seconds === other.seconds && one.nanos > other.nanos);
}
