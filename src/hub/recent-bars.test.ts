import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { barAt } from "../../test/support/alpaca-models.ts";
import type { Bar } from "../model/bar.ts";
import { type BarPages, recentBars } from "./recent-bars.ts";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2024-07-17T16:00:00Z");

/** A venue with bars at these moments (seconds before now), which pages them latest first. */
function venueWith(agoSeconds: readonly number[], pageSize = 3) {
  const starts: number[] = [];
  let pagesRead = 0;
  const pages: BarPages = async function* (startMs) {
    starts.push((NOW - startMs) / DAY_MS);
    const bars = agoSeconds
      .map((ago) => barAt(NOW / 1_000 - ago))
      .filter((bar) => bar.seconds * 1_000 >= startMs)
      .sort((a, b) => b.seconds - a.seconds);
    for (let from = 0; from < bars.length; from += pageSize) {
      pagesRead++;
      yield bars.slice(from, from + pageSize);
    }
  };
  return { pages, starts, pagesRead: () => pagesRead };
}

const seconds = (bars: readonly Bar[]): number[] => bars.map((bar) => NOW / 1_000 - bar.seconds);
const everyMinute = (count: number): number[] => Array.from({ length: count }, (_, i) => i * 60);

describe("recentBars", () => {
  test("gives the last bars, exactly as many as were asked for, oldest first", async () => {
    const venue = venueWith(everyMinute(20));
    expect(seconds(await recentBars(NOW, 5, venue.pages))).toEqual([240, 180, 120, 60, 0]);
    expect(venue.starts).toEqual([1]);
  });

  test("reads no more pages than it needs", async () => {
    const venue = venueWith(everyMinute(100), 10);
    await recentBars(NOW, 15, venue.pages);
    expect(venue.pagesRead()).toBe(2);
  });

  test("looks back further and further until there are enough", async () => {
    const day = 86_400;
    const venue = venueWith([60, day + 60, 3 * day, 12 * day]);
    expect(seconds(await recentBars(NOW, 3, venue.pages))).toEqual([3 * day, day + 60, 60]);
    expect(venue.starts).toEqual([1, 2, 5]);
  });

  test("ends at ten years with what there is", async () => {
    const day = 86_400;
    const venue = venueWith([60, 29 * day, 3_651 * day]);
    expect(seconds(await recentBars(NOW, 3, venue.pages))).toEqual([29 * day, 60]);
    expect(venue.starts).toEqual([1, 2, 5, 10, 15, 30, 120, 3_650]);
  });

  test("finds fifty daily bars, which take more than a month", async () => {
    const day = 86_400;
    const venue = venueWith(Array.from({ length: 200 }, (_, index) => index * day));
    expect(await recentBars(NOW, 50, venue.pages)).toHaveLength(50);
  });

  test("a symbol without bars has none", async () => {
    expect(await recentBars(NOW, 3, venueWith([]).pages)).toEqual([]);
  });

  test("a bar that comes twice, on one page or on two, counts once", async () => {
    const venue = venueWith([0, 0, 60, 60, 120, 180], 3);
    expect(seconds(await recentBars(NOW, 4, venue.pages))).toEqual([180, 120, 60, 0]);
  });

  test("empty pages are no end", async () => {
    const pages: BarPages = async function* () {
      yield [];
      yield [barAt(NOW / 1_000)];
      yield [];
      yield [barAt(NOW / 1_000 - 60)];
    };
    expect(seconds(await recentBars(NOW, 2, pages))).toEqual([60, 0]);
  });

  test("a failure of the venue is the caller's, not a short list", async () => {
    const pages: BarPages = async function* () {
      yield [barAt(NOW / 1_000)];
      throw new Error("no answer");
    };
    await expect(recentBars(NOW, 2, pages)).rejects.toThrow("no answer");
  });

  test("whatever the market: the last bars, each once, ascending, at most the limit", async () => {
    const moments = fc.array(fc.nat(40 * 86_400), { maxLength: 60 });
    const sizes = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 10 }));
    await fc.assert(
      fc.asyncProperty(moments, sizes, async (agoSeconds, [limit, pageSize]) => {
        const bars = await recentBars(NOW, limit, venueWith(agoSeconds, pageSize).pages);
        const expected = [...new Set(agoSeconds)]
          .sort((a, b) => a - b)
          .slice(0, limit)
          .reverse();
        expect(seconds(bars)).toEqual(expected);
      }),
    );
  });
});
