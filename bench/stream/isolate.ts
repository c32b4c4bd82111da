// What it costs to keep a connection's socket in a thread of its own, and what that is good for: the
// processor time per message beside a socket in the same thread, and an event loop that is blocked for
// five seconds while 100,000 messages a second arrive. The simulator runs in its own process.
import { setTimeout as sleep } from "node:timers/promises";
import { AlpacaWebSocketClient } from "holdfast";
import { systemClock } from "../../src/core/clock.ts";
import { directWires } from "../../src/socket/direct-wire.ts";
import { ISOLATE_DEFAULTS } from "../../src/socket/isolate-options.ts";
import { IsolatedWires } from "../../src/socket/isolated-wires.ts";
import { SocketThread } from "../../src/socket/socket-thread.ts";
import type { Wire, WireSource } from "../../src/socket/wire.ts";
import { atMost, type Measure, median, noted } from "../support/measure.ts";
import { startVenueProcess } from "../support/venue-process.ts";

const RATE_PER_SECOND = 100_000;
const ROUNDS = 3;
const WARM_UP_MS = 1_000;
const ROUND_MS = 2_500;
const TARGET_US = 1;
const BLOCK_MS = 5_000;

const CREDENTIALS = { keyId: "PKBENCH", secretKey: "bench" };
const EVERYTHING = { trades: ["*"], quotes: ["*"], bars: ["*"] };

export async function measureIsolate(): Promise<Measure[]> {
  const large = await costPerMessage(200);
  const small = await costPerMessage(20);
  const single = await costPerMessage(1);
  return [
    atMost("isolated, µs added per message in frames of 200", large.addedUs, TARGET_US),
    atMost("isolated, µs added per message in frames of 20", small.addedUs, TARGET_US),
    noted("isolated, µs added per message in frames of 1", single.addedUs),
    noted("isolated, messages per second in frames of 1", single.ratePerSecond),
    ...(await measureBlock()),
  ];
}

interface Cost {
  /** Of both threads together, more than a socket in the same thread takes. */
  readonly addedUs: number;
  readonly ratePerSecond: number;
}

interface Round {
  readonly cpuUs: number;
  readonly ratePerSecond: number;
}

/** Both ways in turns, so that whatever else the machine does meets both. */
async function costPerMessage(framesOf: number): Promise<Cost> {
  const direct: Round[] = [];
  const isolated: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    direct.push(await measureRound(directWires, framesOf));
    isolated.push(
      await measureRound(
        new IsolatedWires(() => new SocketThread(systemClock, ISOLATE_DEFAULTS.ringBytes)),
        framesOf,
      ),
    );
  }
  const of = (rounds: readonly Round[], figure: keyof Round): number =>
    median(rounds.map((round) => round[figure]));
  return {
    addedUs: of(isolated, "cpuUs") - of(direct, "cpuUs"),
    ratePerSecond: of(isolated, "ratePerSecond"),
  };
}

/** Frames are received and counted, not decoded: decoding is the same either way. */
async function measureRound(source: WireSource, framesOf: number): Promise<Round> {
  const venue = await startVenueProcess({ load: { messagesPerSecond: RATE_PER_SECOND, framesOf } });
  let frames = 0;
  const wire = await new Promise<Wire>((resolve, reject) => {
    const url = `${venue.url}/v2/iex`;
    const options = { url, headers: {}, compression: false, maxFrameBytes: 2 ** 24 };
    const opened: Wire = source.open(options, {
      opened: () => resolve(opened),
      frame: () => frames++,
      alive: () => {},
      ended: (end) => reject(new Error(`the wire ended: ${JSON.stringify(end)}`)),
    });
  });
  const { keyId: key, secretKey: secret } = CREDENTIALS;
  wire.send(JSON.stringify({ action: "auth", key, secret }));
  wire.send(JSON.stringify({ action: "subscribe", ...EVERYTHING }));
  await sleep(WARM_UP_MS);
  const from = { frames, atMs: performance.now() };
  const cpu = process.cpuUsage();
  await sleep(ROUND_MS);
  const messages = (frames - from.frames) * framesOf;
  const { user, system } = process.cpuUsage(cpu);
  const elapsedSeconds = (performance.now() - from.atMs) / 1_000;
  await wire.close(systemClock, 1_000);
  await source.close();
  await venue.close();
  return {
    cpuUs: (user + system) / messages,
    ratePerSecond: messages / elapsedSeconds,
  };
}

/** The same for a client as a user has it: everything that the venue sent must have been received. */
async function measureBlock(): Promise<Measure[]> {
  const venue = await startVenueProcess({ load: { messagesPerSecond: RATE_PER_SECOND } });
  const client = new AlpacaWebSocketClient({
    credentials: CREDENTIALS,
    url: venue.url.replace("http:", "ws:"),
    isolate: true,
  });
  await client.connect();
  await client.subscribe(EVERYTHING);
  await sleep(1_000);
  const before = client.getMetrics().messages;
  const beganMs = performance.now();
  while (performance.now() - beganMs < BLOCK_MS);
  const { messages: afterBlock } = client.getMetrics();
  const catchUpMs = await caughtUp(client);
  const arrivedMeanwhile = client.getMetrics().messages - before;
  await client.unsubscribe(EVERYTHING);
  await sleep(500);
  const sent = await sentBy(venue);
  const { messages, reconnects } = client.getMetrics();
  await client.disconnect();
  await venue.close();
  if (afterBlock !== before) throw new Error("the event loop was not blocked");
  return [
    atMost("isolated, messages lost in a block of 5 s at 100,000/s", sent - messages, 0),
    atMost("isolated, reconnects in the same", reconnects, 0),
    noted("isolated, messages that arrived until it had caught up", arrivedMeanwhile),
    noted("isolated, ms to catch up", catchUpMs),
  ];
}

/** Resolves when messages come no faster than the venue makes them, and tells how long that took. */
async function caughtUp(client: AlpacaWebSocketClient): Promise<number> {
  const beganMs = performance.now();
  let [lastMs, last] = [beganMs, client.getMetrics().messages];
  for (;;) {
    await sleep(200);
    const [nowMs, now] = [performance.now(), client.getMetrics().messages];
    const ratePerSecond = ((now - last) * 1_000) / (nowMs - lastMs);
    if (ratePerSecond < RATE_PER_SECOND * 1.1 || nowMs - beganMs > 30_000) return nowMs - beganMs;
    [lastMs, last] = [nowMs, now];
  }
}

async function sentBy(venue: Awaited<ReturnType<typeof startVenueProcess>>): Promise<number> {
  const load = await venue.load();
  const streams = load?.streams ?? [];
  const counts = streams.flatMap(({ sentByChannel: { trades, quotes, bars } }) => [
    trades,
    quotes,
    bars,
  ]);
  return counts.reduce((sum, count) => sum + count, 0);
}
