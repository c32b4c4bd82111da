import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../../src/core/random.ts";
import { AlpacaClient } from "../../src/hub/alpaca-client.ts";
import type { Gap } from "../../src/model/gap.ts";
import { type RemoteSimulator, startSimulatorWorker } from "../../src/simulator/index.ts";
import type { GapPolicy } from "../../src/streaming/gap-ledger/channel-rules.ts";
import { planMishaps } from "./chaos-plan.ts";
import { type DeliveryCheck, sumOf } from "./delivery-check.ts";
import { RunRecord, symbolName } from "./run-record.ts";

/** What a run is to be like. */
export interface ChaosOptions {
  /** Decides the market, what goes wrong, and when. */
  readonly seed: number;
  /** How often something goes wrong. */
  readonly cuts: number;
  readonly durationMs: number;
  readonly symbols: number;
  /** `report` switches repair off: the control. */
  readonly policy: GapPolicy;
  progress?(line: string): void;
}

/** How a run went. */
export interface ChaosResult extends DeliveryCheck {
  readonly type: "chaos";
  readonly seed: number;
  readonly policy: GapPolicy;
  readonly cuts: number;
  readonly reconnects: number;
  readonly gapsRepaired: number;
  readonly gapsLost: number;
  readonly recovered: number;
  readonly bars: number;
  readonly seconds: number;
}

const CREDENTIALS = { keyId: "PKCHAOS", secretKey: "chaos" };
/** Trades and quotes per second and symbol; a seventh of them are trades. */
const RATE_PER_SYMBOL = 20;
const CHANNELS = ["trades", "bars"] as const;
/** What is still on its way at the end must have arrived by then. */
const SETTLED_MS = 1_500;
const LONGEST_SETTLING_MS = 10_000;
const PROGRESS_MS = 10_000;

/** Streams trades and bars while everything goes wrong, and compares what came with the tape. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const beganMs = performance.now();
  const venue = await startSimulatorWorker({
    seed: options.seed,
    ratePerSymbol: RATE_PER_SYMBOL,
    plan: { ghostMs: 500, requestsPerMinute: 10_000, handshakesPerMinute: 1_000_000 },
  });
  const client = openClient(venue, options);
  try {
    const record = new RunRecord(client.stream, (tell) => client.onGap(tell));
    const symbols = Array.from({ length: options.symbols }, (_, at) => symbolName(at));
    await client.connectStream(symbols, { channels: [...CHANNELS] });
    await unleash(venue, options, client);
    await untilSettled(client);
    const endMs = Date.now();
    await sleep(SETTLED_MS);
    const checks = await record.compare(venue, symbols, endMs, client.stream.ledger.report());
    const { gaps } = record;
    const count = (status: Gap["status"]): number =>
      gaps.filter((gap) => gap.status === status).length;
    return {
      type: "chaos",
      seed: options.seed,
      policy: options.policy,
      cuts: options.cuts,
      ...sumOf(checks),
      reconnects: client.getHealth().stream.reconnects,
      gapsRepaired: count("repaired"),
      gapsLost: count("lost"),
      recovered: gaps.reduce((sum, gap) => sum + gap.recovered, 0),
      bars: record.bars,
      seconds: Math.round((performance.now() - beganMs) / 1_000),
    };
  } finally {
    await client.close();
    await venue.close();
  }
}

function openClient(venue: RemoteSimulator, { seed, policy }: ChaosOptions): AlpacaClient {
  return new AlpacaClient({
    credentials: CREDENTIALS,
    url: venue.url,
    requestsPerMinute: 10_000,
    random: seededRandom(seed),
    stream: {
      reconnect: {
        baseMs: 20,
        maxMs: 500,
        stableAfterMs: 200,
        breakerAfterFailures: Number.POSITIVE_INFINITY,
        reauthenticateAfterMs: 100,
        limitReconnectAfterMs: 50,
      },
      timeouts: { connectMs: 1_000, welcomeMs: 500, authMs: 500, ackMs: 1_000, closeMs: 200 },
      heartbeat: { intervalMs: 300, timeoutMs: 500 },
      staleAfterMs: 1_000,
      expectsData: () => true,
      backfill: { policy, settleMs: 50 },
    },
  });
}

/** Lets everything go wrong, at its moment. */
async function unleash(
  venue: RemoteSimulator,
  options: ChaosOptions,
  client: AlpacaClient,
): Promise<void> {
  const mishaps = planMishaps(options.seed, options.cuts, options.durationMs);
  const beganMs = performance.now();
  let toldMs = 0;
  for (const [at, { atMs, kind, faults }] of mishaps.entries()) {
    const elapsedMs = performance.now() - beganMs;
    await sleep(Math.max(0, atMs - elapsedMs));
    for (const fault of faults) await venue.inject(fault);
    if (elapsedMs - toldMs < PROGRESS_MS) continue;
    toldMs = elapsedMs;
    const { state, messages, reconnects } = client.getHealth().stream;
    const seconds = Math.round(elapsedMs / 1_000);
    options.progress?.(
      `${seconds} s: ${at + 1}/${mishaps.length} mishaps, now ${kind}; ${state}, ${messages} messages, ${reconnects} reconnects`,
    );
  }
  await sleep(Math.max(0, options.durationMs - (performance.now() - beganMs)));
}

/** Until nothing is missing any more that may yet be found. */
async function untilSettled(client: AlpacaClient): Promise<void> {
  const deadlineMs = performance.now() + LONGEST_SETTLING_MS;
  await sleep(SETTLED_MS);
  while (performance.now() < deadlineMs) {
    const channels = Object.values(client.stream.ledger.report());
    const isOpen = channels.some((bySymbol) => Object.values(bySymbol).some((one) => one.isOpen));
    if (!isOpen && client.stream.isLive) return;
    await sleep(100);
  }
}
