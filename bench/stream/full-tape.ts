// The whole tape of a busy second, for a minute: 500,000 messages a second of 8,000 symbols, for one
// client with fifty sinks. The simulator and the client have a process each.
import type { SimulatedLoad } from "holdfast/simulator";
import { atLeast, atMost, type Measure, median, noted } from "../support/measure.ts";
import { startTapeClient, type Taped } from "../support/tape-client-process.ts";
import { startVenueProcess } from "../support/venue-process.ts";

const RATE_PER_SECOND = 500_000;
const LOAD = { messagesPerSecond: RATE_PER_SECOND, symbols: 8_000, framesOf: 200 };
const WARM_UP_SECONDS = 10;
const SECONDS = 60;
const SINKS = 50;
/** Compared with each other: so many seconds of the beginning and of the end. */
const EDGE_SECONDS = 10;

/** @param scale - how long everything takes, 1 being the measure */
export async function measureFullTape(scale: number): Promise<Measure[]> {
  const venue = await startVenueProcess({ load: LOAD });
  const client = startTapeClient();
  try {
    const symbols = (await venue.load())?.symbols ?? [];
    const venueCpuMs = await venue.cpuMs();
    const taped = await client.ask({
      url: venue.url,
      symbols,
      sinks: SINKS,
      warmUpSeconds: WARM_UP_SECONDS * scale,
      seconds: SECONDS * scale,
    });
    if (taped.errors.length > 0) console.error(`full-tape: ${taped.errors.join(", ")}`);
    const load = await venue.load();
    const shareOfVenue = ((await venue.cpuMs()) - venueCpuMs) / taped.connectedMs;
    return [
      ...judge(taped, load),
      noted("full tape, the simulator's share of a core", shareOfVenue),
    ];
  } finally {
    await Promise.all([client.close(), venue.close()]);
  }
}

function judge(taped: Taped, load: SimulatedLoad | undefined): Measure[] {
  const { lateMs, rssBytes } = taped;
  const first = (values: readonly number[]): number => median(values.slice(0, EDGE_SECONDS));
  const last = (values: readonly number[]): number => median(values.slice(-EDGE_SECONDS));
  return [
    atLeast("full tape, messages per second", taped.messagesPerSecond, RATE_PER_SECOND * 0.98),
    // A queue that grows, wherever it is, makes messages later and later.
    atMost(
      "full tape, lateness at the end less at the start, ms",
      last(lateMs) - first(lateMs),
      20,
    ),
    noted("full tape, lateness, ms (median)", median(lateMs)),
    atMost(
      "full tape, memory at the end over after warm-up",
      last(rssBytes) / first(rssBytes),
      1.3,
    ),
    noted("full tape, memory, MiB (median)", median(rssBytes) / 2 ** 20),
    atMost("full tape, messages sent less received", lost(taped, load), 0),
    atMost("full tape, trades that do not follow the one before", taped.outOfSequence, 0),
    atMost("full tape, reconnects", taped.reconnects, 0),
    atMost("full tape, errors", taped.errors.length, 0),
    noted("full tape, share of a core", taped.cpuShare),
    noted("full tape, processor time per message, ns", taped.cpuNs),
    noted("full tape, messages the simulator was too late for", skipped(load)),
  ];
}

/** Whichever way they differ, channel by channel. */
function lost({ received }: Taped, load: SimulatedLoad | undefined): number {
  const streams = load?.streams ?? [];
  return (["trades", "quotes", "bars"] as const).reduce((sum, channel) => {
    const sent = streams.reduce((all, { sentByChannel }) => all + sentByChannel[channel], 0);
    return sum + Math.abs(sent - received[channel]);
  }, 0);
}

function skipped(load: SimulatedLoad | undefined): number {
  return (load?.streams ?? []).reduce((sum, stream) => sum + stream.skipped, 0);
}
