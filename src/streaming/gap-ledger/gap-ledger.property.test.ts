import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type OpenedLedger,
  openedLedger,
  START_MS,
  tradeAt,
} from "../../../test/support/opened-ledger.ts";
import type { Trade } from "../../model/trade.ts";
import { compareTimes, shiftTime, type VenueTime } from "../../model/venue-time.ts";
import type { GapPolicy } from "./channel-rules.ts";

const SYMBOLS = ["AAPL", "MSFT"] as const;
const SETTLE_MS = 250;
/** As many messages may be overtaken by a late print, and so many have to lie between two of them. */
const LATE_BY = 8;
const LATE_EVERY = 6;

interface Step {
  readonly do: "produce" | "late" | "deliver" | "cut" | "grant" | "garble" | "toggle";
  readonly symbol: number;
  readonly ms: number;
  readonly count: number;
  /** Of the history that is asked next: how far it is behind, and how long it takes. */
  readonly lagMs: number;
  readonly answerMs: number;
}

const weighted: readonly [number, Step["do"]][] = [
  [16, "produce"],
  [2, "late"],
  [6, "deliver"],
  [2, "cut"],
  [3, "grant"],
  [1, "garble"],
  [1, "toggle"],
];

const step = fc.record<Step>({
  do: fc.oneof(...weighted.map(([weight, kind]) => ({ weight, arbitrary: fc.constant(kind) }))),
  symbol: fc.nat(SYMBOLS.length - 1),
  ms: fc.nat(80),
  count: fc.integer({ min: 1, max: 5 }),
  lagMs: fc.nat(900),
  answerMs: fc.oneof(fc.constant(0), fc.nat(600)),
});

interface Published {
  readonly trade: Trade;
  readonly id: number;
  readonly atMs: number;
}

/** A symbol from one subscription to its end. */
interface Segment {
  readonly symbol: string;
  /** Everything the venue published of it meanwhile. */
  readonly published: Published[];
  readonly delivered: number[];
  readonly lost: { readonly from: VenueTime; readonly to: VenueTime }[];
  openings: number;
  ended: number;
}

/** A venue, its history, a connection that may be cut, and everything that came out at our end. */
class Venue {
  readonly opened: OpenedLedger;
  readonly segments: Segment[] = [];
  lateOnes = 0;
  readonly #policy: GapPolicy;
  readonly #published = new Map<string, Published[]>(SYMBOLS.map((symbol) => [symbol, []]));
  readonly #current = new Map<string, Segment>();
  /** Wanted, and granted as far as the connection goes. */
  readonly #wanted = new Set<string>();
  /** Since when what comes is unbroken, and what came since. */
  readonly #evidence = new Set<string>();
  #isGranted = false;
  #inFlight: Published[] = [];
  #ids = 0;
  #nowMs = 0;
  #latest: Step | undefined;
  readonly #sinceLate = new Map<string, number>();

  constructor(policy: GapPolicy) {
    this.#policy = policy;
    this.opened = openedLedger({ backfill: { policy, settleMs: SETTLE_MS } });
    const { flow, history, gaps, clock } = this.opened;
    flow.add("trade", "*", (trade) => {
      this.#current.get(trade.symbol)?.delivered.push(Number((trade as Trade).id));
    });
    gaps.push = (gap) => {
      for (const [symbol, range] of gap?.ranges ?? []) {
        // One outage of many symbols is told once, for some of them after their subscription.
        const segment = this.segments.find(
          (one) => one.symbol === symbol && one.ended < one.openings,
        );
        if (!segment) throw new Error(`a gap of ${symbol} that nothing opened`);
        segment.ended++;
        if (gap?.status === "lost") segment?.lost.push(range);
      }
      return 0;
    };
    history.answer = ({ symbols, from }) => {
      const rows = symbols.flatMap((symbol) => this.#historyOf(symbol, from));
      return new Promise((resolve) => {
        clock.setTimer(() => resolve(rows), this.#latest?.answerMs ?? 0);
      });
    };
  }

  async take(next: Step): Promise<void> {
    this.#latest = next;
    await this.#pass(next.ms);
    const symbol = SYMBOLS[next.symbol] as string;
    switch (next.do) {
      case "produce":
        this.#publish(symbol, false);
        break;
      case "late":
        this.#publish(symbol, true);
        break;
      case "deliver":
        this.#deliver(next.count);
        break;
      case "cut":
        this.#cut();
        break;
      case "grant":
        await this.#pass(1);
        this.#grant();
        break;
      case "garble":
        await this.#pass(1);
        this.#garble(next.count);
        break;
      case "toggle":
        await this.#pass(1);
        this.#toggle(symbol);
        break;
      default:
        next.do satisfies never;
    }
  }

  /** Nothing goes wrong any more, and everybody has the time that is needed. */
  async end(): Promise<void> {
    this.#latest = undefined;
    await this.#pass(1);
    this.#grant();
    for (let round = 0; round < 20; round++) {
      for (const symbol of SYMBOLS) this.#publish(symbol, false);
      this.#deliver(Number.POSITIVE_INFINITY);
      await this.#pass(1_000);
      await this.opened.settle();
    }
  }

  check(): void {
    for (const segment of this.segments) this.#checkSegment(segment);
    expect(this.opened.clock.pendingTimers).toBe(0);
    expect(this.opened.errors).toEqual([]);
  }

  #checkSegment(segment: Segment): void {
    const { published, delivered, lost, symbol } = segment;
    const facts = { symbol, published: published.map(({ id }) => id), delivered, lost };
    expect(new Set(delivered).size, JSON.stringify(facts)).toBe(delivered.length);
    expect(segment.ended, JSON.stringify(facts)).toBe(segment.openings);
    const first = published.findIndex(({ id }) => id === delivered[0]);
    if (first < 0) return;
    // A late print that is older than the first message is none of the subscription's business.
    const due = published
      .slice(first)
      .filter(({ trade }) => compareTimes(trade, published[first]?.trade as Trade) >= 0);
    const got = new Set(delivered);
    const isTold = ({ trade }: Published): boolean =>
      lost.some(({ from, to }) => compareTimes(trade, from) > 0 && compareTimes(trade, to) < 0);
    const expected = due.filter((one) => got.has(one.id) || !isTold(one)).map(({ id }) => id);
    if (this.lateOnes > 0) {
      // A range that is told as lost ends at the first live message, with a late one too soon.
      if (lost.length > 0) return;
      expect(
        expected.filter((id) => !got.has(id)),
        JSON.stringify(facts),
      ).toEqual([]);
    } else {
      expect(delivered, JSON.stringify(facts)).toEqual(expected);
    }
    if (this.#policy === "report" && this.lateOnes === 0) {
      // Exactly: nothing that arrived lies within what was told as lost.
      const arrived = due.filter((one) => got.has(one.id) && isTold(one));
      expect(
        arrived.map(({ id }) => id),
        JSON.stringify(facts),
      ).toEqual([]);
    }
  }

  async #pass(ms: number): Promise<void> {
    const oldest = this.#inFlight[0];
    // An acknowledged connection is not later than the time that history is given.
    if (oldest && this.#nowMs + ms - oldest.atMs > SETTLE_MS - 50) {
      this.#deliver(Number.POSITIVE_INFINITY);
    }
    this.#nowMs += ms;
    await this.opened.clock.advance(ms);
  }

  #publish(symbol: string, isLate: boolean): void {
    const list = this.#published.get(symbol) as Published[];
    const sinceLate = this.#sinceLate.get(symbol) ?? 0;
    const overtaken = list.slice(-LATE_BY).map(({ trade }) => trade);
    const id = ++this.#ids;
    let trade = tradeAt(this.#nowMs + id / 1e4, id, symbol);
    const target = overtaken[id % LATE_BY];
    if (isLate && target && sinceLate >= LATE_EVERY) {
      const time = shiftTime(target, -1e-5);
      const ms = (time.seconds - START_MS / 1_000) * 1_000 + time.nanos / 1e6;
      if (this.#nowMs - ms < 1_900) {
        trade = tradeAt(ms, id, symbol);
        this.lateOnes++;
        this.#sinceLate.set(symbol, 0);
      }
    } else this.#sinceLate.set(symbol, sinceLate + 1);
    const one = { trade, id, atMs: this.#nowMs };
    list.push(one);
    this.#current.get(symbol)?.published.push(one);
    if (this.#isGranted && this.#wanted.has(symbol)) this.#inFlight.push(one);
  }

  #deliver(count: number): void {
    for (const { trade } of this.#inFlight.splice(0, count)) {
      this.#evidence.add(trade.symbol);
      this.opened.receive(trade);
    }
  }

  #cut(): void {
    if (!this.#isGranted) return;
    this.#isGranted = false;
    this.#inFlight = [];
    this.#open();
    this.opened.ledger.lost("disconnect");
  }

  #grant(): void {
    if (this.#isGranted) return;
    this.#isGranted = true;
    this.#say();
  }

  #say(): void {
    this.#evidence.clear();
    for (const symbol of this.#wanted) {
      if (this.#current.has(symbol)) continue;
      const segment = { symbol, published: [], delivered: [], lost: [], openings: 0, ended: 0 };
      this.segments.push(segment);
      this.#current.set(symbol, segment);
    }
    this.opened.grant({ trades: [...this.#wanted] });
  }

  #garble(count: number): void {
    if (!this.#isGranted) return;
    this.#inFlight.splice(0, count);
    this.#evidence.clear();
    this.#open();
    this.opened.ledger.suspect("undecodable");
  }

  #toggle(symbol: string): void {
    if (!this.#isGranted) return;
    this.#deliver(Number.POSITIVE_INFINITY); // the acknowledgement comes after it
    if (this.#wanted.delete(symbol)) {
      this.#say();
      this.#current.delete(symbol);
    } else {
      this.#wanted.add(symbol);
      this.#say();
    }
  }

  /** Counts the gaps that are about to open. */
  #open(): void {
    const report = this.opened.ledger.report()["trades"] ?? {};
    for (const [symbol, { isOpen }] of Object.entries(report)) {
      const segment = this.#current.get(symbol);
      if (segment && !isOpen) segment.openings++;
    }
  }

  /** As much as may be behind without anybody being able to know: no more than it is given time. */
  #historyOf(symbol: string, from: VenueTime): Trade[] {
    const lagMs = this.#latest?.lagMs ?? 0;
    const behindMs = this.#evidence.has(symbol) ? lagMs : Math.min(lagMs, SETTLE_MS);
    return (this.#published.get(symbol) ?? [])
      .filter(
        ({ trade, atMs }) =>
          atMs <= this.opened.clock.nowMs() - START_MS - behindMs && compareTimes(trade, from) >= 0,
      )
      .map(({ trade }) => trade)
      .sort(compareTimes);
  }

  /** Subscribes both, as the first thing. */
  begin(): void {
    for (const symbol of SYMBOLS) this.#wanted.add(symbol);
    this.#grant();
  }
}

const RUNS = 150;

function holds(policy: GapPolicy): Promise<void> {
  return fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 120, size: "max" }),
      async (steps) => {
        const venue = new Venue(policy);
        venue.begin();
        for (const next of steps) await venue.take(next);
        await venue.end();
        venue.check();
      },
    ),
    { numRuns: RUNS },
  );
}

describe("whatever the connection and the history do", () => {
  test(
    "repair: every symbol's messages come once each, none is missing, in their order",
    () => holds("repair"),
    300_000,
  );

  test(
    "report: what did not come is what was told, and nothing else",
    () => holds("report"),
    300_000,
  );
});
