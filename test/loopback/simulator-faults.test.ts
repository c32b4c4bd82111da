import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import type { Fault, Simulator } from "../../src/simulator/index.ts";
import { pause } from "../support/eventually.ts";
import { connect, connectAuthenticated, type RawClient, start } from "./simulator-client.ts";

/** A session that gets quotes of one symbol. */
async function streaming(simulator: Simulator, isMessagePack = false): Promise<RawClient> {
  const client = await connectAuthenticated(simulator, "/v2/iex", { isMessagePack });
  client.send({ action: "subscribe", quotes: ["AAPL"] });
  await client.ofType("q");
  return client;
}

async function isAnswering(client: RawClient, withinMs = 200): Promise<boolean> {
  const pong = new Promise<boolean>((resolve) => client.socket.once("pong", () => resolve(true)));
  client.socket.ping();
  return Promise.race([pong, pause(withinMs).then(() => false)]);
}

function dataCount(client: RawClient): number {
  return client.messages.filter(({ T }) => T === "q").length;
}

describe("faults of an open session", () => {
  test("close: a close frame with its code and reason; the slot is free", async () => {
    const simulator = await start();
    const client = await streaming(simulator);
    simulator.inject({ kind: "close", code: 1012, reason: "restarting" });
    expect(await client.hasClosed()).toEqual({ code: 1012, reason: "restarting" });
    const next = await connectAuthenticated(simulator);
    expect(next.messages.at(-1)).toMatchObject({ T: "success" });
    expect(simulator.state().faultsFired).toEqual({ close: 1 });
  });

  test("cut: no close frame; the slot is free", async () => {
    const simulator = await start();
    const client = await streaming(simulator);
    simulator.inject({ kind: "cut" });
    expect((await client.hasClosed()).code).toBe(1006);
    const next = await connectAuthenticated(simulator);
    expect(next.messages.at(-1)).toMatchObject({ T: "success" });
  });

  test("mute: no data, but pongs; for its time, and what fell into it never comes", async () => {
    const simulator = await start();
    const client = await streaming(simulator);
    simulator.inject({ kind: "mute", durationMs: 250 });
    await pause(30);
    const before = dataCount(client);
    const lastBefore = client.messages.at(-1)?.["t"];
    expect(await isAnswering(client)).toBe(true);
    await pause(120);
    expect(dataCount(client)).toBe(before);
    await client.ofType("q", before + 1);
    const firstAfter = client.messages.filter(({ T }) => T === "q")[before]?.["t"];
    expect(Date.parse(String(firstAfter)) - Date.parse(String(lastBefore))).toBeGreaterThan(150);
  });

  test("half-open: neither data nor pongs nor replies; the slot is free once the client has left", async () => {
    const simulator = await start();
    const client = await streaming(simulator);
    simulator.inject({ kind: "half-open" });
    await pause(30);
    const before = client.messages.length;
    client.send({ action: "subscribe", bars: ["AAPL"] });
    expect(await isAnswering(client)).toBe(false);
    expect(client.messages.length).toBe(before);
    expect(client.closed).toBeUndefined();
    client.socket.terminate();
    await pause(30);
    const next = await connectAuthenticated(simulator);
    expect(next.messages.at(-1)).toMatchObject({ T: "success" });
  });

  test.each([false, true])(
    "truncated-frame: one frame breaks off, the next is whole (MessagePack: %s)",
    async (isMessagePack) => {
      const simulator = await start();
      const client = await streaming(simulator, isMessagePack);
      simulator.inject({ kind: "truncated-frame" });
      await expect.poll(() => client.undecodable.length).toBe(1);
      const broken = client.undecodable[0]?.bytes ?? Buffer.alloc(0);
      expect(isMessagePack ? broken[0] : broken.toString("latin1", 0, 9)).toEqual(
        isMessagePack ? expect.any(Number) : '[{"T":"q"',
      );
      await client.ofType("q", dataCount(client) + 5);
      expect(client.undecodable).toHaveLength(1);
    },
  );

  test.each([false, true])(
    "garbage-frame: nothing that could be decoded, and data goes on (MessagePack: %s)",
    async (isMessagePack) => {
      const simulator = await start();
      const client = await streaming(simulator, isMessagePack);
      simulator.inject({ kind: "garbage-frame", bytes: 500 });
      await expect.poll(() => client.undecodable.length).toBe(1);
      expect(client.undecodable[0]?.bytes).toHaveLength(500);
      expect(client.undecodable[0]?.isBinary).toBe(isMessagePack);
      await client.ofType("q", dataCount(client) + 5);
    },
  );

  test("slow-drip: the bytes trickle, in order and complete", async () => {
    const simulator = await start({ ratePerSymbol: 20 });
    const client = await streaming(simulator);
    let reads = 0;
    const { _socket } = client.socket as unknown as { _socket: NodeJS.ReadableStream };
    _socket.on("data", (chunk: Buffer) => {
      reads++;
      expect(chunk.length).toBeLessThan(200);
    });
    simulator.inject({ kind: "slow-drip", chunkBytes: 40, delayMs: 2 });
    const before = dataCount(client);
    await client.ofType("q", before + 6);
    expect(reads).toBeGreaterThan(15);
    expect(client.undecodable).toEqual([]);
    const pong = new Promise((resolve) => client.socket.once("pong", resolve));
    client.socket.ping("in between");
    expect(String(await pong)).toBe("in between");
    simulator.inject({ kind: "close", code: 1012 });
    expect((await client.hasClosed()).code).toBe(1012);
    expect(client.undecodable).toEqual([]);
  });

  test("slow-client: 407, then the connection is gone without a close frame", async () => {
    const simulator = await start();
    const client = await streaming(simulator);
    simulator.inject({ kind: "slow-client" });
    expect((await client.hasClosed()).code).toBe(1006);
    const [error] = client.messages.filter(({ T }) => T === "error");
    if (error) expect(error).toEqual({ T: "error", code: 407, msg: "slow client" });
  });
});

describe("when a fault strikes", () => {
  test("after exactly so many messages, which all arrive, in every run", async () => {
    for (let run = 0; run < 3; run++) {
      const simulator = await start({
        ratePerSymbol: 2000,
        startTime: "2026-03-10T14:30:00Z",
        faults: [{ kind: "cut", afterMessages: 123 }],
      });
      const client = await connectAuthenticated(simulator);
      client.send({ action: "subscribe", quotes: ["AAPL"] });
      await client.hasClosed();
      expect(dataCount(client)).toBe(123);
      expect(simulator.state().messagesSent).toBe(123);
      await simulator.close();
    }
  });

  test("as many sessions as it counts, and then no more", async () => {
    const simulator = await start({ faults: [{ kind: "cut", afterMessages: 5, count: 3 }] });
    for (let round = 0; round < 3; round++) {
      const client = await streaming(simulator).catch(() => undefined);
      if (client) await client.hasClosed();
    }
    const survivor = await streaming(simulator);
    await survivor.ofType("q", 30);
    expect(survivor.closed).toBeUndefined();
    expect(simulator.state()).toMatchObject({ faultsFired: { cut: 3 }, faultsWaiting: 0 });
  });

  test("after a while, counted from the authentication", async () => {
    const simulator = await start({ faults: [{ kind: "close", afterMs: 150 }] });
    await pause(200);
    const began = performance.now();
    const client = await streaming(simulator);
    await client.hasClosed();
    expect(performance.now() - began).toBeGreaterThan(140);
  });

  test("at once on every open session, or on the next one when there is none", async () => {
    const simulator = await start();
    const iex = await connectAuthenticated(simulator, "/v2/iex");
    const sip = await connectAuthenticated(simulator, "/v2/sip");
    simulator.inject({ kind: "close" });
    expect((await iex.hasClosed()).code).toBe(1001);
    expect((await sip.hasClosed()).code).toBe(1001);
    simulator.inject({ kind: "close", code: 4000 });
    const next = await connectAuthenticated(simulator);
    expect((await next.hasClosed()).code).toBe(4000);
    const after = await connectAuthenticated(simulator);
    expect(await isAnswering(after)).toBe(true);
  });

  test("only the path and the key it is meant for", async () => {
    const simulator = await start();
    const iex = await connectAuthenticated(simulator, "/v2/iex");
    const sip = await connectAuthenticated(simulator, "/v2/sip");
    const other = await connect(simulator, "/v2/sip");
    await other.received(1);
    await other.authenticate("OTHER");
    simulator.inject({ kind: "cut", path: "/v2/sip", keyId: "OTHER" });
    await other.hasClosed();
    expect(await isAnswering(iex)).toBe(true);
    expect(await isAnswering(sip)).toBe(true);
  });

  test("one that cannot be is one error that tells everything", async () => {
    const simulator = await start();
    const wrong = { kind: "cut", afterMs: -1, afterMesages: 3, count: 0 } as unknown as Fault;
    expect(() => simulator.inject(wrong)).toThrow(ConfigError);
    try {
      simulator.inject(wrong);
    } catch (error) {
      const { faults } = error as ConfigError;
      expect(faults).toHaveLength(3);
      expect(faults.join()).toMatch(/afterMs.*count.*afterMesages/s);
    }
    const nameless = { kind: "kut" } as unknown as Fault;
    expect(() => simulator.inject(nameless)).toThrow(/fault.kind/);
  });
});

describe("faults of the handshake and the authentication", () => {
  test.each([404, 429, 503])(
    "handshake-status %i instead of the upgrade, as often as counted",
    async (status) => {
      const simulator = await start({ faults: [{ kind: "handshake-status", status, count: 2 }] });
      for (let round = 0; round < 2; round++) {
        await expect(connect(simulator)).rejects.toThrow(String(status));
      }
      await connect(simulator);
    },
  );

  test("stall-handshake: no answer; the next upgrade is answered", async () => {
    const simulator = await start({ faults: [{ kind: "stall-handshake" }] });
    const outcome = connect(simulator).then(
      () => "open",
      () => "failed",
    );
    expect(await Promise.race([outcome, pause(200).then(() => "nothing")])).toBe("nothing");
    await connect(simulator);
    await simulator.close();
    expect(await outcome).toBe("failed");
  });

  test("no-welcome: the session works all the same", async () => {
    const simulator = await start({ faults: [{ kind: "no-welcome" }] });
    const client = await connect(simulator);
    await pause(50);
    expect(client.messages).toEqual([]);
    client.send({ action: "auth", key: "KEY", secret: "SECRET" });
    expect(await client.received(1)).toEqual([{ T: "success", msg: "authenticated" }]);
  });

  test("no-auth-reply: the session stays unauthenticated until it is asked again", async () => {
    const simulator = await start({ faults: [{ kind: "no-auth-reply" }] });
    const client = await connect(simulator);
    client.send({ action: "auth", key: "KEY", secret: "SECRET" });
    client.send({ action: "subscribe", trades: ["AAPL"] });
    expect((await client.received(2))[1]).toMatchObject({ code: 401 });
    await client.authenticate();
    expect(client.messages.at(-1)).toMatchObject({ msg: "authenticated" });
  });

  test.each([402, 404, 406, 409, 411] as const)("reject-auth %i; only 404 closes", async (code) => {
    const simulator = await start({ faults: [{ kind: "reject-auth", code }] });
    const client = await connectAuthenticated(simulator);
    expect(client.messages.at(-1)).toMatchObject({ T: "error", code });
    if (code === 404) expect((await client.hasClosed()).code).toBe(1000);
    else {
      await client.authenticate();
      expect(client.messages.at(-1)).toMatchObject({ msg: "authenticated" });
    }
  });
});

describe("faults of the acknowledgement", () => {
  const both = { action: "subscribe", trades: ["AAPL", "MSFT", "SPY"], bars: ["AAPL"] };

  test.each([400, 405, 410] as const)("reject-subscribe %i changes nothing", async (code) => {
    const simulator = await start({
      faults: [{ kind: "reject-subscribe", code }],
      ratePerSymbol: 0.001,
    });
    const client = await connectAuthenticated(simulator);
    client.send(both);
    client.send({ action: "subscribe", quotes: ["AAPL"] });
    await client.received(4);
    expect(client.messages[2]).toMatchObject({ T: "error", code });
    expect(client.messages[3]).toMatchObject({ trades: [], bars: [], quotes: ["AAPL"] });
  });

  test("late-ack: data comes before it", async () => {
    const simulator = await start({ faults: [{ kind: "late-ack", delayMs: 200 }] });
    const client = await connectAuthenticated(simulator);
    const began = performance.now();
    client.send({ action: "subscribe", quotes: ["AAPL"] });
    await client.ofType("subscription");
    expect(performance.now() - began).toBeGreaterThan(190);
    expect(client.messages[2]).toMatchObject({ T: "q" });
  });

  test("no-ack: the change happens", async () => {
    const simulator = await start({ faults: [{ kind: "no-ack" }] });
    const client = await connectAuthenticated(simulator);
    client.send({ action: "subscribe", quotes: ["AAPL"] });
    await client.ofType("q");
    expect(client.messages.some(({ T }) => T === "subscription")).toBe(false);
    expect(simulator.state().sessions[0]?.subscriptions["quotes"]).toEqual(["AAPL"]);
  });

  test("partial-ack: every second symbol is in neither the state nor the acknowledgement", async () => {
    const simulator = await start({ faults: [{ kind: "partial-ack" }] });
    const client = await connectAuthenticated(simulator);
    client.send(both);
    const [ack] = await client.ofType("subscription");
    expect(ack).toMatchObject({ trades: ["AAPL", "SPY"], bars: ["AAPL"] });
    await client.ofType("t", 20);
    expect(client.messages.some(({ S }) => S === "MSFT")).toBe(false);
    client.send(both);
    expect((await client.ofType("subscription", 2))[1]).toMatchObject({
      trades: ["AAPL", "SPY", "MSFT"],
    });
  });

  test("keyless-ack: the keys are missing, the subscriptions are not", async () => {
    const keys = ["trades", "lulds", "statuses"];
    const simulator = await start({ faults: [{ kind: "keyless-ack", keys }] });
    const client = await connectAuthenticated(simulator);
    client.send(both);
    const [ack = {}] = await client.ofType("subscription");
    expect(Object.keys(ack)).toEqual([
      "T",
      "quotes",
      "bars",
      "updatedBars",
      "dailyBars",
      "corrections",
      "cancelErrors",
    ]);
    await client.ofType("t");
  });
});
