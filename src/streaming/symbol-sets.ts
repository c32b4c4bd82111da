import type { ChannelSymbols } from "../core/errors.ts";

/** A set of symbols for each channel. Channels without symbols do not appear. */
export class SymbolSets {
  readonly #byChannel = new Map<string, Set<string>>();

  has(channel: string, symbol: string): boolean {
    return this.#byChannel.get(channel)?.has(symbol) ?? false;
  }

  hasChannel(channel: string): boolean {
    return this.#byChannel.has(channel);
  }

  add(selection: ChannelSymbols): void {
    for (const [channel, symbols] of Object.entries(selection)) {
      if (symbols.length === 0) continue;
      const set = this.#byChannel.get(channel) ?? new Set();
      this.#byChannel.set(channel, set);
      for (const symbol of symbols) set.add(symbol);
    }
  }

  remove(selection: ChannelSymbols): void {
    for (const [channel, symbols] of Object.entries(selection)) {
      const set = this.#byChannel.get(channel);
      if (!set) continue;
      for (const symbol of symbols) set.delete(symbol);
      if (set.size === 0) this.#byChannel.delete(channel);
    }
  }

  clear(): void {
    this.#byChannel.clear();
  }

  /** The part of the selection that is in these sets, each symbol once. */
  intersection(selection: ChannelSymbols): ChannelSymbols {
    return filtered(selection, (channel, symbol) => this.has(channel, symbol));
  }

  /** The part of the selection that is not in these sets, each symbol once. */
  missingFrom(selection: ChannelSymbols): ChannelSymbols {
    return filtered(selection, (channel, symbol) => !this.has(channel, symbol));
  }

  toSelection(): ChannelSymbols {
    return Object.fromEntries([...this.#byChannel].map(([channel, set]) => [channel, [...set]]));
  }
}

function filtered(
  selection: ChannelSymbols,
  keep: (channel: string, symbol: string) => boolean,
): ChannelSymbols {
  const result: Record<string, readonly string[]> = {};
  for (const [channel, symbols] of Object.entries(selection)) {
    const kept = [...new Set(symbols)].filter((symbol) => keep(channel, symbol));
    if (kept.length > 0) result[channel] = kept;
  }
  return result;
}
