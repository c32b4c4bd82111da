// Whether a client gives back what it takes: a thousand times it subscribes, loses its connection, gets
// it back with its subscriptions, and unsubscribes.
import { type Cycled, startCyclingClient } from "../support/cycling-client-process.ts";
import { atMost, type Measure, noted } from "../support/measure.ts";
import { startVenueProcess } from "../support/venue-process.ts";

const CYCLES = 1_000;
const WARM_UP_CYCLES = 100;
/** So many symbols that each has been seen before the first look. */
const SYMBOLS = 200;
const MOST_GROWTH = 1.05;

/** @param scale - how long everything takes, 1 being the measure */
export async function measureCycles(scale: number): Promise<Measure[]> {
  const symbols = Array.from({ length: SYMBOLS }, (_, index) => `SYM${letters(index)}`);
  const venue = await startVenueProcess({ universe: symbols });
  const client = startCyclingClient();
  try {
    const cycled = await client.ask({
      url: venue.url,
      symbols,
      warmUpCycles: WARM_UP_CYCLES,
      cycles: CYCLES * scale,
    });
    return judge(cycled);
  } finally {
    await Promise.all([client.close(), venue.close()]);
  }
}

function judge({
  heapBefore,
  heapAfter,
  cycles,
  reconnects,
  errors,
  elapsedMs,
}: Cycled): Measure[] {
  return [
    atMost(
      `heap after ${cycles} cycles, over that after ${WARM_UP_CYCLES}`,
      heapAfter / heapBefore,
      MOST_GROWTH,
    ),
    noted("heap after them, MiB", heapAfter / 2 ** 20),
    atMost("cycles without their reconnect", cycles - reconnects, 0),
    atMost("errors in the cycles that are no lost connection", errors, 0),
    noted("a cycle of subscribe, cut, reconnect and unsubscribe, ms", elapsedMs / cycles),
  ];
}

function letters(index: number): string {
  return String.fromCharCode(65 + Math.floor(index / 26), 65 + (index % 26)).slice(0, 2);
}
