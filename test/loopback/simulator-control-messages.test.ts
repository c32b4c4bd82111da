import { encode } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import { connect, connectAuthenticated, decodeMessagePack, start } from "./simulator-client.ts";

const CONNECTED = '[{"T":"success","msg":"connected"}]';
const AUTHENTICATED = '[{"T":"success","msg":"authenticated"}]';

function textsOf(client: { readonly frames: readonly { readonly bytes: Buffer }[] }): string[] {
  return client.frames.map(({ bytes }) => bytes.toString());
}

describe("a data stream speaks the venue's control messages to the letter", () => {
  test("welcome, authentication and acknowledgement are JSON text frames of one message each", async () => {
    const client = await connect(await start());
    await client.received(1);
    await client.authenticate();
    client.send({ action: "subscribe", trades: ["AAPL"], quotes: ["AMD", "CLDR"], bars: ["*"] });
    await client.ofType("subscription");
    expect(textsOf(client).slice(0, 3)).toEqual([
      CONNECTED,
      AUTHENTICATED,
      '[{"T":"subscription","trades":["AAPL"],"quotes":["AMD","CLDR"],"bars":["*"],"updatedBars":[],"dailyBars":[],"statuses":[],"lulds":[],"corrections":["AAPL"],"cancelErrors":["AAPL"]}]',
    ]);
    expect(client.frames.slice(0, 3).map(({ isBinary }) => isBinary)).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("with the MessagePack header every frame is binary and the type is the first key", async () => {
    const client = await connectAuthenticated(await start(), "/v2/iex", { isMessagePack: true });
    client.send({ action: "subscribe", trades: ["AAPL"] });
    await client.ofType("t");
    for (const frame of client.frames) {
      expect(frame.isBinary).toBe(true);
      for (const message of decodeMessagePack(frame.bytes) as object[]) {
        expect(Object.keys(message)[0]).toBe("T");
      }
    }
    expect(client.messages[0]).toEqual({ T: "success", msg: "connected" });
    expect(
      client.frames[0]?.bytes.equals(Buffer.from(encode([{ T: "success", msg: "connected" }]))),
    ).toBe(true);
  });

  test.each([
    ["trading keys", { "APCA-API-KEY-ID": "K", "APCA-API-SECRET-KEY": "S" }],
    ["basic", { Authorization: `Basic ${Buffer.from("K:S").toString("base64")}` }],
    ["a bearer token", { Authorization: "Bearer some-token" }],
  ])(
    "credentials in the handshake as %s authenticate unasked, and again is 403",
    async (_, headers) => {
      const client = await connect(await start(), "/v2/iex", { headers });
      await client.received(2);
      client.send({ action: "auth", key: "K", secret: "S" });
      await client.received(3);
      expect(textsOf(client)).toEqual([
        CONNECTED,
        AUTHENTICATED,
        '[{"T":"error","code":403,"msg":"already authenticated"}]',
      ]);
    },
  );

  test.each([
    [
      "/v2/sip",
      [
        "trades",
        "quotes",
        "bars",
        "updatedBars",
        "dailyBars",
        "statuses",
        "lulds",
        "corrections",
        "cancelErrors",
      ],
    ],
    ["/v2/test", ["trades", "quotes", "bars"]],
    ["/v1beta3/crypto/us", ["trades", "quotes", "orderbooks", "bars", "updatedBars", "dailyBars"]],
    ["/v1beta1/news", ["news"]],
  ])("the acknowledgement of %s has that endpoint's keys in their order", async (path, keys) => {
    const client = await connectAuthenticated(await start(), path);
    client.send({ action: "subscribe" });
    const [ack = {}] = await client.ofType("subscription");
    expect(Object.keys(ack)).toEqual(["T", ...keys]);
    expect(keys.flatMap((key) => ack[key])).toEqual([]);
  });

  test("options acknowledge trades and quotes, over MessagePack only", async () => {
    const simulator = await start();
    const packed = await connectAuthenticated(simulator, "/v1beta1/opra", { isMessagePack: true });
    packed.send({ action: "subscribe", trades: ["AAPL271217C00230000"] });
    const [ack] = await packed.ofType("subscription");
    expect(ack).toEqual({ T: "subscription", trades: ["AAPL271217C00230000"], quotes: [] });
    const plain = await connectAuthenticated(simulator, "/v1beta1/indicative");
    expect(plain.messages.at(-1)).toEqual({
      T: "error",
      code: 412,
      msg: "option messages are only available in MsgPack format",
    });
  });

  test("acknowledgements tell the whole state after each change, and trades carry their companions", async () => {
    const client = await connectAuthenticated(await start({ ratePerSymbol: 0.001 }));
    client.send({ action: "subscribe", trades: ["AAPL", "MSFT"], imbalances: ["AAPL"] });
    client.send({ action: "subscribe", trades: ["AAPL"], quotes: [] });
    client.send({ action: "unsubscribe", trades: ["AAPL"], imbalances: ["AAPL"], bars: ["NVDA"] });
    const acks = await client.ofType("subscription", 3);
    expect(acks.map(({ trades }) => trades)).toEqual([
      ["AAPL", "MSFT"],
      ["AAPL", "MSFT"],
      ["MSFT"],
    ]);
    expect(acks.map(({ corrections }) => corrections)).toEqual([
      ["AAPL", "MSFT"],
      ["AAPL", "MSFT"],
      ["MSFT"],
    ]);
    expect(acks.map(({ cancelErrors }) => cancelErrors)).toEqual(acks.map(({ trades }) => trades));
    expect(acks.map((ack) => ack["imbalances"])).toEqual([["AAPL"], ["AAPL"], undefined]);
  });
});

describe("a data stream refuses with the venue's codes and stays open", () => {
  const invalid = '[{"T":"error","code":400,"msg":"invalid syntax"}]';

  test.each([
    ["no JSON", "}{", invalid],
    ["no object", "[]", invalid],
    ["no action", "{}", invalid],
    ["an unknown action", '{"action":"dance"}', invalid],
    ["a channel that is no list", '{"action":"subscribe","trades":"AAPL"}', invalid],
    ["a malformed symbol", '{"action":"subscribe","trades":["AAPL","not a symbol"]}', invalid],
    [
      "a channel of another feed",
      '{"action":"subscribe","news":["AAPL"]}',
      '[{"T":"error","code":410,"msg":"invalid subscribe action for this feed"}]',
    ],
    [
      "a channel that comes by itself",
      '{"action":"subscribe","corrections":["AAPL"]}',
      '[{"T":"error","code":410,"msg":"invalid subscribe action for this feed"}]',
    ],
  ])("%s", async (_, sent, reply) => {
    const client = await connectAuthenticated(await start({ ratePerSymbol: 0.001 }));
    client.socket.send(sent);
    await client.received(3);
    expect(textsOf(client)[2]).toBe(reply);
    client.send({ action: "subscribe", trades: ["AAPL"] });
    const [ack] = await client.ofType("subscription");
    expect(ack?.["trades"]).toEqual(["AAPL"]);
  });

  test("401 before authentication, for subscribing and unsubscribing", async () => {
    const client = await connect(await start());
    client.send({ action: "subscribe", trades: ["AAPL"] });
    client.send({ action: "unsubscribe", trades: ["AAPL"] });
    await client.received(3);
    const refusal = '[{"T":"error","code":401,"msg":"not authenticated"}]';
    expect(textsOf(client)).toEqual([CONNECTED, refusal, refusal]);
    await client.authenticate();
    expect(textsOf(client).at(-1)).toBe(AUTHENTICATED);
  });

  test("402 for a wrong secret; the right one is still welcome on the same socket", async () => {
    const simulator = await start({ credentials: [{ keyId: "KEY", secretKey: "SECRET" }] });
    const client = await connect(simulator);
    await client.received(1);
    await client.authenticate("KEY", "WRONG");
    await client.authenticate("NOBODY", "SECRET");
    await client.authenticate("", "");
    await client.authenticate();
    const refusal = '[{"T":"error","code":402,"msg":"auth failed"}]';
    expect(textsOf(client)).toEqual([CONNECTED, refusal, refusal, refusal, AUTHENTICATED]);
  });

  test("without a list of keys the first secret of a key is its secret, on every endpoint", async () => {
    const simulator = await start();
    await connectAuthenticated(simulator, "/v2/iex");
    const other = await connect(simulator, "/v1beta1/news");
    await other.received(1);
    await other.authenticate("KEY", "ANOTHER");
    expect(other.messages.at(-1)).toMatchObject({ code: 402 });
  });

  test("405 changes nothing, not even the part that would have fitted", async () => {
    const simulator = await start({ plan: { symbolLimit: 3 }, ratePerSymbol: 0.001 });
    const client = await connectAuthenticated(simulator);
    client.send({
      action: "subscribe",
      trades: ["AAPL"],
      quotes: ["AAPL"],
      bars: ["AAPL", "MSFT"],
    });
    client.send({ action: "subscribe", trades: ["MSFT"], quotes: ["MSFT"] });
    client.send({ action: "subscribe", trades: ["AAPL", "MSFT"] });
    client.send({ action: "subscribe", quotes: ["*"] });
    client.send({ action: "subscribe", bars: ["*"] });
    await client.received(7);
    const limit = { T: "error", code: 405, msg: "symbol limit exceeded" };
    expect(client.messages[3]).toEqual(limit);
    expect(client.messages[4]).toMatchObject({ trades: ["AAPL", "MSFT"], quotes: ["AAPL"] });
    expect(client.messages[5]).toEqual(limit);
    expect(client.messages[6]).toMatchObject({ bars: ["AAPL", "MSFT", "*"], quotes: ["AAPL"] });
  });

  test("409 for a feed outside the plan", async () => {
    const client = await connectAuthenticated(await start({ plan: { feeds: ["iex"] } }), "/v2/sip");
    expect(client.messages[1]).toEqual({ T: "error", code: 409, msg: "insufficient subscription" });
  });

  test("413 for all option quotes at once", async () => {
    const client = await connectAuthenticated(await start(), "/v1beta1/indicative", {
      isMessagePack: true,
    });
    client.send({ action: "subscribe", quotes: ["*"] });
    const [refusal] = await client.ofType("error");
    expect(refusal).toEqual({
      T: "error",
      code: 413,
      msg: "star subscription is not allowed for option quotes",
    });
  });

  test("400 for JSON where MessagePack was agreed, 412 on the option streams", async () => {
    const simulator = await start();
    const stocks = await connectAuthenticated(simulator, "/v2/iex", { isMessagePack: true });
    stocks.socket.send('{"action":"subscribe","trades":["AAPL"]}');
    expect((await stocks.ofType("error"))[0]).toMatchObject({ code: 400 });
    const options = await connectAuthenticated(simulator, "/v1beta1/opra", { isMessagePack: true });
    options.socket.send('{"action":"subscribe","trades":["*"]}');
    expect((await options.ofType("error"))[0]).toMatchObject({ code: 412 });
  });
});

describe("the upgrade", () => {
  test.each(["/", "/v2", "/v2/nasdaq", "/stream/", "/v1beta2/crypto"])(
    "of %s is answered 404",
    async (path) => {
      await expect(connect(await start(), path)).rejects.toThrow("404");
    },
  );

  test("is answered 429 when there are too many", async () => {
    const simulator = await start({ plan: { handshakesPerMinute: 2 } });
    await connect(simulator);
    await connect(simulator);
    await expect(connect(simulator)).rejects.toThrow("429");
    expect(simulator.state().handshakes).toBe(3);
  });
});
