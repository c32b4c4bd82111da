import { BarBuilder, type BarNumbers } from "./bar-builder.ts";
import type { Market } from "./market.ts";
import type { HoursKind } from "./market-hours.ts";
import type { TimeRange } from "./market-query.ts";
import type { Tape } from "./tape.ts";
import { barEnd, barStart, type Timeframe } from "./timeframe.ts";

/** One point of a tape's history, by its index. @internal */
export interface IndexedMoment {
  readonly index: number;
  readonly offsetNs: number;
}

/** One bar of the history. @internal */
export interface HistoricBar {
  readonly offsetNs: number;
  /** `undefined` where nothing traded: the venue leaves such bars out. */
  readonly numbers: BarNumbers | undefined;
}

/** The open parts of a range, in the order asked for. */
function* openRuns(
  market: Market,
  hours: HoursKind,
  { fromNs, untilNs }: TimeRange,
  isDescending: boolean,
): Generator<TimeRange> {
  let left = fromNs;
  let right = untilNs;
  while (left < right) {
    const stretch = market.stretchAt(hours, isDescending ? right - 1 : left);
    const run = { fromNs: Math.max(left, stretch.fromNs), untilNs: Math.min(right, stretch.toNs) };
    if (stretch.isOpen) yield run;
    if (isDescending) right = run.fromNs;
    else left = run.untilNs;
  }
}

/** The trades of a range. @internal */
export function* tradesIn(
  market: Market,
  tape: Tape,
  hours: HoursKind,
  range: TimeRange,
  isDescending: boolean,
): Generator<IndexedMoment> {
  for (const run of openRuns(market, hours, range, isDescending)) {
    const first = tape.firstTradeFrom(tape.firstIndexFrom(run.fromNs));
    const end = tape.firstTradeFrom(tape.firstIndexFrom(run.untilNs));
    for (let step = 0; step < end - first; step++) {
      const index = tape.tradeIndex(isDescending ? end - 1 - step : first + step);
      yield { index, offsetNs: tape.timeOf(index) };
    }
  }
}

/** The quotes of a range. @internal */
export function* quotesIn(
  market: Market,
  tape: Tape,
  hours: HoursKind,
  range: TimeRange,
  isDescending: boolean,
): Generator<IndexedMoment> {
  for (const run of openRuns(market, hours, range, isDescending)) {
    const first = tape.firstIndexFrom(run.fromNs);
    const end = tape.firstIndexFrom(run.untilNs);
    for (let step = 0; step < end - first; step++) {
      const index = isDescending ? end - 1 - step : first + step;
      if (!tape.isTrade(index)) yield { index, offsetNs: tape.timeOf(index) };
    }
  }
}

/** The finished minutes of a bar; the running minute is in no bar yet. */
function* barMinutes(
  market: Market,
  hours: HoursKind,
  fromSeconds: number,
  toSeconds: number,
): Generator<number> {
  const nowSeconds = market.nowSeconds();
  for (let second = fromSeconds; second < toSeconds && second + 60 <= nowSeconds; second += 60) {
    if (market.stretchAt(hours, market.offsetOfSeconds(second)).isOpen) yield second / 60;
  }
}

/** Gathering this many minutes takes a few milliseconds. */
const MINUTES_PER_REST = 500;

/**
 * The bars that begin within a range, empty ones included; `undefined` now and then within long work,
 * where the caller may let others have their turn.
 * @internal
 */
export function* barsIn(
  market: Market,
  tape: Tape,
  hours: HoursKind,
  timeframe: Timeframe,
  { fromNs, untilNs }: TimeRange,
  isDescending: boolean,
): Generator<HistoricBar | undefined> {
  const offsetOf = (seconds: number): number => market.offsetOfSeconds(seconds);
  if (fromNs >= untilNs) return;
  let start = barStart(timeframe, market.timeAt(isDescending ? untilNs - 1 : fromNs).seconds);
  if (!isDescending && offsetOf(start) < fromNs) start = barEnd(timeframe, start);
  while (offsetOf(start) >= fromNs && offsetOf(start) < untilNs) {
    const numbers = yield* gatherBar(market, tape, hours, timeframe, start);
    yield { offsetNs: offsetOf(start), numbers };
    start = isDescending ? barStart(timeframe, start - 1) : barEnd(timeframe, start);
  }
}

/** One bar from its finished minutes; bars of a day and more count conditions their own way. */
function* gatherBar(
  market: Market,
  tape: Tape,
  hours: HoursKind,
  timeframe: Timeframe,
  startSeconds: number,
): Generator<undefined, BarNumbers | undefined> {
  const minutes = market.minuteBars(tape);
  const isIntraday = timeframe.unit === "minute" || timeframe.unit === "hour";
  const builder = new BarBuilder();
  let gathered = 0;
  for (const minute of barMinutes(market, hours, startSeconds, barEnd(timeframe, startSeconds))) {
    const parts = minutes.parts(minute);
    builder.append(isIntraday ? parts.minute : parts.daily);
    if (++gathered % MINUTES_PER_REST === 0) yield undefined;
  }
  return builder.result(tape.assetClass !== "crypto");
}

/** The same in one go. @internal */
export function barNumbers(
  market: Market,
  tape: Tape,
  hours: HoursKind,
  timeframe: Timeframe,
  startSeconds: number,
): BarNumbers | undefined {
  const steps = gatherBar(market, tape, hours, timeframe, startSeconds);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
