import type { Bar } from "../model/bar.ts";

/** How far back to look, in days, until there are enough bars: nights, weekends, holidays, halts. */
const WINDOWS_DAYS = [1, 2, 5, 10, 15, 30, 120, 3_650] as const;
const DAY_MS = 86_400_000;

/** Asks for bars that start at or after a moment, latest first, page by page. */
export type BarPages = (startMs: number) => AsyncIterable<readonly Bar[]>;

/**
 * The last `limit` bars before now, each once, oldest first. Looks back further and further until
 * there are enough; fewer come back only when ten years hold no more.
 */
export async function recentBars(nowMs: number, limit: number, pages: BarPages): Promise<Bar[]> {
  let bars: Bar[] = [];
  for (const days of WINDOWS_DAYS) {
    bars = await lastBars(limit, pages(nowMs - days * DAY_MS));
    if (bars.length >= limit) break;
  }
  return bars;
}

async function lastBars(limit: number, pages: AsyncIterable<readonly Bar[]>): Promise<Bar[]> {
  const byStart = new Map<number, Bar>();
  for await (const page of pages) {
    for (const bar of page) byStart.set(bar.seconds, bar);
    if (byStart.size >= limit) break;
  }
  return [...byStart.values()].sort((a, b) => a.seconds - b.seconds).slice(-limit);
}
