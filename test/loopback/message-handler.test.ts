import { expect, onTestFinished, test } from "vitest";
import type { MarketData } from "../../src/model/market-data.ts";
import { MessageHandler } from "../../src/streaming/message-handler/message-handler.ts";
import { eventually } from "../support/eventually.ts";
import { clientOf, forbidReconnects, startVenue } from "../support/venue.ts";

const SYMBOLS = ["AAPL", "MSFT", "GOOGL", "TSLA", "AMZN"];

test("a stream's messages all come through, in each symbol's order, beside a processor that hangs", async () => {
  const venue = await startVenue({ ratePerSymbol: 400 });
  const { client, errors } = clientOf(venue);
  forbidReconnects(client);
  const handler = new MessageHandler({ batchSize: 20, batchTimeoutMs: 10 });
  onTestFinished(() => handler.stop({ deadlineMs: 0 }).then(() => {}));
  const arrived: MarketData[] = [];
  const processed: MarketData[] = [];
  const lost = { quotes: 0 };
  handler.onGap(({ consumer, channel, dropped = 0 }) => {
    expect([consumer, channel]).toEqual(["stuck", "quotes"]);
    lost.quotes += dropped;
  });
  handler.registerProcessor("*", async (batch) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    processed.push(...batch);
  });
  handler.registerProcessor("quotes", () => new Promise(() => {}), {
    name: "stuck",
    bufferSize: 10,
  });
  const sink = (message: MarketData): void => {
    arrived.push(message);
    handler.push(message);
  };
  for (const channel of ["trades", "quotes"]) client.route(channel, "*", sink);
  handler.start();
  await client.connect();
  await client.subscribe({ trades: SYMBOLS, quotes: SYMBOLS });
  await eventually(() => expect(arrived.length).toBeGreaterThan(2_000));
  await client.disconnect();

  await handler.stop({ deadlineMs: 1_000 });
  for (const symbol of SYMBOLS) {
    const ofSymbol = (messages: readonly MarketData[]) =>
      messages.filter((message) => message.symbol === symbol);
    expect(ofSymbol(arrived).length).toBeGreaterThan(100);
    expect(ofSymbol(processed)).toEqual(ofSymbol(arrived));
  }
  const { byProcessor, totals } = handler.getMetrics();
  const quotes = arrived.filter(({ type }) => type === "quote").length;
  expect(byProcessor["stuck"]).toMatchObject({
    pushed: quotes,
    delivered: 0,
    dropped: lost.quotes,
  });
  expect(byProcessor["stuck"]?.inFlight).toBe(quotes - lost.quotes);
  expect(totals).toMatchObject({ received: arrived.length, errors: 0 });
  expect(errors).toEqual([]);
});
