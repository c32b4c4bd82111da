import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import type { Fault, SimulatorOptions } from "../../src/simulator/index.ts";
import { startSimulator, startSimulatorWorker } from "../../src/simulator/index.ts";
import { ManualClock } from "../../src/testing/index.ts";
import { connect, connectAuthenticated, get, start } from "./simulator-client.ts";

async function faultsOf(options: SimulatorOptions): Promise<readonly string[]> {
  try {
    const simulator = await startSimulator(options);
    await simulator.close();
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).faults;
  }
}

describe("starting", () => {
  test("everything wrong with the options is told at once", async () => {
    const faults = await faultsOf({
      host: " ",
      port: 70_000,
      seed: 1.5,
      startTime: "soon",
      ratePerSymbol: Number.NaN,
      session: "closed" as "open",
      universe: ["a b"],
      credentials: [{ keyId: "", secretKey: "" }],
      plan: { ghostMs: -1, feeds: ["nyse"], patience: 3 } as object,
      faults: [{ kind: "cut" }, { kind: "explode" } as unknown as Fault],
      ...{ colour: "red" },
    });
    for (const name of [
      "host",
      "port",
      "seed",
      "startTime",
      "ratePerSymbol",
      "session",
      "universe",
      "credentials.0.keyId",
      "credentials.0.secretKey",
      "plan.ghostMs",
      "plan.feeds.0",
      "plan.patience",
      "faults.1.kind",
      "colour",
    ]) {
      expect(
        faults.filter((fault) => fault.startsWith(name)),
        name,
      ).toHaveLength(1);
    }
    expect(faults).toHaveLength(14);
  });

  test("a port that is taken, and an address that is not ours, are errors of the same kind", async () => {
    const simulator = await start();
    expect(await faultsOf({ port: simulator.port })).toEqual([
      `port ${simulator.port} on 127.0.0.1 is in use`,
    ]);
    expect((await faultsOf({ host: "203.0.113.7" }))[0]).toMatch(/is no address of this machine/);
  });

  test("a seed that was not given is fresh, and reported", async () => {
    await using one = await startSimulator();
    await using two = await startSimulator();
    expect(Number.isInteger(one.seed)).toBe(true);
    expect(one.seed).not.toBe(two.seed);
  });

  test("time comes from the clock alone", async () => {
    const clock = new ManualClock(Date.parse("2026-03-10T14:30:00Z"));
    const simulator = await start({ clock });
    const at = async (): Promise<string> => (await get(simulator, "/v2/clock")).body.timestamp;
    expect(await at()).toBe("2026-03-10T10:30:00-04:00");
    await clock.advance(60_000);
    expect(await at()).toBe("2026-03-10T10:31:00-04:00");
    await simulator.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("closing", () => {
  test("ends every connection, leaves no timer, frees the port and can be repeated", async () => {
    const clock = new ManualClock();
    const simulator = await startSimulator({
      clock,
      faults: [
        { kind: "stall-handshake", path: "/v2/otc" },
        { kind: "http-stall", ms: 60_000, path: "/v2/account" },
        { kind: "late-ack", delayMs: 60_000, path: "/v2/sip" },
        { kind: "slow-drip", path: "/v1beta1/news" },
      ],
    });
    const clients = [];
    for (const path of ["/v2/iex", "/v2/sip", "/stream", "/v1beta1/news"])
      clients.push(await connect(simulator, path));
    const [, sip, , news] = clients;
    sip?.send({ action: "auth", key: "KEY", secret: "SECRET" });
    sip?.send({ action: "subscribe", trades: ["AAPL"] });
    news?.send({ action: "auth", key: "KEY", secret: "SECRET" });
    news?.send({ action: "subscribe", news: ["*"] });
    const stalled = connect(simulator, "/v2/otc").catch(() => "failed");
    const unanswered = get(simulator, "/v2/account").catch(() => "failed");
    await expect.poll(() => simulator.state().faultsWaiting).toBe(0);
    await Promise.all([simulator.close(), simulator.close()]);
    await simulator.close();
    for (const client of clients) expect((await client.hasClosed()).code).toBe(1006);
    expect(await Promise.all([stalled, unanswered])).toEqual(["failed", "failed"]);
    expect(clock.pendingTimers).toBe(0);
    expect(simulator.state().sockets).toMatchObject({ http: 0, webSocket: 0 });
    expect(simulator.state().sessions).toEqual([]);
    const again = await startSimulator({ port: simulator.port });
    await again.close();
  });

  test("many sessions that came and went leave nothing behind", async () => {
    const clock = new ManualClock();
    const simulator = await start({ clock });
    for (let round = 0; round < 30; round++) {
      const client = await connect(simulator);
      client.send({ action: "auth", key: "KEY", secret: "SECRET" });
      await client.received(2);
      if (round % 2 === 0) client.socket.terminate();
      else client.socket.close();
      await client.hasClosed();
    }
    await expect.poll(() => simulator.state().sockets.webSocket).toBe(0);
    await clock.advance(20);
    expect(clock.pendingTimers).toBe(0);
    expect(simulator.state().sessions).toEqual([]);
    expect(simulator.state().handshakes).toBe(30);
  });
});

const entry = fileURLToPath(new URL("../../dist/simulator/index.js", import.meta.url));

// `npm test` builds before it tests; a lone run of this file may come before any build.
describe.skipIf(!existsSync(entry))("in a thread of its own", () => {
  test("it is the same simulator, asked through messages", async () => {
    await using simulator = await startSimulatorWorker({ seed: 5, ratePerSymbol: 100 });
    expect(simulator.seed).toBe(5);
    const client = await connectAuthenticated(simulator);
    client.send({ action: "subscribe", trades: ["AAPL"] });
    await client.ofType("t");
    expect(await simulator.emit({ T: "t", S: "AAPL", p: 1, s: 1, t: "2026-03-10T14:30:00Z" })).toBe(
      1,
    );
    expect((await simulator.state()).sessions).toMatchObject([
      { path: "/v2/iex", authenticated: true },
    ]);
    await simulator.inject({ kind: "cut" });
    expect((await client.hasClosed()).code).toBe(1006);
    await expect(simulator.inject({ kind: "kut" } as unknown as Fault)).rejects.toThrow(
      /fault.kind/,
    );
    await simulator.close();
    await expect(simulator.state()).rejects.toThrow(/closed/);
  });

  test("what is wrong with its options is told in the same way", async () => {
    await expect(startSimulatorWorker({ ratePerSymbol: -1 })).rejects.toThrow(ConfigError);
    await expect(startSimulatorWorker({ clock: new ManualClock() })).rejects.toThrow(/clock/);
    const taken = await start();
    await expect(startSimulatorWorker({ port: taken.port })).rejects.toThrow(/is in use/);
  });

  test.each(["startSimulator", "startSimulatorWorker"])(
    "a process that has closed %s exits by itself",
    async (how) => {
      const program = `import { ${how} } from ${JSON.stringify(entry)};
      const simulator = await ${how}();
      await fetch(simulator.url + "/v2/clock");
      await simulator.close();
      console.log("closed");`;
      const child = spawn(process.execPath, ["--input-type=module", "--eval", program]);
      let output = "";
      child.stdout.on("data", (chunk) => {
        output += chunk;
      });
      const code = await new Promise((resolve) => {
        const hangs = setTimeout(() => {
          child.kill();
          resolve("hangs");
        }, 8_000);
        child.once("exit", (exitCode) => {
          clearTimeout(hangs);
          resolve(exitCode);
        });
      });
      expect([code, output.trim()]).toEqual([0, "closed"]);
    },
  );
});
