import { describe, expect, test } from "vitest";
import { eventually, pause } from "../support/eventually.ts";
import { clientOf, forbidReconnects, startVenue } from "../support/venue.ts";

const symbols = (count: number, prefix = "S"): string[] =>
  Array.from({ length: count }, (_, index) => {
    const letters = index
      .toString(26)
      .replace(/./g, (digit) => String.fromCharCode(65 + Number.parseInt(digit, 26)));
    return `${prefix}${letters}`;
  });

describe("subscribing", () => {
  test("resolves with what the venue has acknowledged", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    forbidReconnects(client);
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    expect(await client.subscribe({ bars: ["*"], trades: ["AAPL", "MSFT"] })).toEqual({
      trades: ["AAPL", "MSFT"],
      bars: ["*"],
    });
  });

  test("before connecting takes note and is in the first subscription", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    await client.subscribe({ quotes: ["AAPL"] });
    await client.connect();
    await eventually(() => expect(client.getMetrics().messages).toBeGreaterThan(0));
    expect(simulator.state().sessions[0]?.subscriptions).toMatchObject({ quotes: ["AAPL"] });
  });

  test("to more symbols than one message may carry is done in parts, one in flight", async () => {
    const simulator = await startVenue({ ratePerSymbol: 0.01 });
    const { client } = clientOf(simulator);
    forbidReconnects(client);
    await client.connect();
    const all = symbols(1_700);
    const acknowledged = await client.subscribe({ trades: all, quotes: all.slice(0, 300) });
    expect(new Set(acknowledged.trades)).toEqual(new Set(all));
    expect(acknowledged.quotes).toHaveLength(300);
  });

  test("stops when asked to, and only what was asked", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    await client.connect();
    await client.subscribe({ trades: ["AAPL", "MSFT"], quotes: ["AAPL"] });
    expect(await client.unsubscribe({ trades: ["AAPL"] })).toEqual({
      trades: ["MSFT"],
      quotes: ["AAPL"],
    });
    await eventually(() =>
      expect(simulator.state().sessions[0]?.subscriptions).toMatchObject({ trades: ["MSFT"] }),
    );
  });

  test("is refused before anything is sent when a channel or symbol cannot be one", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    await client.connect();
    await expect(
      client.subscribe({ trades: ["", "A B"], candles: ["AAPL"] } as never),
    ).rejects.toMatchObject({
      code: "ERR_CONFIG",
      faults: [
        expect.stringContaining('""'),
        expect.stringContaining('"A B"'),
        expect.stringContaining("candles"),
      ],
    });
    expect(client.desiredSubscriptions).toEqual({});
  });
});

describe("a refused subscription", () => {
  test("is rolled back and reported, and poisons neither the others nor the next reconnect", async () => {
    const simulator = await startVenue({ plan: { symbolLimit: 3 } });
    const { client, errors } = clientOf(simulator);
    await client.connect();
    await client.subscribe({ trades: ["AAPL", "MSFT"] });
    await expect(client.subscribe({ trades: ["NVDA", "TSLA"] })).rejects.toMatchObject({
      code: "ERR_SUBSCRIPTION_REJECTED",
      venueCode: 405,
      rejected: { trades: ["NVDA", "TSLA"] },
    });
    expect(errors).toMatchObject([{ code: "ERR_SUBSCRIPTION_REJECTED" }]);
    await client.subscribe({ trades: ["SPY"] });

    simulator.inject({ kind: "cut" });
    await eventually(() => expect(client.getMetrics().reconnects).toBe(1));
    await eventually(() =>
      expect(client.getMetrics().subscriptions).toEqual({ trades: ["AAPL", "MSFT", "SPY"] }),
    );
  });

  test("while restoring keeps every symbol that the venue still grants", async () => {
    const simulator = await startVenue();
    const { client, codes } = clientOf(simulator);
    await client.connect();
    await client.subscribe({ trades: ["AAPL", "MSFT", "NVDA", "TSLA"] });
    simulator.inject({ kind: "reject-subscribe", code: 405 });
    simulator.inject({ kind: "cut" });
    await eventually(() => {
      const trades = client.getMetrics().subscriptions.trades ?? [];
      expect([...trades].sort()).toEqual(["AAPL", "MSFT", "NVDA", "TSLA"]);
      expect(client.getMetrics().reconnects).toBe(1);
    });
    expect(codes()).toEqual(["ERR_CONNECTION_CLOSED"]);
  });

  test("of several symbols while restoring is one report that names them all", async () => {
    const simulator = await startVenue();
    const { client, errors } = clientOf(simulator);
    await client.connect();
    await client.subscribe({ trades: ["AAPL", "MSFT"] });
    simulator.inject({ kind: "reject-subscribe", code: 405, count: 3 });
    simulator.inject({ kind: "cut" });
    await eventually(() =>
      expect(errors).toMatchObject([
        { code: "ERR_CONNECTION_CLOSED" },
        { code: "ERR_SUBSCRIPTION_REJECTED", rejected: { trades: ["AAPL", "MSFT"] } },
      ]),
    );
    expect(client.desiredSubscriptions).toEqual({});
  });
});

describe("an acknowledgement", () => {
  test("that leaves symbols out is followed by another request for them", async () => {
    const simulator = await startVenue({ faults: [{ kind: "partial-ack" }] });
    const { client } = clientOf(simulator);
    forbidReconnects(client);
    await client.connect();
    const acknowledged = await client.subscribe({ trades: ["AAPL", "MSFT", "NVDA", "TSLA"] });
    expect([...(acknowledged.trades ?? [])].sort()).toEqual(["AAPL", "MSFT", "NVDA", "TSLA"]);
  });

  test("that leaves a whole channel out counts as empty, and is repeated", async () => {
    const simulator = await startVenue({ faults: [{ kind: "keyless-ack", keys: ["quotes"] }] });
    const { client } = clientOf(simulator);
    forbidReconnects(client);
    await client.connect();
    expect(await client.subscribe({ trades: ["AAPL"], quotes: ["AAPL"] })).toEqual({
      trades: ["AAPL"],
      quotes: ["AAPL"],
    });
  });

  test("that never grants a symbol ends in an error, and the symbol stays wanted", async () => {
    const simulator = await startVenue({
      faults: [{ kind: "keyless-ack", keys: ["quotes"], count: 100 }],
    });
    const { client } = clientOf(simulator);
    await client.connect();
    await expect(client.subscribe({ quotes: ["AAPL"] })).rejects.toMatchObject({
      code: "ERR_SUBSCRIPTION_INCOMPLETE",
      missing: { quotes: ["AAPL"] },
    });
    expect(client.desiredSubscriptions).toEqual({ quotes: ["AAPL"] });
  });

  test("that never grants a symbol is reported once, and later ones are asked for all the same", async () => {
    const simulator = await startVenue({
      faults: [{ kind: "keyless-ack", keys: ["quotes"], count: 100 }],
    });
    const { client, codes } = clientOf(simulator);
    await client.connect();
    await expect(client.subscribe({ quotes: ["AAPL"] })).rejects.toThrow(/did not acknowledge/);
    await client.subscribe({ trades: ["AAPL"] });
    await client.subscribe({ trades: ["MSFT"] });
    expect(codes()).toEqual(["ERR_SUBSCRIPTION_INCOMPLETE"]);
  });

  test("that comes late is waited for", async () => {
    const simulator = await startVenue({ faults: [{ kind: "late-ack", delayMs: 300 }] });
    const { client } = clientOf(simulator);
    forbidReconnects(client);
    await client.connect();
    expect(await client.subscribe({ trades: ["AAPL"] })).toEqual({ trades: ["AAPL"] });
  });

  test("that never comes costs the connection, and the next one restores what was wanted", async () => {
    const simulator = await startVenue({ faults: [{ kind: "no-ack" }] });
    const { client, codes } = clientOf(simulator);
    await client.connect();
    expect(await client.subscribe({ trades: ["AAPL"] })).toEqual({ trades: ["AAPL"] });
    expect(codes()).toEqual(["ERR_ACK_TIMEOUT"]);
  });

  test("in flight while another symbol is asked for and the connection is cut loses neither", async () => {
    const simulator = await startVenue({ faults: [{ kind: "late-ack", delayMs: 200 }] });
    const { client } = clientOf(simulator);
    await client.connect();
    const first = client.subscribe({ trades: ["AAPL"] });
    const second = client.subscribe({ trades: ["MSFT"] });
    await pause(50);
    simulator.inject({ kind: "cut" });
    await Promise.all([first, second]);
    expect(client.getMetrics()).toMatchObject({
      reconnects: 1,
      subscriptions: { trades: ["AAPL", "MSFT"] },
    });
  });
});
