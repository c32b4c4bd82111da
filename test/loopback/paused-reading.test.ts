import { describe, expect, onTestFinished, test } from "vitest";
import type { MarketData } from "../../src/model/market-data.ts";
import { MessageHandler } from "../../src/streaming/message-handler/message-handler.ts";
import type { MessageOverflow } from "../../src/streaming/message-handler/message-handler-options.ts";
import type { AlpacaWebSocketClient } from "../../src/venues/alpaca/alpaca-websocket-client.ts";
import { eventually, pause } from "../support/eventually.ts";
import { clientOf, forbidReconnects, startVenue } from "../support/venue.ts";

const SYMBOLS = ["AAPL", "MSFT", "TSLA"];

/** A processor that takes 2 ms for ten messages, where several a millisecond come. */
function slowHandler(client: AlpacaWebSocketClient, overflow: MessageOverflow) {
  const handler = new MessageHandler({
    bufferSize: 1_000,
    batchSize: 10,
    batchTimeoutMs: 5,
    workerCount: 1,
    overflow,
    exclusiveSource: client,
  });
  onTestFinished(() => handler.stop({ deadlineMs: 0 }).then(() => {}));
  const pressure: boolean[] = [];
  handler.onPressure((paused) => pressure.push(paused));
  handler.registerProcessor("*", () => pause(4));
  client.route("quotes", "*", (message: MarketData) => handler.push(message));
  handler.start();
  return { handler, pressure };
}

describe.each([false, true])("a consumer that is too slow, isolate %s", (isolate) => {
  test("with the policy block holds the venue back, loses nothing, and keeps the connection", async () => {
    const venue = await startVenue({ ratePerSymbol: 2_000 });
    const { client, errors } = clientOf(venue, {
      isolate,
      heartbeat: { intervalMs: 50, timeoutMs: 80 },
    });
    forbidReconnects(client);
    const { handler, pressure } = slowHandler(client, "block");
    await client.connect();
    await client.subscribe({ quotes: SYMBOLS });
    await eventually(() => expect(pressure.length).toBeGreaterThan(2), 10_000);
    expect(handler.getMetrics().totals).toMatchObject({ dropped: 0 });
    expect(errors).toEqual([]);
  });

  test("control: with the policy dropOldest it loses some", async () => {
    const venue = await startVenue({ ratePerSymbol: 2_000 });
    const { client } = clientOf(venue, { isolate });
    const { handler } = slowHandler(client, "dropOldest");
    await client.connect();
    await client.subscribe({ quotes: SYMBOLS });
    await eventually(() => expect(handler.getMetrics().totals.dropped).toBeGreaterThan(0), 10_000);
  });
});

test.each([false, true])(
  "paused, no silence is held against the venue, isolate %s",
  async (isolate) => {
    const venue = await startVenue();
    const { client } = clientOf(venue, {
      isolate,
      heartbeat: { intervalMs: 50, timeoutMs: 80 },
      staleAfterMs: 200,
      expectsData: () => true,
    });
    forbidReconnects(client);
    let received = 0;
    client.registerHandler("q", () => void received++);
    await client.connect();
    await client.subscribe({ quotes: SYMBOLS });
    await eventually(() => expect(received).toBeGreaterThan(10));
    client.pauseReading();
    await pause(100);
    const before = received;
    await pause(800);
    expect(received).toBe(before);
    client.resumeReading();
    await eventually(() => expect(received).toBeGreaterThan(before + 100));
  },
);

test("what a full loop drops is told between its messages", async () => {
  const venue = await startVenue({ ratePerSymbol: 400 });
  const { client } = clientOf(venue);
  const loop = client.messages({ capacity: 5, overflow: "dropNewest", events: true });
  await client.connect();
  await client.subscribe({ quotes: SYMBOLS });
  for await (const message of loop) {
    if (message.type === "gap") {
      expect(message).toMatchObject({ status: "lost", cause: "overflow", channel: "quotes" });
      expect(message.dropped).toBeGreaterThan(0);
      return;
    }
    await pause(5);
  }
  throw new Error("the loop ended without a gap");
});
