import { describe, expect, test } from "vitest";
import type { SocketState } from "../../src/socket/state.ts";
import type { Reconnected } from "../../src/venues/alpaca/alpaca-websocket-client.ts";
import { eventually, pause } from "../support/eventually.ts";
import { clientOf, QUICK, startVenue } from "../support/venue.ts";

const waits = (states: readonly SocketState[]): number[] =>
  states.flatMap((state) => (state.kind === "waiting" ? [state.delayMs] : []));

describe("a lost connection", () => {
  test("comes back by itself, with its subscriptions, and says how long it was away", async () => {
    const simulator = await startVenue();
    const { client, codes } = clientOf(simulator);
    const reconnects: Reconnected[] = [];
    client.onReconnect((reconnected) => reconnects.push(reconnected));
    await client.connect();
    await client.subscribe({ trades: ["AAPL"], quotes: ["AAPL", "MSFT"] });
    await eventually(() => expect(client.getMetrics().messages).toBeGreaterThan(10));

    simulator.inject({ kind: "cut" });

    await eventually(() => expect(reconnects).toHaveLength(1));
    const before = client.getMetrics().messages;
    await eventually(() => expect(client.getMetrics().messages).toBeGreaterThan(before + 10));
    expect(codes()).toEqual(["ERR_CONNECTION_CLOSED"]);
    expect(reconnects[0]).toMatchObject({ attempts: 1, cause: { closeCode: 1006 } });
    expect(client.getMetrics()).toMatchObject({
      reconnects: 1,
      subscriptions: { trades: ["AAPL"], quotes: ["AAPL", "MSFT"] },
    });
  });

  test.each(["close", "cut", "slow-client"] as const)("recovers from %s", async (kind) => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    simulator.inject({ kind });
    await eventually(() => expect(client.getMetrics().reconnects).toBe(1));
    await eventually(() => expect(client.getMetrics().subscriptions).toEqual({ trades: ["AAPL"] }));
  });

  test("is tried again after 1, 2, 4 … times the first wait, up to the longest, without jitter", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, {
      reconnect: { ...QUICK.reconnect, jitter: "none", baseMs: 10, maxMs: 60 },
    });
    const states: SocketState[] = [];
    client.onState(({ state }) => states.push(state));
    await client.connect();
    simulator.inject({ kind: "handshake-status", status: 503, count: 5 });
    simulator.inject({ kind: "cut" });
    await eventually(() => expect(client.getMetrics().reconnects).toBe(1));
    expect(waits(states)).toEqual([10, 20, 40, 60, 60, 60]);
  });

  test("is given up after the allowed attempts, and says what the last failure was", async () => {
    const simulator = await startVenue();
    const { client, codes } = clientOf(simulator, { maxReconnectAttempts: 3 });
    await client.connect();
    const pending = client.subscribe({ trades: ["AAPL"] });
    await pending;
    simulator.inject({ kind: "handshake-status", status: 503, count: 100 });
    simulator.inject({ kind: "cut" });
    await eventually(() => expect(codes()).toContain("ERR_RETRIES_EXHAUSTED"));
    expect(client.state.kind).toBe("idle");
    expect(simulator.state().handshakes).toBe(4);
  });

  test("makes a connect that never succeeded reject after the allowed attempts", async () => {
    const simulator = await startVenue({
      faults: [{ kind: "handshake-status", status: 503, count: 100 }],
    });
    const { client } = clientOf(simulator, { maxReconnectAttempts: 2 });
    await expect(client.connect()).rejects.toMatchObject({
      code: "ERR_RETRIES_EXHAUSTED",
      attempts: 2,
      cause: { code: "ERR_HANDSHAKE_REJECTED", statusCode: 503 },
    });
  });

  test("that dies right after every authentication is met with growing waits, not with a storm", async () => {
    const simulator = await startVenue({
      faults: [{ kind: "cut", afterMs: 0, count: 1_000 }],
    });
    const { client } = clientOf(simulator, {
      reconnect: {
        ...QUICK.reconnect,
        jitter: "none",
        baseMs: 50,
        maxMs: 5_000,
        stableAfterMs: 1_000,
      },
    });
    await client.connect();
    await pause(1_500);
    // 50 + 100 + 200 + 400 + 800: the sixth dial is due after 1,550 ms.
    expect(simulator.state().handshakes).toBeLessThanOrEqual(6);
    expect(simulator.state().handshakes).toBeGreaterThanOrEqual(3);
  });

  test("is not brought back after a disconnect", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, {
      reconnect: { ...QUICK.reconnect, jitter: "none", baseMs: 200 },
    });
    await client.connect();
    simulator.inject({ kind: "cut" });
    await eventually(() => expect(client.state.kind).toBe("waiting"));
    await client.disconnect();
    await pause(400);
    expect(simulator.state().handshakes).toBe(1);
    expect(client.state.kind).toBe("idle");
  });
});

describe("the one slot of the account", () => {
  test("held by another session is asked for again on the same socket until it is free", async () => {
    const simulator = await startVenue();
    const holder = clientOf(simulator);
    await holder.client.connect();
    const { client, codes } = clientOf(simulator);
    const connecting = client.connect();
    await eventually(() => expect(client.state.kind).toBe("refused"));
    await holder.client.disconnect();
    await connecting;
    expect(new Set(codes())).toEqual(new Set(["ERR_CONNECTION_LIMIT"]));
    expect(simulator.state().handshakes).toBe(2);
  });

  test("held by the ghost of our own lost session is waited for over several sockets", async () => {
    const simulator = await startVenue({ plan: { authTimeoutMs: 300, ghostMs: 1_500 } });
    const { client, codes } = clientOf(simulator, { maxReconnectAttempts: 1 });
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    simulator.inject({ kind: "ghost" });
    await eventually(() => expect(client.getMetrics().reconnects).toBe(1), 8_000);
    expect(codes()).toContain("ERR_CONNECTION_LIMIT");
    expect(codes()).toContain("ERR_CONNECT_TIMEOUT"); // the venue's 404 after its auth window
    expect(simulator.state().handshakes).toBeGreaterThan(2);
    await eventually(() => expect(client.getMetrics().subscriptions).toEqual({ trades: ["AAPL"] }));
  });

  test("is given up like anything else when no patience is asked for", async () => {
    const simulator = await startVenue({ plan: { authTimeoutMs: 200, ghostMs: 60_000 } });
    const { client } = clientOf(simulator, {
      maxReconnectAttempts: 1,
      reconnect: { ...QUICK.reconnect, limitPatienceMs: 0 },
    });
    await client.connect();
    simulator.inject({ kind: "ghost" });
    await eventually(() => expect(client.state.kind).toBe("idle"), 8_000);
  });
});

describe("a refused handshake", () => {
  test("with 429 is tried again only after a long wait", async () => {
    const simulator = await startVenue({
      faults: [{ kind: "handshake-status", status: 429 }],
    });
    const { client } = clientOf(simulator);
    void client.connect().catch(() => {});
    await eventually(() => expect(client.state.kind).toBe("waiting"));
    expect(client.state).toMatchObject({
      kind: "waiting",
      cause: { code: "ERR_HANDSHAKE_REJECTED", statusCode: 429 },
    });
    expect(client.state.kind === "waiting" && client.state.delayMs).toBeGreaterThanOrEqual(30_000);
  });

  test("with 404 on the first connection ends it: the address is wrong", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, { url: `${simulator.url}/v9/nothing` });
    await expect(client.connect()).rejects.toMatchObject({
      code: "ERR_HANDSHAKE_REJECTED",
      statusCode: 404,
    });
  });

  test("with 403 in an outage does not end a connection whose credentials were good", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    await client.connect();
    simulator.inject({ kind: "handshake-status", status: 403, count: 2 });
    simulator.inject({ kind: "cut" });
    await eventually(() => expect(client.getMetrics().reconnects).toBe(1));
  });
});

describe("what the venue answers to an authentication", () => {
  test.each([
    [402, "ERR_AUTH_REJECTED"],
    [409, "ERR_NOT_ENTITLED"],
    [411, "ERR_NOT_ENTITLED"],
  ] as const)("%i ends the connection with %s", async (code, expected) => {
    const simulator = await startVenue({ faults: [{ kind: "reject-auth", code }] });
    const { client } = clientOf(simulator);
    await expect(client.connect()).rejects.toMatchObject({ code: expected, venueCode: code });
    expect(simulator.state().handshakes).toBe(1);
    await eventually(() => expect(simulator.state().sessions).toHaveLength(0));
  });

  test("404 is tried again", async () => {
    const simulator = await startVenue({ faults: [{ kind: "reject-auth", code: 404 }] });
    const { client } = clientOf(simulator);
    await client.connect();
    expect(simulator.state().handshakes).toBe(2);
  });

  test("406 and then 404 is tried again", async () => {
    const simulator = await startVenue({
      plan: { authTimeoutMs: 250 },
      faults: [{ kind: "reject-auth", code: 406, count: 3 }],
    });
    const { client, codes } = clientOf(simulator);
    await client.connect();
    expect(codes().slice(0, 3)).toEqual([
      "ERR_CONNECTION_LIMIT",
      "ERR_CONNECTION_LIMIT",
      "ERR_CONNECTION_LIMIT",
    ]);
  });
});
