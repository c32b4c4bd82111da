import { type Flood, type FloodOptions, startFlood } from "./flood-process.ts";
import { median } from "./measure.ts";
import { type Received, startStreamClient } from "./stream-client-process.ts";
import type { StreamClientKind } from "./stream-clients.ts";

/** Who receives what. */
export interface Entry {
  readonly kind: StreamClientKind;
  readonly flood: FloodOptions;
}

/** What became of someone's turns, one in each round. */
export type Turns = readonly Received[];

export interface TurnLengths {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

/**
 * Everybody has a process of their own, and takes turns within each round, so that whatever else the
 * machine does meets all. Those of the same flood share its process: one is connected at a time.
 */
export async function interleavedTurns<Name extends string>(
  entries: Readonly<Record<Name, Entry>>,
  { rounds, warmUpMs, durationMs }: TurnLengths,
): Promise<Record<Name, Turns>> {
  const list = Object.entries<Entry>(entries) as [Name, Entry][];
  const floods = new Map<string, Flood>();
  const runners = list.map(([name, entry]) => ({
    name,
    entry,
    client: startStreamClient(),
    turns: [] as Received[],
  }));
  try {
    for (const { flood } of Object.values<Entry>(entries)) {
      const key = JSON.stringify(flood);
      if (!floods.has(key)) floods.set(key, await startFlood(flood));
    }
    for (let round = 0; round <= rounds; round++) {
      for (const { entry, client, turns } of runners) {
        const { kind, flood } = entry;
        const { frames, compression = false } = flood;
        const { url } = floods.get(JSON.stringify(flood)) as Flood;
        const turn = { kind, url, frames, compression, warmUpMs, durationMs };
        const received = await client.ask(turn);
        if (round > 0) turns.push(received); // the first round only warms up
      }
    }
  } finally {
    const processes = [...floods.values(), ...runners.map(({ client }) => client)];
    await Promise.all(processes.map((each) => each.close()));
  }
  const taken = runners.map(({ name, turns }): [string, Turns] => [name, turns]);
  return Object.fromEntries(taken) as Record<Name, Turns>;
}

/** The median of a figure over somebody's turns. */
export function middleOf(turns: Turns, figure: keyof Received): number {
  return median(turns.map((turn) => turn[figure]));
}
