import { setTimeout as sleep } from "node:timers/promises";
import { AlpacaWebSocketClient } from "holdfast";
import { answerQuestions, type OwnProcess, startOwnProcess } from "./own-process.ts";

/** A simulator's load to be received in full. */
export interface Tape {
  readonly url: string;
  /** The busiest first. */
  readonly symbols: readonly string[];
  /** How many callbacks there are: three for everything, the others for single symbols. */
  readonly sinks: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** What became of it: counts from the first message to the last, figures without the warm-up. */
export interface Taped {
  readonly received: { readonly trades: number; readonly quotes: number; readonly bars: number };
  /** Trades whose number is not the next one of their symbol. */
  readonly outOfSequence: number;
  readonly reconnects: number;
  /** Their codes. */
  readonly errors: readonly string[];
  readonly messagesPerSecond: number;
  readonly cpuNs: number;
  readonly cpuShare: number;
  readonly connectedMs: number;
  /** One of each second: how late quotes were on average, and how much memory was in use. */
  readonly lateMs: readonly number[];
  readonly rssBytes: readonly number[];
}

const EVERYTHING = { trades: ["*"], quotes: ["*"], bars: ["*"] };
/** The first trade of each symbol has the next higher number. */
const BASE_ID = 1_000_000_000_000;
const QUOTES_PER_SAMPLE = 256;

/** A client in a process of its own. */
export function startTapeClient(): OwnProcess<Tape, Taped> {
  return startOwnProcess(import.meta.filename);
}

answerQuestions(import.meta.filename, receive);

async function receive(tape: Tape): Promise<Taped> {
  const client = new AlpacaWebSocketClient({
    credentials: { keyId: "PKBENCH", secretKey: "bench" },
    url: tape.url,
  });
  const errors: string[] = [];
  client.onError(({ code }) => errors.push(code));
  const { received, sequence, lateness } = addSinks(client, tape);
  await client.connect();
  const connectedMs = performance.now();
  await client.subscribe(EVERYTHING);
  await sleep(tape.warmUpSeconds * 1_000);
  const from = { messages: total(received), atMs: performance.now() };
  const cpu = process.cpuUsage();
  const lateMs: number[] = [];
  const rssBytes: number[] = [];
  for (let second = 0; second < tape.seconds; second++) {
    lateness.sumMs = 0;
    lateness.count = 0;
    await sleep(1_000);
    lateMs.push(lateness.sumMs / lateness.count);
    rssBytes.push(process.memoryUsage.rss());
  }
  const { user, system } = process.cpuUsage(cpu);
  const elapsedMs = performance.now() - from.atMs;
  const messages = total(received) - from.messages;
  // What was sent before the acknowledgement has come before it.
  await client.unsubscribe(EVERYTHING);
  const { reconnects } = client.getMetrics();
  await client.disconnect();
  return {
    received,
    outOfSequence: sequence.broken,
    reconnects,
    errors,
    messagesPerSecond: (messages * 1_000) / elapsedMs,
    cpuNs: ((user + system) * 1_000) / messages,
    cpuShare: (user + system) / 1_000 / elapsedMs,
    connectedMs: performance.now() - connectedMs,
    lateMs,
    rssBytes,
  };
}

interface Sinks {
  readonly received: { trades: number; quotes: number; bars: number };
  readonly sequence: { broken: number };
  /** Of some quotes, from the venue's time to the arrival here; a bar's time is the start of a minute. */
  readonly lateness: { sumMs: number; count: number };
}

function addSinks(client: AlpacaWebSocketClient, { symbols, sinks }: Tape): Sinks {
  const received = { trades: 0, quotes: 0, bars: 0 };
  const sequence = { broken: 0 };
  const lateness = { sumMs: 0, count: 0 };
  const lastIds = new Map<string, number>();
  client.route("trades", "*", (message) => {
    received.trades++;
    if (message.type !== "trade") return;
    const id = Number(message.id);
    if (id !== (lastIds.get(message.symbol) ?? BASE_ID) + 1) sequence.broken++;
    lastIds.set(message.symbol, id);
  });
  client.route("quotes", "*", (message) => {
    if (++received.quotes % QUOTES_PER_SAMPLE !== 0 || message.type !== "quote") return;
    lateness.sumMs += message.receivedMs - message.timestampMs;
    lateness.count++;
  });
  client.route("bars", "*", () => void received.bars++);
  const latest = new Map<string, unknown>();
  for (let sink = 3; sink < sinks; sink++) {
    const symbol = symbols[sink] as string;
    client.route(sink % 2 === 0 ? "trades" : "quotes", symbol, (message) => {
      latest.set(symbol, message);
    });
  }
  return { received, sequence, lateness };
}

function total({ trades, quotes, bars }: Sinks["received"]): number {
  return trades + quotes + bars;
}
