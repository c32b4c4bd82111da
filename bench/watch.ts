// The main job: how soon `npm start` shows the first message, and what one client does for a minute
// at 50,000 messages a second. The simulator runs in its own process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { AlpacaWebSocketClient } from "holdfast";
import { atLeast, atMost, type Measure, median, noted, report } from "./support/measure.ts";
import { startVenueProcess } from "./support/venue-process.ts";

const STARTS = 5;
const RATE_PER_SECOND = 50_000;
const SYMBOLS = 500;
const SECONDS = 60;
const WARM_UP_SECONDS = 10;

const json = process.argv.includes("--json");
report([...(await measureStart()), ...(await measureMinute())], json);

async function measureStart(): Promise<Measure[]> {
  const times: number[] = [];
  for (let start = 0; start < STARTS; start++) times.push(await timeToFirstMessage());
  return [
    atMost("start to first message, ms (median)", median(times), 2_000),
    noted("start to first message, ms (slowest)", Math.max(...times)),
  ];
}

/** From `npm start` to the first line of market data on its standard output. */
async function timeToFirstMessage(): Promise<number> {
  const beganMs = performance.now();
  const child = spawn("npm", ["start", "--silent", "--", "--json", "--duration", "3s", "--sim"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    const { type } = JSON.parse(line) as { type: string };
    if (type !== "quote" && type !== "trade") continue;
    const elapsedMs = performance.now() - beganMs;
    child.kill("SIGTERM");
    child.stdout.resume();
    await exited;
    return elapsedMs;
  }
  throw new Error("npm start ended without a message");
}

async function measureMinute(): Promise<Measure[]> {
  const venue = await startVenueProcess(RATE_PER_SECOND / SYMBOLS);
  const client = new AlpacaWebSocketClient({
    credentials: { keyId: "PKBENCH", secretKey: "bench" },
    url: venue.url,
  });
  const symbols = Array.from({ length: SYMBOLS }, (_, index) => symbolName(index));
  let received = 0;
  client.registerHandler("t", () => void received++);
  client.registerHandler("q", () => void received++);
  await client.connect();
  await client.subscribe({ trades: symbols, quotes: symbols });

  await sleep(WARM_UP_SECONDS * 1_000);
  const loop = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();
  const from = { received, atMs: performance.now() };
  const cpu = process.cpuUsage();
  const late: number[] = [];
  const rss: number[] = [];
  for (let second = 0; second < SECONDS; second++) {
    await sleep(1_000);
    late.push(lateness(client));
    rss.push(process.memoryUsage.rss());
  }
  const elapsedSeconds = (performance.now() - from.atMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const count = received - from.received;
  const metrics = client.getMetrics();
  await client.disconnect();
  await venue.close();
  return [
    atLeast("messages per second received", count / elapsedSeconds, RATE_PER_SECOND * 0.98),
    // A queue that grows, wherever it is, makes messages later and later.
    atMost(
      "lateness at the end less at the start, ms",
      median(late.slice(-10)) - median(late.slice(0, 10)),
      20,
    ),
    noted("lateness, ms (median)", median(late)),
    atMost(
      "memory at the end over after warm-up",
      median(rss.slice(-10)) / median(rss.slice(0, 10)),
      1.1,
    ),
    noted("memory, MiB (median)", median(rss) / 2 ** 20),
    noted("processor time per message, µs", (user + system) / count),
    noted("event loop delay, ms (99th percentile)", loop.percentile(99) / 1e6),
    atMost("reconnects", metrics.reconnects, 0),
    atMost("undecodable frames", metrics.decodeErrors, 0),
  ];
}

function lateness(client: AlpacaWebSocketClient): number {
  return client.getMetrics().latency?.averageMs ?? Number.NaN;
}

/** AAA, AAB, AAC … */
function symbolName(index: number): string {
  const letter = (place: number): string =>
    String.fromCharCode(65 + (Math.floor(index / 26 ** place) % 26));
  return `${letter(2)}${letter(1)}${letter(0)}`;
}
