import { streaming } from "@alpacahq/alpaca-trade-api";
import { describe, expect, test } from "vitest";
import type { MarketData } from "../../src/model/market-data.ts";
import { SymbolTable } from "../../src/streaming/symbol-table.ts";
import { AlpacaFrameDecoder } from "../../src/venues/alpaca/decode/alpaca-frame-decoder.ts";
import { ARRIVAL, genericOutcomes, outcomes } from "../support/decoded-frame.ts";
import { connectAuthenticated, type Frame, type RawClient, start } from "./simulator-client.ts";

const EVERYTHING = { trades: ["*"], quotes: ["*"], bars: ["*"], lulds: ["*"], statuses: ["*"] };

async function framesOf(encoding: "json" | "msgpack"): Promise<readonly Frame[]> {
  const simulator = await start({ startTime: "2026-03-10T14:30:58Z" });
  const client: RawClient = await connectAuthenticated(simulator, "/v2/iex", {
    isMessagePack: encoding === "msgpack",
  });
  client.send({ action: "subscribe", ...EVERYTHING });
  await client.ofType("b");
  await client.ofType("t", 200);
  return client.frames;
}

interface Seen {
  readonly symbol: string;
  readonly timestamp: string;
  readonly values: readonly unknown[];
}

function seen(message: MarketData): Seen | undefined {
  const { symbol, timestamp } = message;
  const common = { symbol, timestamp };
  switch (message.type) {
    case "trade": {
      const { id, price, size, exchange, tape, conditions } = message;
      return { ...common, values: [id, price, size, exchange, tape, conditions] };
    }
    case "quote": {
      const { bidPrice, bidSize, bidExchange, askPrice, askSize, askExchange } = message;
      const { conditions, tape } = message;
      const sides = [bidPrice, bidSize, bidExchange, askPrice, askSize, askExchange];
      return { ...common, values: [...sides, conditions, tape] };
    }
    case "bar": {
      const { open, high, low, close, volume, tradeCount, vwap } = message;
      return { ...common, values: [open, high, low, close, volume, tradeCount, vwap] };
    }
    default:
      return undefined;
  }
}

/** The same by the official SDK, from the frame to its listeners. */
function seenBySdk(frames: readonly Frame[]): Seen[] {
  const credentials = { keyId: "KEY", secret: "SECRET" };
  const stream = new streaming.StockDataStream({ credentials, reconnect: false });
  const all: Seen[] = [];
  const add = (event: { symbol: string; timestampRaw?: string }, values: unknown[]): void => {
    // The SDK writes nine digits always.
    const timestamp = String(event.timestampRaw).replace(/\.?0*Z$/, "Z");
    all.push({ symbol: event.symbol, timestamp, values });
  };
  stream.onTrade((trade) => {
    const { idRaw, price, size, exchange, tape, conditions } = trade;
    add(trade, [idRaw, price, size, exchange, tape, conditions]);
  });
  stream.onQuote((quote) => {
    const { bidPrice, bidSize, bidExchange, askPrice, askSize, askExchange } = quote;
    const sides = [bidPrice, bidSize, bidExchange, askPrice, askSize, askExchange];
    add(quote, [...sides, quote.conditions, quote.tape]);
  });
  stream.onBar((bar) => {
    const { open, high, low, close, volume, tradeCount, vwap } = bar;
    add(bar, [open, high, low, close, volume, tradeCount, vwap]);
  });
  const inner = stream as unknown as {
    decode(frame: Buffer): unknown;
    dispatchData(message: unknown): void;
  };
  for (const { bytes } of frames) {
    for (const message of inner.decode(bytes) as { T: string }[]) {
      if (["t", "q", "b"].includes(message.T)) inner.dispatchData(message);
    }
  }
  return all;
}

describe("frames of a running venue", () => {
  test("mean the same to the official SDK, nanosecond by nanosecond", async () => {
    const frames = await framesOf("msgpack");
    const decoder = new AlpacaFrameDecoder(new SymbolTable());
    const ours: Seen[] = [];
    for (const { bytes, isBinary } of frames) {
      decoder.decode(bytes, isBinary, "msgpack", ARRIVAL, {
        data: (message) => {
          const one = seen(message);
          if (one) ours.push(one);
        },
        other: () => {},
        bad: (cause) => expect.unreachable(String(cause)),
      });
    }
    expect(ours.length).toBeGreaterThan(200);
    expect(ours).toEqual(seenBySdk(frames));
  });

  test.each(["msgpack", "json"] as const)(
    "mean the same read generically: %s",
    async (encoding) => {
      const decoder = new AlpacaFrameDecoder(new SymbolTable());
      let direct = 0;
      for (const { bytes } of await framesOf(encoding)) {
        const before = decoder.fallbacks;
        const given = outcomes(decoder, bytes, encoding);
        expect(given).toEqual(genericOutcomes(bytes, encoding));
        direct += given.length - (decoder.fallbacks - before);
      }
      expect(direct).toBeGreaterThan(200);
    },
  );
});
