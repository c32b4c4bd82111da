import { describe, expect, test } from "vitest";
import type { Fault } from "../../src/simulator/index.ts";
import { ManualClock } from "../../src/testing/index.ts";
import { eventually, pause } from "../support/eventually.ts";
import { connectAuthenticated, start } from "./simulator-client.ts";
import { openWire, type WireConnection } from "./simulator-wire.ts";

/** Connections that have carried one request each and are idle. */
async function idleWires(
  simulator: { readonly port: number },
  count: number,
): Promise<readonly WireConnection[]> {
  const wires: WireConnection[] = [];
  for (let index = 0; index < count; index++) {
    const wire = await openWire(simulator);
    wire.send("GET", "/v2/clock");
    await wire.answer();
    wires.push(wire);
  }
  return wires;
}

describe("a limit of connections", () => {
  test("resets the one that is too many at once, and no other", async () => {
    const simulator = await start({ plan: { httpConnectionLimit: 10 } });
    const wires = await idleWires(simulator, 10);
    const eleventh = await openWire(simulator);
    expect(await eleventh.ended()).toBe("ECONNRESET");
    for (const wire of wires) {
      wire.send("GET", "/v2/clock");
      expect(await wire.answer()).toMatch(/^HTTP\/1\.1 200/);
    }
    expect(simulator.state()).toMatchObject({
      sockets: { http: 10, httpMost: 10, webSocket: 0 },
      httpConnectionsOpened: 10,
      httpConnectionsReset: 1,
    });
  });

  test("lets the next one in when one has gone", async () => {
    const simulator = await start({
      plan: { httpConnectionLimit: 2 },
      faults: [{ kind: "http-reset", count: 1, path: "/v2/account" }],
    });
    const [first] = await idleWires(simulator, 2);
    first?.send("GET", "/v2/account");
    await first?.ended();
    await eventually(() => expect(simulator.state().sockets.http).toBe(1));
    await idleWires(simulator, 1);
    expect(simulator.state()).toMatchObject({
      sockets: { http: 2, httpMost: 2 },
      httpConnectionsOpened: 3,
      httpConnectionsReset: 0,
    });
  });

  test("does not count WebSockets", async () => {
    const simulator = await start({ plan: { httpConnectionLimit: 1 } });
    await connectAuthenticated(simulator, "/v2/iex");
    await connectAuthenticated(simulator, "/v2/sip");
    await idleWires(simulator, 1);
    expect(simulator.state()).toMatchObject({
      sockets: { http: 1, httpMost: 1, webSocket: 2 },
      httpConnectionsOpened: 1,
      httpConnectionsReset: 0,
    });
  });

  test("that is not there resets none", async () => {
    const simulator = await start();
    await idleWires(simulator, 30);
    expect(simulator.state()).toMatchObject({
      sockets: { http: 30, httpMost: 30 },
      httpConnectionsReset: 0,
    });
  });
});

describe("idle connections", () => {
  test.each([
    [undefined, "end"],
    ["reset", "ECONNRESET"],
  ] as const)("are dropped at random (%s)", async (how, ending) => {
    const fault: Fault = { kind: "http-idle-drop", meanMs: 100, ...(how && { how }) };
    const simulator = await start({ faults: [fault] });
    const wires = await idleWires(simulator, 10);
    const endings = await Promise.all(wires.map((wire) => wire.ended()));
    // A reset that comes with the last bytes of an answer may look like an orderly end to its reader.
    const others = endings.filter((one) => one !== ending);
    expect(others.length).toBeLessThan(3);
    expect(others.every((one) => one === "end")).toBe(true);
    await eventually(() => expect(simulator.state().sockets.http).toBe(0));
    expect(simulator.state().faultsFired).toEqual({ "http-idle-drop": 10 });
  });

  test("stay without the fault", async () => {
    const wires = await idleWires(await start(), 10);
    await pause(200);
    expect(wires.filter(({ ending }) => ending !== undefined)).toEqual([]);
  });

  test("go after the same times in every run, with the mean asked for", async () => {
    const run = async (seed: number): Promise<readonly number[]> => {
      const clock = new ManualClock();
      const simulator = await start({
        clock,
        seed,
        faults: [{ kind: "http-idle-drop", meanMs: 1_000 }],
      });
      const wires = await idleWires(simulator, 40);
      await eventually(() => expect(clock.pendingTimers).toBe(40));
      const gone: number[] = [];
      for (let elapsedMs = 0; gone.length < 40; elapsedMs += 100) {
        await clock.advance(100);
        const fired = simulator.state().faultsFired["http-idle-drop"] ?? 0;
        while (gone.length < fired) gone.push(elapsedMs);
      }
      for (const wire of wires) await wire.ended();
      await simulator.close();
      expect(clock.pendingTimers).toBe(0);
      return gone;
    };
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
    const mean = first.reduce((sum, ms) => sum + ms, 0) / first.length;
    expect(mean).toBeGreaterThan(500);
    expect(mean).toBeLessThan(2_000);
  });

  test("are spared while they carry a request", async () => {
    const clock = new ManualClock();
    const simulator = await start({
      clock,
      faults: [
        { kind: "http-idle-drop", meanMs: 10 },
        { kind: "http-stall", ms: 1_000, path: "/v2/account" },
      ],
    });
    const [wire] = await idleWires(simulator, 1);
    await eventually(() => expect(clock.pendingTimers).toBe(1));
    wire?.send("GET", "/v2/account");
    await eventually(() => expect(simulator.state().faultsFired).toEqual({ "http-stall": 1 }));
    await clock.advance(999);
    expect(simulator.state().faultsFired).toEqual({ "http-stall": 1 });
    await clock.advance(1);
    expect(await wire?.answer()).toMatch(/^HTTP\/1\.1 200/);
    await eventually(() => expect(clock.pendingTimers).toBe(1));
    await clock.advance(999);
    expect(await wire?.ended()).toBe("end");
  });

  test("are spared once the fault is counted out", async () => {
    const simulator = await start({
      faults: [{ kind: "http-idle-drop", meanMs: 5, count: 2 }],
    });
    const wires = await idleWires(simulator, 5);
    await eventually(() => expect(simulator.state().sockets.http).toBe(3));
    await pause(100);
    expect(wires.filter(({ ending }) => ending === undefined)).toHaveLength(3);
    expect(simulator.state()).toMatchObject({
      faultsFired: { "http-idle-drop": 2 },
      faultsWaiting: 0,
    });
  });
});

describe("the latency of answers", () => {
  test("is what was asked for", async () => {
    const simulator = await start({ latencyMs: 100 });
    const wire = await openWire(simulator);
    const began = performance.now();
    wire.send("GET", "/v2/clock");
    await wire.answer();
    expect(performance.now() - began).toBeGreaterThan(95);
  });

  test("of a distribution is drawn for each request, the same in every run", async () => {
    const run = async (seed: number): Promise<readonly number[]> => {
      const clock = new ManualClock();
      const simulator = await start({ clock, seed, latencyMs: { p50: 10, p99: 1_000 } });
      const wire = await openWire(simulator);
      const delays: number[] = [];
      for (let index = 0; index < 20; index++) {
        wire.send("GET", "/v2/clock");
        await eventually(() => expect(clock.pendingTimers).toBe(1));
        const sentMs = clock.monotonicMs();
        while (clock.pendingTimers > 0) await clock.advance(1);
        delays.push(clock.monotonicMs() - sentMs);
        await wire.answer();
      }
      return delays;
    };
    const delays = await run(7);
    expect(await run(7)).toEqual(delays);
    expect(await run(8)).not.toEqual(delays);
    expect(new Set(delays).size).toBeGreaterThan(8);
  });

  test("is not waited for when the client has gone", async () => {
    const clock = new ManualClock();
    const simulator = await start({ clock, latencyMs: 1_000 });
    const answer = fetch(`${simulator.url}/v2/clock`, { signal: AbortSignal.timeout(50) });
    await expect(answer).rejects.toThrow();
    await eventually(() => expect(clock.pendingTimers).toBe(0));
  });
});
