import { encode } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import { EXAMPLE_MESSAGES } from "../../../test/fixtures/alpaca/example-messages.ts";
import { toMessagePack } from "../../../test/fixtures/alpaca/message-pack.ts";
import { recordingLink, recordingSink } from "../../../test/support/recording-link.ts";
import { Secret } from "../../core/secret.ts";
import { SymbolTable } from "../../streaming/symbol-table.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { DataProtocol, type StreamAddress } from "./data-protocol.ts";

const ACK_TIMEOUT_MS = 10_000;
const STALE_MS = 60_000;

const json: StreamAddress = {
  url: "wss://host/v2/iex",
  credentials: { keyId: "PKTEST", secretKey: new Secret("not-a-real-secret") },
  encoding: "json",
  auth: "message",
};

function opened(address: StreamAddress = json) {
  const clock = new ManualClock();
  const link = recordingLink();
  const sink = recordingSink();
  const protocol = new DataProtocol(
    {
      address,
      clock,
      symbols: new SymbolTable(),
      ackTimeoutMs: ACK_TIMEOUT_MS,
      staleAfterMs: STALE_MS,
      expectsData: () => true,
    },
    sink,
  );
  const receive = (text: string): void => protocol.receive(link, Buffer.from(text), false);
  return { clock, link, sink, protocol, receive };
}

/** A protocol on a connection that is authenticated, and which has asked for these trades. */
function live(...trades: string[]) {
  const opening = opened();
  opening.protocol.desk.want(trades.length > 0 ? { trades } : {});
  opening.protocol.authenticate(opening.link);
  opening.protocol.live();
  opening.link.sent.length = 0;
  return opening;
}

const error = (code: number, msg: string): string => JSON.stringify([{ T: "error", code, msg }]);
const ack = (channels: object): string => JSON.stringify([{ T: "subscription", ...channels }]);

describe("getting in", () => {
  test("asks for its encoding in the handshake, and shows no key there", () => {
    expect(opened().protocol.address()).toEqual({
      url: "wss://host/v2/iex",
      headers: { "Content-Type": "application/json" },
    });
  });

  test("with authentication by headers the pair is in the handshake and in no message", () => {
    const { protocol, link } = opened({ ...json, encoding: "msgpack", auth: "headers" });
    expect(protocol.address().headers).toEqual({
      "Content-Type": "application/msgpack",
      "APCA-API-KEY-ID": "PKTEST",
      "APCA-API-SECRET-KEY": "not-a-real-secret",
    });
    protocol.authenticate(link);
    expect(link.frames).toEqual([]);
  });

  test("the greeting, then the credentials, then the answer", () => {
    const { protocol, link, receive } = opened();
    expect(protocol.awaitsWelcome).toBe(true);
    receive('[{"T":"success","msg":"connected"}]');
    expect(link.calls).toEqual(["welcomed"]);
    protocol.authenticate(link);
    expect(link.sent).toEqual([{ action: "auth", key: "PKTEST", secret: "not-a-real-secret" }]);
    receive('[{"T":"success","msg":"authenticated"}]');
    expect(link.calls).toEqual(["welcomed", "authenticated"]);
  });

  test("a success of another kind is nothing to act on", () => {
    const { link, sink, receive } = opened();
    receive('[{"T":"success","msg":"subscribed?"}]');
    expect(link.calls).toEqual([]);
    expect(sink.errors).toEqual([]);
  });

  test("a refused slot is reported and asked for again on the same link", () => {
    const { link, sink, receive } = opened();
    receive(error(406, "connection limit exceeded"));
    expect(link.calls).toEqual(["refused ERR_CONNECTION_LIMIT"]);
    expect(sink.errors).toMatchObject([{ code: "ERR_CONNECTION_LIMIT" }]);
  });
});

describe("subscriptions", () => {
  test("what is wanted is asked for as soon as the connection is live", () => {
    const { protocol, link, receive } = opened();
    protocol.desk.want({ trades: ["AAPL"], quotes: ["MSFT"] });
    protocol.authenticate(link);
    protocol.live();
    expect(link.sent.at(-1)).toEqual({ action: "subscribe", trades: ["AAPL"], quotes: ["MSFT"] });
    receive(ack({ trades: ["AAPL"], quotes: ["MSFT"] }));
    expect(protocol.desk.acknowledged).toEqual({ trades: ["AAPL"], quotes: ["MSFT"] });
  });

  test("what only mirrors the trades is not counted as subscribed", () => {
    const { protocol, receive } = live("AAPL");
    receive(ack({ trades: ["AAPL"], quotes: [], corrections: ["AAPL"], cancelErrors: ["AAPL"] }));
    expect(protocol.desk.acknowledged).toEqual({ trades: ["AAPL"] });
  });

  test.each([null, 5, {}])("a channel that is %j in an acknowledgement is empty", (value) => {
    const { protocol, receive } = live();
    receive(ack({ trades: value, quotes: ["A"] }));
    expect(protocol.desk.acknowledged).toEqual({ quotes: ["A"] });
  });

  test("an acknowledgement with channels named like an object's workings changes nothing else", () => {
    const { protocol, receive } = live("AAPL");
    receive('[{"T":"subscription","trades":["AAPL"],"__proto__":["X"],"constructor":["X"]}]');
    expect(protocol.desk.acknowledged["trades"]).toEqual(["AAPL"]);
    expect(({} as Record<string, unknown>)["0"]).toBeUndefined();
  });

  test.each([
    [400, "invalid syntax"],
    [405, "symbol limit exceeded"],
    [410, "invalid subscribe action for this feed"],
    [413, "star subscription is not allowed for option quotes"],
  ])("%d %s refuses the call in flight and costs nothing else", async (code, message) => {
    const { protocol, link, sink, receive } = live("AAPL");
    receive(ack({ trades: ["AAPL"] }));
    const call = protocol.desk.subscribe({ trades: ["TSLA"] });
    receive(error(code, message));
    await expect(call).rejects.toMatchObject({
      code: "ERR_SUBSCRIPTION_REJECTED",
      venueCode: code,
      rejected: { trades: ["TSLA"] },
    });
    expect(protocol.desk.desired).toEqual({ trades: ["AAPL"] });
    expect(sink.errors).toMatchObject([{ code: "ERR_SUBSCRIPTION_REJECTED" }]);
    expect(link.calls).toEqual([]);
  });

  test("a refusal that answers nothing is reported as out of place", () => {
    const { link, sink, receive } = live();
    receive(error(405, "symbol limit exceeded"));
    expect(sink.errors).toMatchObject([{ code: "ERR_UNEXPECTED_FRAME" }]);
    expect(sink.errors[0]?.message).toContain("405 symbol limit exceeded");
    expect(link.calls).toEqual([]);
  });

  test("no acknowledgement in time costs the connection", async () => {
    const { clock, link, sink } = live("AAPL");
    await clock.advance(ACK_TIMEOUT_MS + 500);
    expect(link.calls).toEqual(["fail ERR_ACK_TIMEOUT"]);
    expect(sink.errors).toEqual([]);
  });
});

describe("the venue's errors", () => {
  test.each([
    [401, "not authenticated", "ERR_VENUE_REJECTED"],
    [402, "auth failed", "ERR_AUTH_REJECTED"],
    [404, "auth timeout", "ERR_CONNECT_TIMEOUT"],
    [407, "slow client", "ERR_SLOW_CONSUMER"],
    [409, "insufficient subscription", "ERR_NOT_ENTITLED"],
    [411, "insufficient scope", "ERR_NOT_ENTITLED"],
    [412, "option messages are only available in MsgPack format", "ERR_VENUE_REJECTED"],
    [500, "internal error", "ERR_VENUE_REJECTED"],
  ])("%d %s gives the connection up", (code, message, expected) => {
    const { link, receive } = live();
    receive(error(code, message));
    expect(link.calls).toEqual([`fail ${expected}`]);
  });

  test("403 is reported and the connection goes on", () => {
    const { link, sink, receive } = live();
    receive(error(403, "already authenticated"));
    expect(link.calls).toEqual([]);
    expect(sink.errors).toMatchObject([{ code: "ERR_VENUE_REJECTED", venueCode: 403 }]);
  });

  test("an error without a code is a bad message, not the end", () => {
    const { link, sink, receive } = live();
    receive('[{"T":"error","msg":"what?"}]');
    expect(link.calls).toEqual([]);
    expect(sink.undecodables).toHaveLength(1);
  });
});

describe("data", () => {
  test("every message of a frame is delivered in order, stamped with our own time", () => {
    const { clock, sink, receive } = live("AAPL");
    receive(`[${EXAMPLE_MESSAGES.stockTrade},${EXAMPLE_MESSAGES.stockQuote}]`);
    expect(sink.messages).toMatchObject([
      { type: "trade", symbol: "AAPL", receivedMs: clock.nowMs() },
      { type: "quote", symbol: "AMD", receivedMs: clock.nowMs() },
    ]);
  });

  test("a MessagePack frame is delivered alike", () => {
    const { link, sink, protocol } = opened({ ...json, encoding: "msgpack" });
    const packed = toMessagePack(`[${EXAMPLE_MESSAGES.cryptoTrade}]`);
    protocol.receive(link, Buffer.from(packed), true);
    expect(sink.messages).toMatchObject([{ id: "3447222699101865076" }]);
    expect(sink.bytes).toEqual([packed.length]);
  });

  test("on a MessagePack connection requests are MessagePack", () => {
    const { link, protocol } = opened({ ...json, encoding: "msgpack" });
    protocol.authenticate(link);
    expect(link.frames[0]).toEqual(
      encode({ action: "auth", key: "PKTEST", secret: "not-a-real-secret" }),
    );
  });

  test("a bad message in a frame costs only itself", () => {
    const { link, sink, receive } = live("AAPL");
    receive(
      `[${EXAMPLE_MESSAGES.stockTrade},{"T":"t","S":"BAD"},null,5,${EXAMPLE_MESSAGES.stockQuote}]`,
    );
    expect(sink.messages).toMatchObject([{ type: "trade" }, { type: "quote" }]);
    expect(sink.undecodables).toHaveLength(2);
    expect(sink.undecodables[0]).toMatchObject({ code: "ERR_DECODE" });
    expect(sink.undecodables[0]?.message).toMatch(/field \w+ is not a/);
    expect(sink.unknowns).toEqual(["undefined"]); // the 5
    expect(link.calls).toEqual([]);
  });

  test.each<[string, string]>([
    ["garbage", "\u0000\u0001 not JSON"],
    ["a frame cut in the middle", `[${EXAMPLE_MESSAGES.stockTrade.slice(0, 40)}`],
    ["a message that is in no list", EXAMPLE_MESSAGES.stockTrade],
    ["nothing", ""],
  ])("%s is reported with its first bytes, and the stream goes on", (_name, text) => {
    const { link, sink, receive } = live("AAPL");
    receive(text);
    expect(sink.undecodables).toHaveLength(1);
    const [undecodable] = sink.undecodables;
    expect(undecodable?.byteLength).toBe(Buffer.byteLength(text));
    expect(undecodable?.firstBytes.length).toBeLessThan(200);
    if (text.includes("AAPL")) expect(undecodable?.firstBytes).toContain('"S":"AAPL"');
    expect(undecodable?.cause).toBeInstanceOf(Error);
    receive(`[${EXAMPLE_MESSAGES.stockTrade}]`);
    expect(sink.messages).toHaveLength(1);
    expect(link.calls).toEqual([]);
  });

  test.each(["z", "__proto__", "constructor"])(
    "messages of the unknown code %s are counted",
    (code) => {
      const { sink, receive } = live();
      receive(JSON.stringify([{ T: code, S: "AAPL" }]));
      expect(sink.unknowns).toEqual([code]);
      expect(sink.errors).toEqual([]);
    },
  );
});

describe("silence", () => {
  test("costs the connection while data is due", async () => {
    const { clock, link, receive } = live("AAPL");
    receive(ack({ trades: ["AAPL"] }));
    await clock.advance(STALE_MS - 1_000);
    receive(`[${EXAMPLE_MESSAGES.stockTrade}]`);
    await clock.advance(STALE_MS - 1_000);
    expect(link.calls).toEqual([]);
    await clock.advance(2_000);
    expect(link.calls).toEqual(["fail ERR_STALE"]);
  });

  test("messages that are no data do not break it", async () => {
    const { clock, link, receive } = live("AAPL");
    receive(ack({ trades: ["AAPL"] }));
    for (let i = 0; i < 7; i++) {
      await clock.advance(STALE_MS / 6);
      receive(ack({ trades: ["AAPL"] }));
    }
    expect(link.calls).toEqual(["fail ERR_STALE"]);
  });

  test("a connection that is gone has no watch, no deadline and no link", async () => {
    const { clock, link, protocol } = live("AAPL");
    protocol.lost();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10 * STALE_MS);
    void protocol.desk.subscribe({ trades: ["MSFT"] });
    expect(link.calls).toEqual([]);
    expect(link.sent).toEqual([]);
  });
});
