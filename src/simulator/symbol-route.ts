import type { WireChannel } from "../venues/alpaca/wire.ts";
import { BarBuilder } from "./bar-builder.ts";
import type { DataSession } from "./data-session.ts";
import type { Market, OffsetStretch } from "./market.ts";
import type { HoursKind } from "./market-hours.ts";
import { newYorkDay, newYorkMoment } from "./new-york.ts";
import { imbalanceMessage, luldMessage, statusMessage } from "./occasional-messages.ts";
import { bookChange, bookIndexBy, changesBook, wholeBook } from "./order-book.ts";
import type { OutgoingBatch } from "./outgoing-batch.ts";
import type { Tape } from "./tape.ts";
import { quoteMessage, type StockVenue, tradeMessage } from "./tape-messages.ts";

const SECONDS_PER_MINUTE = 60;

/** One symbol on one endpoint: where its tape has got to, and who listens to which channel. @internal */
export class SymbolRoute {
  readonly #tape: Tape;
  readonly #stockVenue: StockVenue;
  readonly #market: Market;
  readonly #batch: OutgoingBatch;
  readonly #lastIndices: Map<string, number>;
  readonly #hours: HoursKind;
  readonly #listeners = new Map<WireChannel, DataSession[]>();
  #nextIndex: number;
  #nextNs: number;
  #stretch: OffsetStretch | undefined;
  /** The running day: its finished minutes, and the first minute that is not in it yet. */
  #day: { readonly number: number; readonly builder: BarBuilder; nextMinute: number } | undefined;

  constructor(
    tape: Tape,
    stockVenue: StockVenue,
    market: Market,
    batch: OutgoingBatch,
    lastIndices: Map<string, number>,
    fromNs: number,
  ) {
    this.#tape = tape;
    this.#stockVenue = stockVenue;
    this.#market = market;
    this.#batch = batch;
    this.#lastIndices = lastIndices;
    this.#hours = market.hoursOf(tape, stockVenue === "overnight");
    this.#nextIndex = tape.firstIndexFrom(fromNs);
    this.#nextNs = tape.timeOf(this.#nextIndex);
  }

  clearAudience(): void {
    this.#listeners.clear();
  }

  addListener(channel: WireChannel, session: DataSession): void {
    const sessions = this.#listeners.get(channel);
    if (sessions) sessions.push(session);
    else this.#listeners.set(channel, [session]);
  }

  /** Sends the trades, quotes and books of every event before `untilNs`. */
  sendEvents(untilNs: number): void {
    const trades = this.#listeners.get("trades");
    const quotes = this.#listeners.get("quotes");
    const books = this.#listeners.get("orderbooks");
    if (!trades && !quotes && !books) {
      this.#nextIndex = this.#tape.firstIndexFrom(untilNs);
      this.#nextNs = this.#tape.timeOf(this.#nextIndex);
    }
    while (this.#nextNs < untilNs) {
      const index = this.#nextIndex;
      if (this.#isOpenAt(this.#nextNs)) {
        const listeners = this.#tape.isTrade(index) ? trades : quotes;
        if (listeners) {
          const t = this.#market.timeAt(this.#nextNs);
          const build = listeners === trades ? tradeMessage : quoteMessage;
          this.#batch.add(build(this.#tape, index, t, this.#stockVenue), listeners);
          this.#lastIndices.set(this.#tape.symbol, index);
        }
        if (books && changesBook(index)) this.#sendBook(books, index);
      }
      this.#nextIndex++;
      this.#nextNs = this.#tape.timeOf(this.#nextIndex);
    }
    if (books) this.#startBooks(books);
  }

  /** Sends what is due at the mark that ends a minute. */
  sendMinute(minute: number, markNs: number): void {
    const { seconds: markSeconds } = this.#market.timeAt(markNs);
    if (!this.#isOpenAt(markNs - 1)) return;
    const bars = this.#listeners.get("bars");
    const t = this.#market.timeAt(markNs - SECONDS_PER_MINUTE * 1e9);
    const needsVolume = this.#tape.assetClass !== "crypto";
    if (bars) {
      const numbers = this.#market.minuteBars(this.#tape).parts(minute).minute.result(needsVolume);
      if (numbers) {
        const { o, h, l, c, v, n, vw } = numbers;
        this.#batch.add({ T: "b", S: this.#tape.symbol, o, h, l, c, v, t, n, vw }, bars);
      }
    }
    const dailyBars = this.#listeners.get("dailyBars");
    if (dailyBars) this.#sendDay(dailyBars, minute, markSeconds);
    this.#sendOccasional(minute, markNs);
  }

  #sendDay(sessions: readonly DataSession[], minute: number, markSeconds: number): void {
    const number = newYorkDay(markSeconds - 1);
    const startSeconds = newYorkMoment(number, 0);
    if (this.#day?.number !== number) {
      const nextMinute = startSeconds / SECONDS_PER_MINUTE;
      this.#day = { number, builder: new BarBuilder(), nextMinute };
    }
    const minutes = this.#market.minuteBars(this.#tape);
    for (; this.#day.nextMinute <= minute; this.#day.nextMinute++) {
      const fromNs = this.#market.offsetOfSeconds(this.#day.nextMinute * SECONDS_PER_MINUTE);
      if (this.#isOpenAt(fromNs))
        this.#day.builder.append(minutes.parts(this.#day.nextMinute).daily);
    }
    const numbers = this.#day.builder.result(this.#tape.assetClass !== "crypto");
    if (!numbers) return;
    const { o, h, l, c, v, n, vw } = numbers;
    const t = this.#market.timeAt(this.#market.offsetOfSeconds(startSeconds));
    this.#batch.add({ T: "d", S: this.#tape.symbol, o, h, l, c, v, t, n, vw }, sessions);
  }

  #sendOccasional(minute: number, markNs: number): void {
    const t = this.#market.timeAt(markNs);
    const index = this.#nextIndex - 1;
    const lulds = this.#listeners.get("lulds");
    if (lulds) this.#batch.add(luldMessage(this.#tape, index, t), lulds);
    const statuses = this.#listeners.get("statuses");
    const status = statuses && statusMessage(this.#tape, minute, t);
    if (status) this.#batch.add(status, statuses);
    const imbalances = this.#listeners.get("imbalances");
    const imbalance = imbalances && imbalanceMessage(this.#tape, minute, index, t);
    if (imbalance) this.#batch.add(imbalance, imbalances);
  }

  #sendBook(sessions: readonly DataSession[], index: number): void {
    const following = sessions.filter((session) => session.startedBooks.has(this.#tape.symbol));
    const change = bookChange(this.#tape, index, this.#market.timeAt(this.#tape.timeOf(index)));
    if (change && following.length > 0) this.#batch.add(change, following);
  }

  /** A session's first message is the whole book; from then on it follows the changes. */
  #startBooks(sessions: readonly DataSession[]): void {
    const { symbol } = this.#tape;
    const starting = sessions.filter((session) => !session.startedBooks.has(symbol));
    if (starting.length === 0) return;
    const index = bookIndexBy(this.#nextIndex - 1);
    const t = this.#market.timeAt(this.#tape.timeOf(index));
    this.#batch.add(wholeBook(this.#tape, index, t), starting);
    for (const session of starting) session.startedBooks.add(symbol);
  }

  #isOpenAt(offsetNs: number): boolean {
    const known = this.#stretch;
    if (known && offsetNs >= known.fromNs && offsetNs < known.toNs) return known.isOpen;
    this.#stretch = this.#market.stretchAt(this.#hours, offsetNs);
    return this.#stretch.isOpen;
  }
}
