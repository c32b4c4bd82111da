import { describe, expect, onTestFinished, test } from "vitest";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import { startSimulatorWorker } from "../../src/simulator/index.ts";
import { eventually, pause } from "../support/eventually.ts";
import { clientOf, forbidReconnects, QUICK, startVenue } from "../support/venue.ts";

describe("the heartbeat", () => {
  test("keeps a healthy but idle connection for as long as it likes", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, { heartbeat: { intervalMs: 50, timeoutMs: 100 } });
    forbidReconnects(client);
    await client.connect();
    await pause(1_000);
    expect(client.state.kind).toBe("live");
  });

  test("replaces a half-open connection, and data flows again", async () => {
    const simulator = await startVenue();
    const { client, errors } = clientOf(simulator);
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    simulator.inject({ kind: "half-open" });
    await eventually(() => expect(client.getMetrics().reconnects).toBe(1));
    expect(errors).toMatchObject([{ code: "ERR_STALE", reason: "no-pong" }]);
    const { messages } = client.getMetrics();
    await eventually(() => expect(client.getMetrics().messages).toBeGreaterThan(messages));
  });

  test("does not find it when it is switched off: the control", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, {
      heartbeat: { intervalMs: Number.POSITIVE_INFINITY },
      staleAfterMs: Number.POSITIVE_INFINITY,
    });
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    simulator.inject({ kind: "half-open" });
    await pause(1_500);
    expect(client.getMetrics().reconnects).toBe(0);
    expect(client.state.kind).toBe("live");
  });

  test("stops with the connection", async () => {
    const simulator = await startVenue();
    const { client, codes } = clientOf(simulator);
    await client.connect();
    await client.disconnect();
    await pause(700);
    expect(codes()).toEqual([]);
    expect(simulator.state()).toMatchObject({ handshakes: 1, sockets: { webSocket: 0 } });
  });
});

describe("a mute connection", () => {
  const watched = { staleAfterMs: 400, expectsData: () => true };

  test("is found while the market is open, and replaced", async () => {
    const simulator = await startVenue();
    const { client, errors } = clientOf(simulator, watched);
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    simulator.inject({ kind: "mute" });
    await eventually(() => expect(client.getMetrics().reconnects).toBe(1));
    expect(errors).toMatchObject([{ code: "ERR_STALE", reason: "no-data" }]);
    const { messages } = client.getMetrics();
    await eventually(() => expect(client.getMetrics().messages).toBeGreaterThan(messages));
  });

  test("is left alone while the market is closed", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, { ...watched, expectsData: () => false });
    forbidReconnects(client);
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    simulator.inject({ kind: "mute" });
    await pause(1_200);
    expect(client.state.kind).toBe("live");
  });

  test("is not suspected where nothing busy is subscribed", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, watched);
    forbidReconnects(client);
    await client.connect();
    await client.subscribe({ statuses: ["AAPL"] });
    await pause(1_200);
    expect(client.state.kind).toBe("live");
  });
});

describe("an event loop of our own that is blocked for 8 seconds", () => {
  const BLOCK_MS = 8_000;
  const PING_MS = 1_000;

  test("right after a ping does not cost a healthy connection, nor does the silence it causes", async () => {
    // In a thread of its own: a venue that we block along with ourselves would prove nothing.
    const simulator = await startSimulatorWorker({ seed: 1, ratePerSymbol: 20 });
    onTestFinished(() => simulator.close());
    let blocks = 0;
    const clock: Clock = {
      ...systemClock,
      setTimer: (callback, delayMs, options) =>
        systemClock.setTimer(
          () => {
            callback();
            // The ping is out, and its answer will lie in the kernel until we look again.
            if (delayMs === PING_MS && blocks++ === 0) block(BLOCK_MS);
          },
          delayMs,
          options,
        ),
    };
    const { client, codes } = clientOf(simulator, {
      ...QUICK,
      clock,
      heartbeat: { intervalMs: PING_MS, timeoutMs: 500 },
      staleAfterMs: 2_000,
      expectsData: () => true,
    });
    forbidReconnects(client);
    await client.connect();
    await client.subscribe({ trades: ["AAPL"], quotes: ["AAPL"] });
    await eventually(() => expect(blocks).toBeGreaterThan(1), BLOCK_MS + 5_000);

    expect(client.state.kind).toBe("live");
    expect(codes()).toEqual([]);
    await eventually(() => expect(client.getMetrics().messages).toBeGreaterThan(160));
  });
});

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
