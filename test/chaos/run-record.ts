import type { Bar } from "../../src/model/bar.ts";
import type { Gap, GapRange } from "../../src/model/gap.ts";
import type { Trade } from "../../src/model/trade.ts";
import type { MarketStream } from "../../src/ports/market-stream.ts";
import type { RemoteSimulator } from "../../src/simulator/index.ts";
import type { LedgerReport } from "../../src/streaming/gap-ledger/ledger-report.ts";
import { checkDelivery, type DeliveryCheck, type Known } from "./delivery-check.ts";

const MINUTE_MS = 60_000;

/** Everything that a run brought. */
export class RunRecord {
  readonly gaps: Gap[] = [];
  readonly #trades = new Map<string, Trade[]>();
  readonly #bars = new Map<string, Bar[]>();

  constructor(stream: Pick<MarketStream, "route">, onGap: (tell: (gap: Gap) => void) => void) {
    onGap((gap) => this.gaps.push(gap));
    stream.route("trades", "*", (trade) => put(this.#trades, trade as Trade));
    stream.route("bars", "*", (bar) => put(this.#bars, bar as Bar));
  }

  get trades(): number {
    return [...this.#trades.values()].reduce((sum, trades) => sum + trades.length, 0);
  }

  get bars(): number {
    return [...this.#bars.values()].reduce((sum, bars) => sum + bars.length, 0);
  }

  /** From each symbol's first trade on, up to `endMs`. Without a ledger what was told stands for it. */
  async compare(
    venue: RemoteSimulator,
    symbols: readonly string[],
    endMs: number,
    ledger?: LedgerReport,
  ): Promise<DeliveryCheck[]> {
    const firstMs = Math.min(
      ...[...this.#trades.values()].map(([first]) => first?.timestampMs ?? endMs),
    );
    const from = firstMs - MINUTE_MS; // the bar of that minute was due as well
    const tape = await venue.tapeBetween({ symbols, feed: "iex", from, to: endMs });
    return symbols.flatMap((symbol) => {
      const ofTape = tape[symbol] ?? { trades: [], bars: [] };
      const trades = this.#trades.get(symbol) ?? [];
      const bars = this.#bars.get(symbol) ?? [];
      const sinceMs = trades[0]?.timestampMs ?? firstMs;
      const tradeTape = ofTape.trades.map(({ id = "", seconds, nanos }) => ({
        id,
        seconds,
        nanos,
      }));
      const barTape = ofTape.bars.map(({ startSeconds: seconds }) => ({
        id: String(seconds),
        seconds,
        nanos: 0,
      }));
      const isDue = ({ seconds }: Known): boolean => {
        const overMs = seconds * 1_000 + MINUTE_MS;
        return overMs > sinceMs && overMs < endMs;
      };
      const check = (channel: string, due: readonly Known[], ids: readonly string[]) =>
        checkDelivery({
          channel,
          symbol,
          tape: due,
          delivered: ids,
          gaps: this.gaps,
          lostRanges: ledger?.[channel]?.[symbol]?.lostRanges ?? this.#told(channel, symbol),
        });
      const firstTrade = tradeTape.findIndex(({ id }) => id === trades[0]?.id);
      return [
        check(
          "trades",
          tradeTape.slice(Math.max(0, firstTrade)),
          trades.map(({ id }) => id ?? ""),
        ),
        check(
          "bars",
          barTape.filter(isDue),
          bars.map(({ seconds }) => String(seconds)),
        ),
      ];
    });
  }

  #told(channel: string, symbol: string): GapRange[] {
    const lost = this.gaps.filter((gap) => gap.status === "lost" && gap.channel === channel);
    return lost.flatMap((gap) => gap.ranges.get(symbol) ?? []);
  }
}

function put<T extends { readonly symbol: string }>(bySymbol: Map<string, T[]>, message: T): void {
  const list = bySymbol.get(message.symbol);
  if (list) list.push(message);
  else bySymbol.set(message.symbol, [message]);
}

/** AAA, AAB, AAC … */
export function symbolName(index: number): string {
  const letter = (place: number): string =>
    String.fromCharCode(65 + (Math.floor(index / 26 ** place) % 26));
  return `${letter(2)}${letter(1)}${letter(0)}`;
}
