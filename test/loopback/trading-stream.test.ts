import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { clientOf, startVenue } from "../support/venue.ts";

describe("the trading stream", () => {
  test.each(["json", "msgpack"] as const)("authenticates and listens, in %s", async (encoding) => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, { streamType: "trading", encoding });
    await client.connect();
    await eventually(() =>
      expect(simulator.state().sessions).toMatchObject([
        { path: "/stream", authenticated: true, subscriptions: { streams: ["trade_updates"] } },
      ]),
    );
  });

  test("listens again after a cut", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, { streamType: "trading" });
    await client.connect();
    simulator.inject({ kind: "cut", path: "/stream" });
    await eventually(() => expect(client.getMetrics().reconnects).toBe(1));
    await eventually(() =>
      expect(simulator.state().sessions).toMatchObject([
        { subscriptions: { streams: ["trade_updates"] } },
      ]),
    );
  });

  test("ends for good when the key is wrong", async () => {
    const simulator = await startVenue({ credentials: [{ keyId: "OTHER", secretKey: "x" }] });
    const { client } = clientOf(simulator, { streamType: "trading" });
    await expect(client.connect()).rejects.toMatchObject({ code: "ERR_AUTH_REJECTED" });
  });

  test("has no subscriptions to change", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, { streamType: "trading" });
    await expect(client.subscribe({ trades: ["AAPL"] })).rejects.toMatchObject({
      code: "ERR_CONFIG",
    });
  });
});
