import { describe, expect, test } from "vitest";
import { connect, start } from "./simulator-client.ts";

const AUTHORIZED =
  '{"stream":"authorization","data":{"status":"authorized","action":"authenticate"}}';
const KEYS = { key: "KEY", secret: "SECRET" };

function textsOf(client: { readonly frames: readonly { readonly bytes: Buffer }[] }): string[] {
  return client.frames.map(({ bytes }) => bytes.toString());
}

describe("the trading stream", () => {
  test("says nothing until it is spoken to, then objects in binary frames", async () => {
    const client = await connect(await start(), "/stream");
    client.send({ action: "auth", ...KEYS });
    client.send({ action: "listen", data: { streams: ["trade_updates", "account_updates"] } });
    await client.received(2);
    expect(textsOf(client)).toEqual([
      AUTHORIZED,
      '{"stream":"listening","data":{"streams":["trade_updates"]}}',
    ]);
    expect(client.frames.every(({ isBinary }) => isBinary)).toBe(true);
  });

  test("takes the older form of authentication and says that it is going", async () => {
    const client = await connect(await start(), "/stream");
    client.send({ action: "authenticate", data: { key_id: "KEY", secret_key: "SECRET" } });
    await client.received(1);
    expect(client.messages[0]).toEqual({
      stream: "authorization",
      data: {
        status: "authorized",
        action: "authenticate",
        message:
          'this authentication format is being deprecated. Please use the format: {"action": "auth", "key": "x", "secret": "x"}',
      },
    });
  });

  test("speaks MessagePack when asked", async () => {
    const client = await connect(await start(), "/stream", { isMessagePack: true });
    client.send({ action: "auth", ...KEYS });
    await client.received(1);
    expect(client.messages[0]).toEqual(JSON.parse(AUTHORIZED));
  });

  test("closes after a wrong secret, in both forms", async () => {
    const simulator = await start({ credentials: [{ keyId: "KEY", secretKey: "SECRET" }] });
    for (const wrong of [
      { action: "auth", key: "KEY", secret: "WRONG" },
      { action: "authenticate", data: { key_id: "KEY", secret_key: "WRONG" } },
    ]) {
      const client = await connect(simulator, "/stream");
      client.send(wrong);
      await client.hasClosed();
      expect(textsOf(client)).toEqual([
        '{"stream":"authorization","data":{"message":"code=401, message=Unauthorized","status":"unauthorized"}}',
      ]);
    }
  });

  test("refuses to listen before authentication, and stays open", async () => {
    const client = await connect(await start(), "/stream");
    client.send({ action: "listen", data: { streams: ["trade_updates"] } });
    client.send({ action: "auth", ...KEYS });
    await client.received(2);
    expect(textsOf(client)).toEqual([
      '{"stream":"authorization","data":{"status":"unauthorized","action":"listen"}}',
      AUTHORIZED,
    ]);
  });

  test("the list that is listened to replaces the one before", async () => {
    const simulator = await start();
    const client = await connect(simulator, "/stream");
    client.send({ action: "auth", ...KEYS });
    client.send({ action: "listen", data: { streams: ["trade_updates"] } });
    client.send({ action: "listen", data: { streams: [] } });
    await client.received(3);
    expect(client.messages[2]).toEqual({ stream: "listening", data: { streams: [] } });
    expect(simulator.state().sessions[0]).toMatchObject({
      path: "/stream",
      subscriptions: { streams: [] },
    });
  });

  test("what it does not understand is an internal error and the end", async () => {
    const client = await connect(await start(), "/stream");
    client.send({ action: "dance" });
    await client.hasClosed();
    expect(textsOf(client)).toEqual([
      '{"action":"error","data":{"error_message":"internal server error"}}',
    ]);
  });

  test("is cut, muted and closed like any other", async () => {
    const simulator = await start();
    const client = await connect(simulator, "/stream");
    client.send({ action: "auth", ...KEYS });
    await client.received(1);
    simulator.inject({ kind: "cut", path: "/stream" });
    expect((await client.hasClosed()).code).toBe(1006);
  });
});
