import type { ChannelSymbols } from "../../core/errors.ts";

/** A channel and a symbol as one text, `trades AAPL`, which sets and maps can hold. */
export type ChannelSymbol = string;

export function channelSymbol(channel: string, symbol: string): ChannelSymbol {
  return `${channel} ${symbol}`;
}

/** Neither part has a space in it. */
export function partsOf(key: ChannelSymbol): { readonly channel: string; readonly symbol: string } {
  const space = key.indexOf(" ");
  return { channel: key.slice(0, space), symbol: key.slice(space + 1) };
}

export function toSelection(keys: Iterable<ChannelSymbol>): ChannelSymbols {
  const byChannel = new Map<string, string[]>();
  for (const key of keys) {
    const { channel, symbol } = partsOf(key);
    const symbols = byChannel.get(channel);
    if (symbols) symbols.push(symbol);
    else byChannel.set(channel, [symbol]);
  }
  return Object.fromEntries(byChannel);
}

export function toKeys(selection: ChannelSymbols): ChannelSymbol[] {
  return Object.entries(selection).flatMap(([channel, symbols]) =>
    symbols.map((symbol) => channelSymbol(channel, symbol)),
  );
}
