import { describe, expect, test } from "vitest";
import { pause } from "../support/eventually.ts";
import { connect, connectAuthenticated, start } from "./simulator-client.ts";

const LIMIT = { T: "error", code: 406, msg: "connection limit exceeded" };
const AUTHENTICATED = { T: "success", msg: "authenticated" };

describe("a key has one session per endpoint", () => {
  test("the second gets 406, keeps its socket, and succeeds when the first has closed", async () => {
    const simulator = await start();
    const first = await connectAuthenticated(simulator);
    const second = await connectAuthenticated(simulator);
    expect(second.messages.at(-1)).toEqual(LIMIT);
    first.socket.close();
    await first.hasClosed();
    await second.authenticate();
    expect(second.messages.at(-1)).toEqual(AUTHENTICATED);
  });

  test("a clean close frees the slot at once, many times over", async () => {
    const simulator = await start();
    for (let round = 0; round < 50; round++) {
      const client = await connectAuthenticated(simulator);
      expect(client.messages.at(-1)).toEqual(AUTHENTICATED);
      client.socket.close();
      await client.hasClosed();
    }
    expect(simulator.state().authentications).toBe(50);
  });

  test("another endpoint, and another key, are other slots", async () => {
    const simulator = await start();
    for (const path of ["/v2/iex", "/v2/sip", "/v1beta3/crypto/us", "/v1beta3/crypto/us-1"]) {
      const client = await connectAuthenticated(simulator, path);
      expect(client.messages.at(-1)).toEqual(AUTHENTICATED);
    }
    const other = await connect(simulator);
    await other.received(1);
    await other.authenticate("KEY2");
    expect(other.messages.at(-1)).toEqual(AUTHENTICATED);
  });

  test("a larger plan has more", async () => {
    const simulator = await start({ plan: { connectionsPerEndpoint: 2 } });
    const replies: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      replies.push((await connectAuthenticated(simulator)).messages.at(-1));
    }
    expect(replies).toEqual([AUTHENTICATED, AUTHENTICATED, LIMIT]);
  });
});

describe("the ghost of a session whose path was lost", () => {
  test("keeps its slot for its time, then gives it back on the same waiting socket", async () => {
    const simulator = await start({ plan: { ghostMs: 400 } });
    const lost = await connectAuthenticated(simulator);
    lost.send({ action: "subscribe", trades: ["AAPL"] });
    await lost.ofType("t");
    simulator.inject({ kind: "ghost" });
    const heard = lost.messages.length;
    const { ghosts } = simulator.state();
    expect(ghosts).toMatchObject([{ path: "/v2/iex", keyId: "KEY" }]);
    expect(ghosts[0]?.remainingMs).toBeGreaterThan(300);

    const next = await connectAuthenticated(simulator);
    expect(next.messages.at(-1)).toEqual(LIMIT);
    lost.socket.terminate();
    await next.authenticate();
    expect(next.messages.at(-1)).toEqual(LIMIT);
    await pause(450);
    await next.authenticate();
    expect(next.messages.at(-1)).toEqual(AUTHENTICATED);
    expect(lost.messages.length).toBe(heard);
    expect(simulator.state().ghosts).toEqual([]);
  });

  test("hears no close frame and answers no ping, and its socket is dropped in the end", async () => {
    const simulator = await start();
    const lost = await connectAuthenticated(simulator);
    let pongs = 0;
    lost.socket.on("pong", () => pongs++);
    simulator.inject({ kind: "ghost", ghostMs: 300 });
    lost.socket.ping();
    lost.socket.close();
    await pause(150);
    expect(lost.closed).toBeUndefined();
    expect(pongs).toBe(0);
    expect((await lost.hasClosed()).code).toBe(1006);
  });

  test("is left by a client that goes without a close frame only where the plan says so", async () => {
    for (const abruptCloseLeavesGhost of [false, true]) {
      const simulator = await start({ plan: { abruptCloseLeavesGhost, ghostMs: 60_000 } });
      const gone = await connectAuthenticated(simulator);
      gone.socket.terminate();
      await gone.hasClosed();
      await pause(30);
      const next = await connectAuthenticated(simulator);
      expect(next.messages.at(-1)).toEqual(abruptCloseLeavesGhost ? LIMIT : AUTHENTICATED);
      await simulator.close();
    }
  });
});

describe("the venue is impatient", () => {
  test("404 and a close for a session that does not authenticate in time", async () => {
    const simulator = await start({ plan: { authTimeoutMs: 80 } });
    const client = await connect(simulator);
    const { code } = await client.hasClosed();
    expect(code).toBe(1000);
    expect(client.messages.at(-1)).toEqual({ T: "error", code: 404, msg: "auth timeout" });
  });

  test("a refused authentication does not stop that deadline, a good one does", async () => {
    const simulator = await start({
      plan: { authTimeoutMs: 150 },
      credentials: [{ keyId: "KEY", secretKey: "SECRET" }],
    });
    const refused = await connect(simulator);
    await refused.received(1);
    await refused.authenticate("KEY", "WRONG");
    const good = await connectAuthenticated(simulator);
    await refused.hasClosed();
    expect(refused.messages.at(-1)).toMatchObject({ code: 404 });
    await pause(100);
    expect(good.closed).toBeUndefined();
  });

  test("it pings, answers pings, and gives up a client that does not answer", async () => {
    const simulator = await start({ plan: { pingIntervalMs: 50, pongTimeoutMs: 200 } });
    const healthy = await connectAuthenticated(simulator, "/v2/iex");
    const deaf = await connectAuthenticated(simulator, "/v2/sip", { autoPong: false });
    const pong = new Promise((resolve) => healthy.socket.once("pong", resolve));
    healthy.socket.ping("are you there");
    expect(String(await pong)).toBe("are you there");
    expect((await deaf.hasClosed()).code).toBe(1006);
    expect(healthy.pings).toBeGreaterThan(2);
    expect(healthy.closed).toBeUndefined();
  });

  test("a client that does not read gets cut, and nobody else does", async () => {
    const simulator = await start({ ratePerSymbol: 20_000, plan: { slowClientBytes: 200_000 } });
    const slow = await connectAuthenticated(simulator, "/v2/sip", { compression: false });
    const quick = await connectAuthenticated(simulator, "/v2/iex");
    slow.send({ action: "subscribe", quotes: ["AAPL", "MSFT", "SPY", "TSLA"] });
    quick.send({ action: "subscribe", trades: ["AAPL"] });
    await slow.ofType("q");
    slow.socket.pause();
    await expect
      .poll(() => simulator.state().sessions.map(({ path }) => path), { timeout: 8_000 })
      .toEqual(["/v2/iex"]);
    slow.socket.resume();
    expect((await slow.hasClosed()).code).toBe(1006);
    expect(quick.closed).toBeUndefined();
  });
});
