import type { VenueTime } from "../../model/venue-time.ts";
import type { HistorySource } from "../../ports/history-source.ts";
import { typeOfChannel } from "../../streaming/channels.ts";
import type { ChannelMarks } from "../../streaming/gap-ledger/channel-marks.ts";
import { EVERY_SYMBOL } from "../../streaming/router.ts";
import type { SymbolTable } from "../../streaming/symbol-table.ts";
import { laterOf } from "./silence.ts";
import type { Witness } from "./witness.ts";

/** So many of a channel's symbols speak for all of them. */
const MOST_SYMBOLS = 50;

/** Tells of a silent channel what the stream has brought, by the ledger, and what history has. */
export class StreamWitness implements Witness {
  readonly #marksOf: (channel: string) => ChannelMarks | undefined;
  readonly #symbols: SymbolTable;
  readonly #source: HistorySource | undefined;

  constructor(
    marksOf: (channel: string) => ChannelMarks | undefined,
    symbols: SymbolTable,
    source: HistorySource | undefined,
  ) {
    this.#marksOf = marksOf;
    this.#symbols = symbols;
    this.#source = source;
  }

  sample(channel: string, granted: readonly string[]): readonly string[] {
    const marks = this.#marksOf(channel);
    const names = granted.includes(EVERY_SYMBOL)
      ? (marks?.seenIds().map((id) => this.#symbols.nameOf(id)) ?? [])
      : granted;
    if (names.length <= MOST_SYMBOLS || !marks) return names.slice(0, MOST_SYMBOLS);
    return names
      .map((name) => ({ name, count: marks.count(this.#symbols.find(name)) }))
      .sort((a, b) => b.count - a.count)
      .slice(0, MOST_SYMBOLS)
      .map(({ name }) => name);
  }

  newest(channel: string, symbols: readonly string[]): VenueTime | undefined {
    const marks = this.#marksOf(channel);
    return symbols.reduce<VenueTime | undefined>(
      (newest, symbol) => laterOf(newest, marks?.last(this.#symbols.find(symbol))),
      undefined,
    );
  }

  canAsk(channel: string): boolean {
    const coverage = this.#source?.coverage(channel);
    return coverage === "history" || coverage === "latest";
  }

  async ask(
    channel: string,
    symbols: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, VenueTime>> {
    const messages = (await this.#source?.latest({ channel, symbols, signal })) ?? [];
    const type = typeOfChannel(channel);
    return new Map(
      messages
        .filter((message) => message.type === type)
        .map((message) => [message.symbol, message]),
    );
  }
}
