import { Faults, shown } from "../../core/faults.ts";
import type { MarketData } from "../../model/market-data.ts";
import type { MarketSink } from "../../ports/market-stream.ts";
import { MARKET_CHANNELS, type MarketChannel } from "../channels.ts";
import { type ChannelSymbol, channelSymbol } from "./channel-symbol.ts";

/** What one caller wants of a stream. @public */
export interface StreamRequest {
  /** Such as `["AAPL", "MSFT"]`; `*` for every symbol. */
  readonly symbols: readonly string[];
  /** The channels to have each of the symbols on, such as `["trades", "quotes"]`. */
  readonly dataTypes: readonly MarketChannel[];
  /**
   * Called once with each message, in order. One that throws, or returns a promise that rejects, is
   * reported by `onError`.
   * @defaultValue none: the stream's own outlets have the messages
   */
  readonly handler?: MarketSink;
  /**
   * Only messages for which it returns `true` reach the handler.
   * @defaultValue every message
   */
  readonly filter?: (message: MarketData) => boolean;
  /**
   * Where the symbols do not all find room, the higher number gets it.
   * @defaultValue 0
   */
  readonly priority?: number;
  /** Gives up waiting for the acknowledgement, and with it what was asked for. */
  readonly signal?: AbortSignal;
}

/** What is no longer wanted, by whomever it was asked for. @public */
export interface StreamRemoval {
  readonly symbols: readonly string[];
  /** @defaultValue every channel */
  readonly dataTypes?: readonly MarketChannel[];
  /**
   * Only of the subscriptions that were made with this function.
   * @defaultValue of every subscription
   */
  readonly handler?: MarketSink;
}

const LONGEST_SYMBOL = 64;

/**
 * Every symbol on every channel of the request, once.
 * @throws ConfigError listing everything that is wrong
 */
export function checkRequest(request: StreamRequest): readonly ChannelSymbol[] {
  const faults = new Faults();
  const { symbols, dataTypes, handler, filter, priority, signal } = request ?? {};
  const keys = checkKeys(symbols, dataTypes, faults);
  checkFunction("handler", handler, faults);
  checkFunction("filter", filter, faults);
  if (priority !== undefined)
    faults.number("priority", priority, { min: -Number.MAX_SAFE_INTEGER });
  faults.require(
    signal === undefined || signal instanceof AbortSignal,
    `signal must be an AbortSignal, not ${shown(signal)}`,
  );
  faults.throwIfAny();
  return keys;
}

/** @throws ConfigError listing everything that is wrong */
export function checkRemoval(removal: StreamRemoval): readonly ChannelSymbol[] {
  const faults = new Faults();
  const { symbols, dataTypes = MARKET_CHANNELS, handler } = removal ?? {};
  const keys = checkKeys(symbols, dataTypes, faults);
  checkFunction("handler", handler, faults);
  faults.throwIfAny();
  return keys;
}

/** @throws ConfigError when there is no such channel */
export function checkChannel(channel: string): void {
  const faults = new Faults();
  faults.oneOf("dataType", channel, MARKET_CHANNELS);
  faults.throwIfAny();
}

function checkKeys(symbols: unknown, dataTypes: unknown, faults: Faults): ChannelSymbol[] {
  const names = list("symbols", symbols, faults).map((symbol) => checkSymbol(symbol, faults));
  const channels = list("dataTypes", dataTypes, faults);
  for (const channel of channels) faults.oneOf("dataTypes", channel, MARKET_CHANNELS);
  const keys = channels.flatMap((channel) =>
    names.map((symbol) => channelSymbol(String(channel), symbol)),
  );
  return [...new Set(keys)];
}

function list(name: string, value: unknown, faults: Faults): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  faults.add(`${name} must be a list with something in it, not ${shown(value)}`);
  return [];
}

function checkSymbol(symbol: unknown, faults: Faults): string {
  const trimmed = typeof symbol === "string" ? symbol.trim() : "";
  const isSymbol = trimmed !== "" && trimmed.length <= LONGEST_SYMBOL && !/\s/.test(trimmed);
  faults.require(isSymbol, `symbols has ${shown(symbol)}, which is not a symbol`);
  return trimmed;
}

function checkFunction(name: string, value: unknown, faults: Faults): void {
  faults.require(
    value === undefined || typeof value === "function",
    `${name} must be a function, not ${shown(value)}`,
  );
}
