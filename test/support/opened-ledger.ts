import type { ChannelSymbols } from "../../src/core/errors.ts";
import type { HoldfastError } from "../../src/core/holdfast-error.ts";
import { Arrival } from "../../src/model/arrival.ts";
import type { Gap } from "../../src/model/gap.ts";
import type { MarketData } from "../../src/model/market-data.ts";
import { Trade } from "../../src/model/trade.ts";
import { shiftTime, timeOfMilliseconds, toMilliseconds } from "../../src/model/venue-time.ts";
import type { HistoryRequest, HistorySource } from "../../src/ports/history-source.ts";
import { channelOfType } from "../../src/streaming/channels.ts";
import {
  BACKFILL_DEFAULTS,
  type BackfillOptions,
  type ChannelRules,
} from "../../src/streaming/gap-ledger/channel-rules.ts";
import { GapLedger } from "../../src/streaming/gap-ledger/gap-ledger.ts";
import { type Gate, MessageFlow } from "../../src/streaming/message-flow.ts";
import { SymbolTable } from "../../src/streaming/symbol-table.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";

/** Wall time at which the clocks of these tests begin. */
export const START_MS = 1_700_000_000_000;

/** A trade so many milliseconds after the start, received at that moment unless told otherwise. */
export function tradeAt(
  ms: number,
  id: number,
  symbol = "AAPL",
  arrival: Arrival = new Arrival(START_MS + ms),
): Trade {
  return Trade.from(symbol, shiftTime(timeOfMilliseconds(START_MS), ms), arrival, {
    rawId: id,
    price: 100,
    size: 1,
    conditions: [],
    exchange: "V",
    tape: "C",
    takerSide: "unknown",
  });
}

const CHANNELS: Readonly<Record<string, ChannelRules>> = {
  trades: { keyOf: (message) => (message as Trade).key, spanMs: 0, depth: 16 },
  quotes: { spanMs: 0, depth: 1 },
  orderbooks: { spanMs: 0, depth: 1 },
  statuses: { spanMs: 0, depth: 1 },
};

type Coverage = ReturnType<HistorySource["coverage"]>;

const COVERAGE: Readonly<Record<string, Coverage>> = {
  trades: "history",
  quotes: "latest",
  orderbooks: "snapshot",
};

/** A history that answers what a test says. */
export class ScriptedHistory implements HistorySource {
  readonly #coverage: Readonly<Record<string, Coverage>>;
  readonly asked: HistoryRequest[] = [];
  readonly askedLatest: Omit<HistoryRequest, "from" | "to">[] = [];
  answer: (request: HistoryRequest) => readonly MarketData[] | Promise<readonly MarketData[]> =
    () => [];
  answerLatest: () => readonly MarketData[] | Promise<readonly MarketData[]> = () => [];

  constructor(coverage: Readonly<Record<string, Coverage>> = COVERAGE) {
    this.#coverage = coverage;
  }

  coverage(channel: string): Coverage {
    return this.#coverage[channel] ?? "none";
  }

  /** As quick as can be, so that a clock of the tests does not have to wait for many promises. */
  history(request: HistoryRequest): AsyncIterable<MarketData> {
    this.asked.push(request);
    let rows: readonly MarketData[] | undefined;
    let at = 0;
    const row = (): IteratorResult<MarketData> => {
      const value = rows?.[at++];
      return value ? { done: false, value } : { done: true, value: undefined };
    };
    const next = (): Promise<IteratorResult<MarketData>> => {
      if (rows) return Promise.resolve(row());
      return Promise.resolve(this.answer(request)).then((answer) => {
        rows = answer;
        return row();
      });
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  async latest(request: Omit<HistoryRequest, "from" | "to">): Promise<readonly MarketData[]> {
    this.askedLatest.push(request);
    return this.answerLatest();
  }
}

/** A ledger, its way of messages, and all that comes out of it. */
export interface OpenedLedger {
  readonly clock: ManualClock;
  readonly ledger: GapLedger;
  readonly flow: MessageFlow<MarketData>;
  readonly history: ScriptedHistory;
  readonly symbols: SymbolTable;
  readonly gaps: Gap[];
  readonly errors: HoldfastError[];
  /** Everything delivered, in order, as the symbol and id of trades, else the type. */
  readonly delivered: string[];
  /** The venue grants exactly these, and they are what is wanted. */
  readonly grant: (selection: ChannelSymbols) => void;
  readonly receive: (...messages: readonly MarketData[]) => void;
  /** The gaps so far as text: status, reason, cause, symbols, range in milliseconds after the start. */
  readonly told: () => string[];
  /** Lets everything that is ready happen; no time passes. */
  readonly settle: () => Promise<void>;
}

export function openedLedger(
  options: {
    readonly backfill?: BackfillOptions;
    readonly history?: ScriptedHistory | null;
    readonly clock?: ManualClock;
    readonly channels?: Readonly<Record<string, ChannelRules>>;
    readonly coverage?: Readonly<Record<string, Coverage>>;
  } = {},
): OpenedLedger {
  const clock = options.clock ?? new ManualClock(START_MS);
  const history = options.history ?? new ScriptedHistory(options.coverage);
  const symbols = new SymbolTable();
  const gaps: Gap[] = [];
  const errors: HoldfastError[] = [];
  const delivered: string[] = [];
  const flow: MessageFlow<MarketData> = new MessageFlow<MarketData>({
    symbols,
    gate: (type) => ledger.channel(channelOfType(type) ?? "") as Gate<MarketData> | undefined,
    dropped: () => {},
    failed: (error) => errors.push(error),
  });
  const ledger = new GapLedger({
    clock,
    symbols,
    channels: options.channels ?? CHANNELS,
    backfill: { ...BACKFILL_DEFAULTS, ...options.backfill },
    source: options.history === null ? undefined : history,
    deliver: (message, symbolId) => flow.deliver(message, symbolId),
    tell: (gap) => gaps.push(gap),
    report: (error) => errors.push(error),
  });
  for (const type of ["trade", "quote", "orderBook", "tradingStatus"]) {
    flow.add(type, "*", (message) => {
      delivered.push(
        message.type === "trade" ? `${message.symbol} ${message.id}` : `${message.symbol} ${type}`,
      );
    });
  }
  return {
    clock,
    ledger,
    flow,
    history,
    symbols,
    gaps,
    errors,
    delivered,
    grant: (selection) => ledger.granted(selection, selection),
    receive: (...messages) => {
      for (const message of messages) flow.receive(message, symbols.idOf(message.symbol));
    },
    told: () =>
      gaps.map(({ status, reason, cause, ranges }) => {
        const concerned = [...ranges].map(([symbol, { from, to }]) => {
          const [fromMs, toMs] = [toMilliseconds(from) - START_MS, toMilliseconds(to) - START_MS];
          return `${symbol} ${fromMs}..${toMs}`;
        });
        return [status, reason, cause, ...concerned].filter(Boolean).join(" ");
      }),
    settle: async () => {
      for (let turn = 0; turn < 20; turn++) await clock.advance(0);
    },
  };
}

/** 1 and 2 were seen, 3 and 4 missed, 5 came live again; nothing has been asked yet. */
export async function cutLedger(opened: OpenedLedger = openedLedger()): Promise<OpenedLedger> {
  const { clock, ledger, grant, receive } = opened;
  grant({ trades: ["AAPL"] });
  await clock.advance(100);
  receive(tradeAt(50, 1), tradeAt(90, 2));
  ledger.lost("disconnect");
  await clock.advance(100);
  grant({ trades: ["AAPL"] });
  receive(tradeAt(210, 5));
  return opened;
}

/** What the venue has of that, in order. */
export const ALL_TRADES: readonly Trade[] = [
  tradeAt(50, 1),
  tradeAt(90, 2),
  tradeAt(110, 3),
  tradeAt(150, 4),
  tradeAt(210, 5),
];
