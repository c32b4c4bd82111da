import { PerformanceObserver } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { answerQuestions, type OwnProcess, startOwnProcess } from "./own-process.ts";
import { ReceiveTally } from "./receive-tally.ts";
import { OPEN_CLIENT, type ReceiveOptions, type StreamClientKind } from "./stream-clients.ts";

/** One turn of a client: it connects, receives for a while, and goes. */
export interface ReceiveTurn extends ReceiveOptions {
  readonly kind: StreamClientKind;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

/** What became of it, without the warm-up. */
export interface Received {
  readonly messagesPerSecond: number;
  /** Processor time of all threads, per message. */
  readonly cpuNs: number;
  /** From the sender's stamp to the callback; `NaN` where nothing is stamped. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** How long the garbage collector stopped everything, per second. */
  readonly gcMsPerSecond: number;
}

/** A client in a process of its own, which stays for all its turns. */
export function startStreamClient(): OwnProcess<ReceiveTurn, Received> {
  return startOwnProcess(import.meta.filename);
}

answerQuestions(import.meta.filename, receive);

async function receive(turn: ReceiveTurn): Promise<Received> {
  const tally = new ReceiveTally();
  const close = await OPEN_CLIENT[turn.kind](turn, tally);
  await sleep(turn.warmUpMs);
  let gcMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) gcMs += duration;
  });
  observer.observe({ entryTypes: ["gc"] });
  tally.forgetLatencies();
  const from = { messages: tally.messages, atMs: performance.now() };
  const cpu = process.cpuUsage();
  await sleep(turn.durationMs);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - from.atMs) / 1_000;
  const messages = tally.messages - from.messages;
  const [p50Us = Number.NaN, p99Us = Number.NaN] = tally.percentiles(0.5, 0.99);
  observer.disconnect();
  await close();
  if (messages === 0) throw new Error(`${turn.kind} received nothing`);
  return {
    messagesPerSecond: messages / seconds,
    cpuNs: ((user + system) * 1_000) / messages,
    p50Us,
    p99Us,
    gcMsPerSecond: gcMs / seconds,
  };
}
