// Against Alpaca's paper environment, with the keys in the environment: HOLDFAST_PAPER=1 npm test.
// Nothing is bought or sold. The test feed is always open, so this can run at any hour.
import { describe, expect, onTestFinished, test } from "vitest";
import { AlpacaClient } from "../../src/hub/alpaca-client.ts";
import { AlpacaWebSocketClient } from "../../src/venues/alpaca/alpaca-websocket-client.ts";
import { eventually } from "../support/eventually.ts";

const credentials = {
  keyId: process.env["ALPACA_API_KEY"] ?? process.env["APCA_API_KEY_ID"] ?? "",
  secretKey: process.env["ALPACA_API_SECRET"] ?? process.env["APCA_API_SECRET_KEY"] ?? "",
};

describe("the paper venue", () => {
  test.each(["msgpack", "json"] as const)("streams its test feed, in %s", async (encoding) => {
    const client = new AlpacaWebSocketClient({ credentials, feed: "test", encoding });
    onTestFinished(() => client.disconnect());
    await client.connect();
    expect(await client.subscribe({ trades: ["FAKEPACA"], quotes: ["FAKEPACA"] })).toEqual({
      trades: ["FAKEPACA"],
      quotes: ["FAKEPACA"],
    });
    await eventually(() => expect(client.getMetrics().messages).toBeGreaterThan(0), 30_000);
    expect(client.getMetrics()).toMatchObject({ decodeErrors: 0, unknownMessages: 0 });
  });

  test("lets its trading stream be listened to", async () => {
    const client = new AlpacaWebSocketClient({ credentials, streamType: "trading" });
    onTestFinished(() => client.disconnect());
    await client.connect();
    expect(client.state.kind).toBe("live");
  });

  test("answers what a client asks", async () => {
    const client = new AlpacaClient({ credentials });
    onTestFinished(() => client.close());
    const { data } = await client.clock();
    expect(Date.parse(data.nextClose)).toBeGreaterThan(Date.parse(data.timestamp));
    expect((await client.quote("AAPL")).data.symbol).toBe("AAPL");
    expect((await client.marketData("AAPL", 60)).data).toHaveLength(60);
    expect(await client.isShortable("AAPL")).toBe(true);
  });
});
