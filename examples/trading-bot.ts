// A bot with several callbacks for each symbol: tight spreads, large trades, rising bars. A callback that
// throws or rejects is reported with its symbol, and the others still run.
//
//   node --import ./scripts/typescript-loader.mjs examples/trading-bot.ts
import { setTimeout as sleep } from "node:timers/promises";
import { AlpacaClient, type Bar, type Quote, type Trade } from "holdfast";
import { openMarket, RUN_MS } from "./support/market.ts";

const TIGHT_SPREAD = 0.05;
const LARGE_TRADE = 500;

class TradingBot {
  quotes = 0;
  trades = 0;
  bars = 0;

  onQuote(quote: Quote): void {
    this.quotes++;
    const spread = quote.askPrice - quote.bidPrice;
    if (this.quotes % 20 === 0 && spread < TIGHT_SPREAD) {
      console.log(`tight spread on ${quote.symbol}: $${spread.toFixed(2)}`);
    }
  }

  async onTrade(trade: Trade): Promise<void> {
    this.trades++;
    if (trade.size < LARGE_TRADE) return;
    await sleep(1); // where the bot would ask a model, or place an order
    console.log(`large trade: ${trade.symbol} ${trade.size} @ $${trade.price}`);
  }

  onBar(bar: Bar): void {
    this.bars++;
    const way = bar.close > bar.open ? "higher" : "not higher";
    console.log(`${bar.symbol} closed ${way}: $${bar.close}`);
  }
}

// The simulated market starts two seconds before a minute ends, so that its bars are soon complete.
const market = await openMarket({ startTime: "2026-01-05T14:30:58Z" });
const client = new AlpacaClient(market.access);
client.onError((error) => console.error(error.message));

const bot = new TradingBot();
const symbols = ["AAPL", "GOOGL", "MSFT", "TSLA"];
for (const symbol of symbols) {
  client.onQuote(symbol, (quote) => bot.onQuote(quote));
  client.onTrade(symbol, (trade) => bot.onTrade(trade));
  client.onBar(symbol, (bar) => bot.onBar(bar));
}
await client.connectStream(symbols);

// Until the time is up or Ctrl-C.
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
await sleep(RUN_MS, undefined, { signal: stop.signal }).catch(() => {});
console.log(`quotes ${bot.quotes}, trades ${bot.trades}, bars ${bot.bars}`);

await client.close();
await market.close();
