import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { inspect, promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { describe, expect, onTestFinished, test } from "vitest";
import { type RemoteSimulator, startSimulatorWorker } from "../../src/simulator/index.ts";
import type { SimulatorOptions } from "../../src/simulator/options.ts";
import { block } from "../support/block.ts";
import { eventually, pause } from "../support/eventually.ts";
import { clientOf, credentials, forbidReconnects, QUICK, startVenue } from "../support/venue.ts";

/** In a thread of its own: a venue that we block along with ourselves would prove nothing. */
async function startRemoteVenue(options: SimulatorOptions): Promise<RemoteSimulator> {
  const simulator = await startSimulatorWorker({ seed: 1, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** Notes every trade id that does not follow the one before of its symbol. */
function followIds() {
  const last = new Map<string, bigint>();
  const faults: string[] = [];
  return {
    faults,
    next(symbol: string, id: string | undefined): void {
      const now = BigInt(id ?? 0);
      const before = last.get(symbol);
      last.set(symbol, now);
      if (before !== undefined && now !== before + 1n) faults.push(`${symbol} ${before} ${now}`);
    },
  };
}

/** The threads that begin from now on and have not ended; their number shows in no list of handles. */
function watchThreads(): { readonly begun: () => number; readonly living: () => number } {
  let begun = 0;
  let ended = 0;
  const onWorker = (worker: Worker): void => {
    begun++;
    worker.once("exit", () => ended++);
  };
  process.on("worker", onWorker);
  onTestFinished(() => {
    process.off("worker", onWorker);
  });
  return { begun: () => begun, living: () => begun - ended };
}

const isOfThread = (resource: string): boolean => resource === "MessagePort";

const BLOCK_MS = 1_200;

describe.each([true, false])("an event loop that is blocked, with isolate: %s", (isolate) => {
  /** Blocks the loop in the middle of the data, and tells what became of the connection. */
  async function blockedAmong(simulator: RemoteSimulator, trades: string) {
    const { client, codes } = clientOf(simulator, { isolate, encoding: "json" });
    const ids = followIds();
    let received = 0;
    client.registerHandler("t", ({ symbol, id }) => {
      received++;
      ids.next(symbol, id);
    });
    await client.connect();
    await client.subscribe({ trades: [trades] });
    await eventually(() => expect(received).toBeGreaterThan(20));
    const before = received;
    block(BLOCK_MS);
    await pause(700); // several heartbeats long: a verdict of either side falls in this time
    if (!isolate) await eventually(() => expect(client.getMetrics().reconnects).toBe(1));
    const { reconnects } = client.getMetrics();
    return { reconnects, errors: codes(), received: received - before, lost: ids.faults };
  }

  test("answers the venue's pings only from a thread of its own", async () => {
    const plan = { pingIntervalMs: 50, pongTimeoutMs: 400 };
    const load = { messagesPerSecond: 1_000, framesOf: 5, symbols: 10 };
    const simulator = await startRemoteVenue({ load, plan });
    const outcome = await blockedAmong(simulator, "*");
    if (isolate) {
      expect(outcome).toMatchObject({ reconnects: 0, errors: [], lost: [] });
      expect(outcome.received).toBeGreaterThan(200);
    } else expect(outcome).toMatchObject({ reconnects: 1, errors: ["ERR_CONNECTION_CLOSED"] });
  });

  test("reads fast enough for the venue only in a thread of its own", async () => {
    const simulator = await startRemoteVenue({
      load: { messagesPerSecond: 300_000, framesOf: 50, symbols: 50 }, // a third of them are trades
      plan: { slowClientBytes: 2 ** 16, pingIntervalMs: Number.POSITIVE_INFINITY },
    });
    const outcome = await blockedAmong(simulator, "*");
    if (isolate) {
      expect(outcome).toMatchObject({ reconnects: 0, errors: [], lost: [] });
      expect(outcome.received).toBeGreaterThan(5_000);
    } else {
      // It may or may not get to see why it was cut off.
      expect(outcome.reconnects).toBe(1);
      expect(["ERR_SLOW_CONSUMER", "ERR_CONNECTION_CLOSED"]).toContain(outcome.errors[0]);
    }
  });
});

describe("an isolated connection", () => {
  test("is replaced after a cut, and data flows again", async () => {
    const simulator = await startVenue();
    const threads = watchThreads();
    const { client, codes } = clientOf(simulator, { isolate: true });
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    for (let cuts = 1; cuts <= 3; cuts++) {
      simulator.inject({ kind: "cut" });
      await eventually(() => expect(client.getMetrics().reconnects).toBe(cuts));
      const { messages } = client.getMetrics();
      await eventually(() => expect(client.getMetrics().messages).toBeGreaterThan(messages));
    }
    expect(new Set(codes())).toEqual(new Set(["ERR_CONNECTION_CLOSED"]));
    expect(simulator.state().sessions).toHaveLength(1);
    expect(threads.begun()).toBe(1);
  });

  test("finds a peer that has fallen silent", async () => {
    const simulator = await startVenue();
    const { client, errors } = clientOf(simulator, { isolate: true });
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    simulator.inject({ kind: "half-open" });
    await eventually(() => expect(client.getMetrics().reconnects).toBe(1));
    expect(errors).toMatchObject([{ code: "ERR_STALE", reason: "no-pong" }]);
  });

  test("may be compressed and encrypted", async () => {
    const load = { messagesPerSecond: 3_000, framesOf: 5, symbols: 10 };
    const simulator = await startVenue({ load, tls: true });
    const { ca } = simulator;
    const { client, codes } = clientOf(simulator, {
      isolate: true,
      compression: true,
      ...(ca === undefined ? {} : { ca }),
    });
    forbidReconnects(client);
    const ids = followIds();
    client.registerHandler("t", ({ symbol, id }) => ids.next(symbol, id));
    await client.connect();
    await client.subscribe({ trades: ["*"] });
    await eventually(() => expect(client.getMetrics().messages).toBeGreaterThan(100));
    expect(ids.faults).toEqual([]);
    expect(codes()).toEqual([]);
  });

  test("leaves no thread and no handle, however often it is opened and closed", async () => {
    const simulator = await startVenue();
    const threads = watchThreads();
    const before = process.getActiveResourcesInfo().filter(isOfThread);
    const { client, codes } = clientOf(simulator, { isolate: true });
    for (let cycle = 0; cycle < 50; cycle++) {
      await client.connect();
      expect(threads.living()).toBe(1);
      await client.disconnect();
      expect(threads.living()).toBe(0);
    }
    expect(codes()).toEqual([]);
    expect(simulator.state().authentications).toBe(50);
    const after = process.getActiveResourcesInfo().filter(isOfThread);
    expect(after).toEqual(before);
    expect(simulator.state().sockets.webSocket).toBe(0);
  }, 60_000);

  test("that is refused for good leaves no thread either, and tells no secret", async () => {
    const simulator = await startVenue({ credentials: [{ keyId: "OTHER", secretKey: "other" }] });
    const threads = watchThreads();
    const { client, errors } = clientOf(simulator, { isolate: true, auth: "headers" });
    await expect(client.connect()).rejects.toMatchObject({ disposition: "fatal" });
    expect(inspect(errors, { depth: 10 })).not.toContain(credentials.secretKey);
    await client.disconnect();
    expect([threads.begun(), threads.living()]).toEqual([1, 0]);
  });

  test("lets the process end by itself once it is closed", async () => {
    const program = `
      import { AlpacaWebSocketClient } from "./dist/index.js";
      import { startSimulator } from "./dist/simulator/index.js";
      const simulator = await startSimulator({ ratePerSymbol: 100 });
      const credentials = ${JSON.stringify(credentials)};
      const client = new AlpacaWebSocketClient({ credentials, url: simulator.url, isolate: true });
      const traded = new Promise((resolve) => client.registerHandler("t", resolve));
      await client.connect();
      await client.subscribe({ trades: ["AAPL"] });
      await traded;
      await client.disconnect();
      await simulator.close();
      console.log("closed");`;
    const run = promisify(execFile);
    const cwd = fileURLToPath(new URL("../..", import.meta.url));
    const args = ["--input-type=module", "-e", program];
    // A process that does not end is killed, which rejects.
    const { stdout, stderr } = await run(process.execPath, args, { cwd, timeout: 10_000 });
    expect([stdout, stderr]).toEqual(["closed\n", ""]);
  });

  test("gives up a venue that is not there after the attempts that it is allowed", async () => {
    const { client, errors } = clientOf(
      { url: "ws://127.0.0.1:9" },
      { ...QUICK, isolate: true, maxReconnectAttempts: 1 },
    );
    await expect(client.connect()).rejects.toMatchObject({ code: "ERR_RETRIES_EXHAUSTED" });
    expect(errors[0]).toMatchObject({ closeCode: 1006, cause: { code: "ECONNREFUSED" } });
  });
});
