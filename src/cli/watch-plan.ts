import { Faults } from "../core/faults.ts";
import { DEFAULT_UNIVERSE, TEST_SYMBOL } from "../simulator/symbols.ts";
import {
  ALPACA_FEEDS,
  type AlpacaChannel,
  type AlpacaFeed,
  FEEDS,
} from "../venues/alpaca/endpoints.ts";
import type { AlpacaSelection } from "../venues/alpaca/websocket-options.ts";
import { durationFlag } from "./duration.ts";
import type { Environment } from "./environment.ts";
import { numberFlag } from "./number-flag.ts";
import {
  givenSimulatorFlags,
  type RawSimulatorFlags,
  readSimulatorFlags,
} from "./simulator-flags.ts";
import { chooseVenue, type VenueChoice } from "./venue-choice.ts";

/** The flags of `watch` as commander reads them: text that nobody has judged yet. */
export interface RawWatchFlags extends RawSimulatorFlags {
  readonly feed?: string;
  readonly channels?: string;
  readonly duration?: string;
  readonly json?: boolean;
  readonly url?: string;
  readonly sim?: boolean;
  readonly live?: boolean;
  readonly staleAfter?: string;
  readonly maxReconnects?: string;
}

/** What `watch` is to do, checked. */
export interface WatchPlan {
  readonly venue: VenueChoice;
  readonly feed: AlpacaFeed;
  readonly symbols: readonly string[];
  readonly selection: AlpacaSelection;
  readonly durationMs: number | undefined;
  readonly staleAfterMs: number | undefined;
  readonly maxReconnectAttempts: number | undefined;
  readonly json: boolean;
}

/** @throws ConfigError listing everything that is wrong, before anything is connected or started */
export async function planWatch(
  args: readonly string[],
  raw: RawWatchFlags,
  environment: Environment,
): Promise<WatchPlan> {
  const faults = new Faults();
  const durationMs = durationFlag("--duration", raw.duration, faults);
  const staleAfterMs = durationFlag("--stale-after", raw.staleAfter, faults);
  const maxReconnectAttempts = numberFlag("--max-reconnects", raw.maxReconnects, faults);
  if (maxReconnectAttempts !== undefined) faults.integer("--max-reconnects", maxReconnectAttempts);
  const venue = chooseVenue(
    {
      ...raw,
      simulator: await readSimulatorFlags(raw, {}, faults),
      simulatorFlags: givenSimulatorFlags(raw),
    },
    environment,
    faults,
  );
  const feed = readFeed(raw.feed ?? "iex", faults);
  const channels = readChannels(raw.channels, feed, faults);
  const symbols = readSymbols(args, feed, faults);
  faults.throwIfAny();
  return {
    venue,
    feed,
    symbols,
    selection: Object.fromEntries(channels.map((channel) => [channel, symbols])),
    durationMs,
    staleAfterMs,
    maxReconnectAttempts,
    json: raw.json === true,
  };
}

function readFeed(text: string, faults: Faults): AlpacaFeed {
  faults.oneOf("--feed", text.trim(), ALPACA_FEEDS);
  return ALPACA_FEEDS.find((name) => name === text.trim()) ?? "iex";
}

const USUAL_CHANNELS: readonly AlpacaChannel[] = ["trades", "quotes", "bars"];

function readChannels(
  text: string | undefined,
  feed: AlpacaFeed,
  faults: Faults,
): readonly AlpacaChannel[] {
  const known = FEEDS[feed].channels;
  if (text === undefined) {
    const usual = known.filter((channel) => USUAL_CHANNELS.includes(channel));
    return usual.length > 0 ? usual : known;
  }
  const names = [...new Set(text.split(",").map((name) => name.trim()))];
  for (const name of names) {
    faults.require(
      known.some((channel) => channel === name),
      `--channels has ${JSON.stringify(name)}, which is not one of feed ${feed}'s: ${known.join(", ")}`,
    );
  }
  return known.filter((channel) => names.includes(channel));
}

const SYMBOL = /^[^\s,]{1,64}$/;

function readSymbols(args: readonly string[], feed: AlpacaFeed, faults: Faults): readonly string[] {
  if (args.length === 0) return usualSymbols(feed);
  const symbols = args.flatMap((arg) => arg.split(",")).map((text) => text.trim().toUpperCase());
  const distinct = [...new Set(symbols)];
  for (const symbol of distinct) {
    faults.require(SYMBOL.test(symbol), `${JSON.stringify(symbol)} is not a symbol`);
  }
  return distinct;
}

function usualSymbols(feed: AlpacaFeed): readonly string[] {
  if (feed === "test") return [TEST_SYMBOL];
  if (feed === "news" || feed === "crypto-perps") return ["*"];
  if (feed.startsWith("crypto")) return ["BTC/USD", "ETH/USD", "SOL/USD", "LTC/USD", "DOGE/USD"];
  if (feed === "opra" || feed === "indicative") return DEFAULT_UNIVERSE.option;
  return ["AAPL", "MSFT", "NVDA", "TSLA", "SPY"];
}
