import { describe, expect, test } from "vitest";
import { timeOfMilliseconds, type VenueTime } from "../../model/venue-time.ts";
import { doublingsAfter, judgeSilence, laterOf, toleranceOf, withAnswer } from "./silence.ts";

const SEEN_MS = 1_700_000_000_000;
const at = timeOfMilliseconds;

function times(bySymbol: Record<string, number>): ReadonlyMap<string, VenueTime> {
  return new Map(Object.entries(bySymbol).map(([symbol, ms]) => [symbol, at(ms)]));
}

const judge = (
  symbols: readonly string[],
  latest: ReadonlyMap<string, VenueTime>,
  seen: VenueTime | undefined,
  known: ReadonlyMap<string, VenueTime>,
): string => judgeSilence(symbols, latest, seen, known, 1_000);

describe("judgeSilence", () => {
  test.each([
    [0, "quiet"],
    [-60_000, "quiet"],
    [1_000, "quiet"],
    [1_001, "mute"],
  ])("a latest message %i ms after what was seen: %s", (laterMs, verdict) => {
    const latest = times({ AAPL: SEEN_MS + laterMs });
    expect(judge(["AAPL"], latest, at(SEEN_MS), new Map())).toBe(verdict);
  });

  test("one newer symbol is enough", () => {
    const latest = times({ AAPL: SEEN_MS, MSFT: SEEN_MS + 5_000 });
    expect(judge(["AAPL", "MSFT"], latest, at(SEEN_MS), new Map())).toBe("mute");
  });

  test("a venue that has nothing of what was asked knows nothing newer", () => {
    expect(judge(["AAPL"], new Map(), at(SEEN_MS), new Map())).toBe("quiet");
  });

  test("without anything to compare with it is undecided", () => {
    const latest = times({ AAPL: SEEN_MS });
    expect(judge(["AAPL"], latest, undefined, new Map())).toBe("undecided");
  });

  test("a symbol is compared with what was known of itself", () => {
    const known = times({ AAPL: SEEN_MS, MSFT: SEEN_MS - 100_000 });
    const same = times({ AAPL: SEEN_MS, MSFT: SEEN_MS - 100_000 });
    const more = times({ AAPL: SEEN_MS, MSFT: SEEN_MS - 90_000 });
    expect(judge(["AAPL", "MSFT"], same, undefined, known)).toBe("quiet");
    expect(judge(["AAPL", "MSFT"], more, undefined, known)).toBe("mute");
    expect(judge(["AAPL", "MSFT"], more, at(SEEN_MS), known)).toBe("quiet");
  });
});

describe("withAnswer", () => {
  test("keeps the first answer of each symbol, and that there was none", () => {
    const first = withAnswer(new Map(), ["AAPL", "MSFT"], times({ AAPL: 1_000 }));
    const second = withAnswer(first, ["AAPL", "MSFT"], times({ AAPL: 2_000, MSFT: 5_000 }));
    expect(second).toEqual(new Map([...times({ AAPL: 1_000, MSFT: 0 })]));
    expect(judge(["MSFT"], times({ MSFT: 5_000 }), undefined, second)).toBe("mute");
  });

  test("holds no more symbols than were asked for", () => {
    const first = withAnswer(new Map(), ["AAPL"], new Map());
    expect([...withAnswer(first, ["MSFT"], new Map()).keys()]).toEqual(["MSFT"]);
  });
});

test("a tolerance is small beside the patience, and a second at most", () => {
  expect([toleranceOf(300), toleranceOf(10_000), toleranceOf(60_000)]).toEqual([30, 1_000, 1_000]);
});

test("the later of two moments, of one, of none", () => {
  expect(laterOf(at(1), at(2))).toEqual(at(2));
  expect(laterOf(at(2), at(1))).toEqual(at(2));
  expect(laterOf(at(1), undefined)).toEqual(at(1));
  expect(laterOf(undefined, at(1))).toEqual(at(1));
  expect(laterOf(undefined, undefined)).toBeUndefined();
});

test("quiet may be asked for more often than a connection is replaced", () => {
  const grown = (finding: "quiet" | "mute" | "unknown"): number => {
    let doublings = 0;
    for (let i = 0; i < 20; i++) doublings = doublingsAfter(doublings, finding);
    return doublings;
  };
  expect([grown("quiet"), grown("mute"), grown("unknown")]).toEqual([3, 6, 6]);
  expect(doublingsAfter(6, "quiet")).toBe(3);
});
