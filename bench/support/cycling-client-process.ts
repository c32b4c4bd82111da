import { setTimeout as sleep } from "node:timers/promises";
import { AlpacaWebSocketClient } from "holdfast";
import { answerQuestions, type OwnProcess, startOwnProcess } from "./own-process.ts";

export interface Cycling {
  readonly url: string;
  readonly symbols: readonly string[];
  /** Of the cycles, those before the first look at the heap. */
  readonly warmUpCycles: number;
  readonly cycles: number;
}

export interface Cycled {
  readonly cycles: number;
  /** Bytes in use after collecting: after the warm-up, and at the end. */
  readonly heapBefore: number;
  readonly heapAfter: number;
  readonly reconnects: number;
  /** Beside those of the connections that were cut. */
  readonly errors: number;
  readonly elapsedMs: number;
}

const SYMBOLS_IN_A_CYCLE = 10;
const LONGEST_RECONNECT_MS = 10_000;

/**
 * A client in a process of its own, which needs `--expose-gc`. Nothing is compiled to machine code there:
 * that would go on for thousands of cycles, and what it takes is in the heap, too.
 */
export function startCyclingClient(): OwnProcess<Cycling, Cycled> {
  return startOwnProcess(import.meta.filename, ["--no-opt", "--no-sparkplug"]);
}

answerQuestions(import.meta.filename, run);

async function run({ url, symbols, warmUpCycles, cycles }: Cycling): Promise<Cycled> {
  const client = new AlpacaWebSocketClient({
    credentials: { keyId: "PKBENCH", secretKey: "bench" },
    url,
    reconnect: { baseMs: 1, stableAfterMs: 0, breakerAfterFailures: Number.POSITIVE_INFINITY },
  });
  let errors = 0;
  client.onError(({ code }) => {
    if (code !== "ERR_CONNECTION_CLOSED") errors++;
  });
  await client.connect();
  let heapBefore = Number.NaN;
  const beganMs = performance.now();
  for (let cycle = 0; cycle < cycles; cycle++) {
    if (cycle === warmUpCycles) heapBefore = await heapInUse();
    const first = (cycle * SYMBOLS_IN_A_CYCLE) % symbols.length;
    const some = symbols.slice(first, first + SYMBOLS_IN_A_CYCLE);
    const selection = { trades: some, quotes: some, bars: some };
    await client.subscribe(selection);
    await cut(client, url);
    await client.unsubscribe(selection);
  }
  const elapsedMs = performance.now() - beganMs;
  const heapAfter = await heapInUse();
  const { reconnects } = client.getMetrics();
  await client.disconnect();
  return { cycles, heapBefore, heapAfter, reconnects, errors, elapsedMs };
}

/** Resolves when the connection that was cut is back. */
async function cut(client: AlpacaWebSocketClient, url: string): Promise<void> {
  const giveUp = new AbortController();
  const back = new Promise<void>((resolve) => {
    const forget = client.onReconnect(() => {
      forget();
      resolve();
    });
  });
  const response = await fetch(`${url}/__simulator/faults`, {
    method: "POST",
    body: JSON.stringify({ kind: "cut" }),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`the simulator answered ${response.status}`);
  const overdue = sleep(LONGEST_RECONNECT_MS, "overdue", { signal: giveUp.signal });
  if ((await Promise.race([back, overdue.catch(() => "back")])) === "overdue") {
    throw new Error("the client does not reconnect");
  }
  giveUp.abort();
}

async function heapInUse(): Promise<number> {
  if (!globalThis.gc) throw new Error("--expose-gc is needed");
  for (let times = 0; times < 3; times++) {
    globalThis.gc();
    await sleep(20); // what is finalized frees more
  }
  return process.memoryUsage().heapUsed;
}
