import { encode } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import { recordingLink, recordingSink } from "../../../test/support/recording-link.ts";
import { Secret } from "../../core/secret.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import type { StreamAddress } from "./data-protocol.ts";
import { TradingProtocol } from "./trading-protocol.ts";

const ACK_TIMEOUT_MS = 10_000;

const json: StreamAddress = {
  url: "wss://host/stream",
  credentials: { keyId: "PKTEST", secretKey: new Secret("not-a-real-secret") },
  encoding: "json",
  auth: "message",
};

function opened(address: StreamAddress = json) {
  const clock = new ManualClock();
  const link = recordingLink();
  const sink = recordingSink();
  const protocol = new TradingProtocol(address, sink, clock, ACK_TIMEOUT_MS);
  const receive = (value: unknown, isBinary = true): void => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    protocol.receive(link, Buffer.from(text), isBinary);
  };
  return { clock, link, sink, protocol, receive };
}

const FILL = {
  stream: "trade_updates",
  data: {
    event: "fill",
    execution_id: "2f63ea93-423d-4169-b3f6-3fdafc10c418",
    order: { id: "a5be8f5e-fdfa-41f5-a644-7a74fe947a8f", qty: "1790.86", legs: null },
    position_qty: "0",
    price: "105.8988475",
    qty: "1790.86",
    timestamp: "2022-04-19T17:45:05.024916716Z",
  },
};

describe("getting in", () => {
  test("waits for no greeting and speaks first", () => {
    const { protocol, link } = opened();
    expect(protocol.awaitsWelcome).toBe(false);
    expect(protocol.address()).toEqual({
      url: "wss://host/stream",
      headers: { "Content-Type": "application/json" },
    });
    protocol.authenticate(link);
    expect(link.sent).toEqual([{ action: "auth", key: "PKTEST", secret: "not-a-real-secret" }]);
  });

  test.each([true, false])("is authorized by a frame whose opcode is binary: %s", (isBinary) => {
    const { link, receive } = opened();
    const data = { status: "authorized", action: "authenticate" };
    receive({ stream: "authorization", data }, isBinary);
    expect(link.calls).toEqual(["authenticated"]);
  });

  test.each<[string, unknown]>([
    ["as documented", { status: "unauthorized", action: "authenticate" }],
    ["as seen", { message: "code=401, message=Unauthorized", status: "unauthorized" }],
    ["for listening too early", { status: "unauthorized", action: "listen" }],
    ["without data", undefined],
  ])("is refused %s, and that is the end", (_how, data) => {
    const { link, receive } = opened();
    receive({ stream: "authorization", data });
    expect(link.calls).toEqual(["fail ERR_AUTH_REJECTED"]);
  });
});

describe("listening", () => {
  test("asks for trade_updates and is content with the answer", async () => {
    const { clock, link, protocol, receive } = opened();
    protocol.live(link);
    expect(link.sent).toEqual([{ action: "listen", data: { streams: ["trade_updates"] } }]);
    receive({ stream: "listening", data: { streams: ["trade_updates"] } });
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10 * ACK_TIMEOUT_MS);
    expect(link.calls).toEqual([]);
  });

  test.each<[string, unknown]>([
    ["nothing", { streams: [] }],
    ["something else", { streams: ["account_updates"] }],
    ["no list", {}],
  ])("an answer with %s costs the connection", (_name, data) => {
    const { link, protocol, receive } = opened();
    protocol.live(link);
    receive({ stream: "listening", data });
    expect(link.calls).toHaveLength(1);
    expect(link.calls[0]).toMatch(/^fail /);
  });

  test("no answer in time costs the connection", async () => {
    const { clock, link, protocol } = opened();
    protocol.live(link);
    await clock.advance(ACK_TIMEOUT_MS + 500);
    expect(link.calls).toEqual(["fail ERR_ACK_TIMEOUT"]);
  });

  test("a connection that is gone has no deadline", () => {
    const { clock, link, protocol } = opened();
    protocol.lost();
    protocol.live(link);
    protocol.lost();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("what happens to orders", () => {
  test("is told with every amount as the venue's text", () => {
    const { clock, sink, receive } = opened();
    receive(FILL);
    expect(sink.messages).toEqual([
      {
        type: "tradeUpdate",
        event: "fill",
        order: FILL.data.order,
        timestamp: "2022-04-19T17:45:05.024916716Z",
        eventId: undefined,
        executionId: "2f63ea93-423d-4169-b3f6-3fdafc10c418",
        price: "105.8988475",
        quantity: "1790.86",
        positionQuantity: "0",
        receivedMs: clock.nowMs(),
      },
    ]);
  });

  test("newer servers send an event id and a time of publication", () => {
    const { sink, receive } = opened();
    const order = { id: "x" };
    const at = "2025-01-21T07:32:40.70095Z";
    const event_id = "01JJ3WE73W5PG672TC4XACXH5R";
    receive({ stream: "trade_updates", data: { event: "new", order, at, event_id } });
    expect(sink.messages).toMatchObject([{ event: "new", timestamp: at, eventId: event_id }]);
    expect(sink.messages[0]).toMatchObject({ price: undefined, quantity: undefined });
  });

  test("an event that is new to us passes like any other", () => {
    const { sink, receive } = opened();
    receive({ stream: "trade_updates", data: { ...FILL.data, event: "trade_bust" } });
    expect(sink.messages).toMatchObject([{ event: "trade_bust" }]);
  });

  test("in MessagePack it is the same", () => {
    const { link, sink, protocol } = opened({ ...json, encoding: "msgpack" });
    protocol.receive(link, Buffer.from(encode(FILL)), true);
    expect(sink.messages).toMatchObject([{ event: "fill", price: "105.8988475" }]);
  });
});

describe("bad frames", () => {
  test.each<[string, string]>([
    ["garbage", "not JSON"],
    ["a list", "[]"],
    ["a cut frame", JSON.stringify(FILL).slice(0, 60)],
    ["an update without an order", '{"stream":"trade_updates","data":{"event":"fill"}}'],
    ["an update without an event", '{"stream":"trade_updates","data":{"order":{}}}'],
  ])("%s is reported with its first bytes, and the stream goes on", (_name, text) => {
    const { link, sink, receive } = opened();
    receive(text);
    expect(sink.undecodables).toMatchObject([{ code: "ERR_DECODE", byteLength: text.length }]);
    receive(FILL);
    expect(sink.messages).toHaveLength(1);
    expect(link.calls).toEqual([]);
  });

  test("the one-byte heartbeat of an old server is counted and nothing more", () => {
    const { sink, protocol, link } = opened();
    protocol.receive(link, Buffer.from([1]), true);
    expect(sink.bytes).toEqual([1]);
    expect(sink.undecodables).toEqual([]);
    expect(sink.unknowns).toEqual([]);
  });

  test("the venue's own error costs the connection, and another is made", () => {
    const { link, receive } = opened();
    receive({ action: "error", data: { error_message: "internal server error" } });
    expect(link.calls).toEqual(["fail ERR_VENUE_REJECTED"]);
  });

  test.each([
    [{ stream: "account_updates", data: {} }, "account_updates"],
    [{ stream: "__proto__", data: {} }, "__proto__"],
    [{ action: "something new" }, "something new"],
  ])("%j is counted as unknown", (message, code) => {
    const { sink, receive } = opened();
    receive(message);
    expect(sink.unknowns).toEqual([code]);
  });
});
