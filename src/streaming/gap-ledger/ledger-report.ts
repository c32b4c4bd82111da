import type { GapRange } from "../../model/gap.ts";
import type { ChannelLedger } from "./channel-ledger.ts";
import type { TrackedSymbol } from "./tracked-symbol.ts";

/** How whole one symbol of a channel is, since it was subscribed. @public */
export interface SymbolCoverage {
  /** Time in which nothing was missed, in seconds. */
  readonly completeSeconds: number;
  /** Time that was missed first and is whole now, in seconds. */
  readonly repairedSeconds: number;
  /** Time in which something is or may be missing, in seconds. */
  readonly lostSeconds: number;
  /** Messages that the stream brought in time, and those found later. */
  readonly messages: number;
  /** Of these, those that were found in history. */
  readonly recovered: number;
  /** Messages that came again and were not delivered again. */
  readonly duplicates: number;
  readonly gapsRepaired: number;
  readonly gapsReseeded: number;
  readonly gapsLost: number;
  /** What is missing, the latest last, at most the last 1,000. */
  readonly lostRanges: readonly GapRange[];
  /** Whether something is missing at this moment that may yet be found. */
  readonly isOpen: boolean;
}

/** How whole every channel and symbol is that is subscribed now, by channel and symbol. @public */
export type LedgerReport = Readonly<Record<string, Readonly<Record<string, SymbolCoverage>>>>;

/** @internal */
export function reportOf(channels: Iterable<ChannelLedger>, nowMs: number): LedgerReport {
  const byChannel: Record<string, Record<string, SymbolCoverage>> = {};
  for (const channel of channels) {
    const bySymbol: Record<string, SymbolCoverage> = {};
    for (const tracked of channel.tracked.values()) {
      bySymbol[tracked.symbol] = coverageOf(channel, tracked, nowMs);
    }
    if (channel.tracked.size > 0) byChannel[channel.name] = bySymbol;
  }
  return byChannel;
}

function coverageOf(channel: ChannelLedger, tracked: TrackedSymbol, nowMs: number): SymbolCoverage {
  const { account, coverage } = tracked;
  const openMs =
    coverage.kind === "complete"
      ? 0
      : Math.max(0, nowMs - Math.max(coverage.gap.openedMs, tracked.countedToMs));
  const lostMs = account.lostMs + openMs;
  const wholeMs = nowMs - tracked.sinceMs - account.repairedMs - lostMs;
  return {
    completeSeconds: Math.max(0, wholeMs) / 1_000,
    repairedSeconds: account.repairedMs / 1_000,
    lostSeconds: lostMs / 1_000,
    messages: channel.marks.count(tracked.id),
    recovered: account.recovered,
    duplicates: account.duplicates,
    gapsRepaired: account.gapsRepaired,
    gapsReseeded: account.gapsReseeded,
    gapsLost: account.gapsLost,
    lostRanges: tracked.lostRanges.map(({ from, to }) => ({ from, to })),
    isOpen: coverage.kind !== "complete",
  };
}
