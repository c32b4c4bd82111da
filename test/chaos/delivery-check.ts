import type { Gap, GapRange } from "../../src/model/gap.ts";
import { compareTimes, type VenueTime } from "../../src/model/venue-time.ts";

/** A message by what identifies it on its channel and symbol: a trade's id, a bar's start. */
export interface Known extends VenueTime {
  readonly id: string;
}

/** How a run compares with what the venue had to say. */
export interface DeliveryCheck {
  readonly expected: number;
  readonly delivered: number;
  /** Expected and never delivered. */
  readonly lost: number;
  /** Delivered again. */
  readonly duplicated: number;
  /** Delivered after a later one of its channel and symbol. */
  readonly outOfOrder: number;
  /** Lost, and in no range that was told as lost. */
  readonly unreported: number;
  /** Delivered, and yet in a range that the ledger holds for lost. */
  readonly falselyReported: number;
  /** What the venue had in the ranges that the ledger holds for lost. */
  readonly ledgerLost: number;
}

const NOTHING: DeliveryCheck = {
  expected: 0,
  delivered: 0,
  lost: 0,
  duplicated: 0,
  outOfOrder: 0,
  unreported: 0,
  falselyReported: 0,
  ledgerLost: 0,
};

/** One symbol of a channel. */
export interface Delivery {
  readonly channel: string;
  readonly symbol: string;
  /** In order, beginning with the first that was delivered. */
  readonly tape: readonly Known[];
  readonly delivered: readonly string[];
  readonly gaps: readonly Gap[];
  /** What the ledger holds for lost in the end. */
  readonly lostRanges: readonly GapRange[];
}

/** Compares what came with what there was. */
export function checkDelivery(delivery: Delivery): DeliveryCheck {
  const { channel, symbol, tape, delivered, gaps, lostRanges } = delivery;
  const places = new Map(tape.map(({ id }, place) => [id, place]));
  const ranges = gaps
    .filter((gap) => gap.status === "lost" && gap.channel === channel)
    .flatMap((gap) => gap.ranges.get(symbol) ?? []);
  const seen = new Set<string>();
  let duplicated = 0;
  let outOfOrder = 0;
  let latest = -1;
  for (const id of delivered) {
    if (seen.has(id)) duplicated++;
    seen.add(id);
    const place = places.get(id);
    if (place === undefined) continue; // later than what is compared
    if (place < latest) outOfOrder++;
    latest = Math.max(latest, place);
  }
  const isIn = (within: readonly GapRange[], known: Known): boolean =>
    within.some(({ from, to }) => compareTimes(known, from) > 0 && compareTimes(known, to) < 0);
  const lost = tape.filter(({ id }) => !seen.has(id));
  const ledger = tape.filter((known) => isIn(lostRanges, known));
  return {
    expected: tape.length,
    delivered: delivered.length,
    lost: lost.length,
    duplicated,
    outOfOrder,
    unreported: lost.filter((known) => !isIn(ranges, known)).length,
    falselyReported: ledger.filter(({ id }) => seen.has(id)).length,
    ledgerLost: ledger.length,
  };
}

export function sumOf(checks: readonly DeliveryCheck[]): DeliveryCheck {
  const add = (a: DeliveryCheck, b: DeliveryCheck): DeliveryCheck => ({
    expected: a.expected + b.expected,
    delivered: a.delivered + b.delivered,
    lost: a.lost + b.lost,
    duplicated: a.duplicated + b.duplicated,
    outOfOrder: a.outOfOrder + b.outOfOrder,
    unreported: a.unreported + b.unreported,
    falselyReported: a.falselyReported + b.falselyReported,
    ledgerLost: a.ledgerLost + b.ledgerLost,
  });
  return checks.reduce(add, NOTHING);
}
