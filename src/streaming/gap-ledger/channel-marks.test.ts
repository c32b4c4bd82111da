import { describe, expect, test } from "vitest";
import { ChannelMarks } from "./channel-marks.ts";

const at = (seconds: number, key = 0) => ({ seconds, nanos: 0, key });

describe("ChannelMarks", () => {
  test("knows the latest messages of a symbol, in the order in which they came", () => {
    const marks = new ChannelMarks(4);
    for (const seconds of [1, 2, 3, 4, 5, 6]) marks.note(7, seconds, 0, seconds * 10);
    expect(marks.recent(7)).toEqual([at(3, 30), at(4, 40), at(5, 50), at(6, 60)]);
    expect(marks.count(7)).toBe(6);
    expect(marks.recent(0)).toEqual([]);
    expect(marks.seenIds()).toEqual([7]);
  });

  test("says up to where messages are no longer known, also when the oldest of them came late", () => {
    const marks = new ChannelMarks(2);
    marks.note(0, 5, 1, 0);
    marks.note(0, 3, 0, 0);
    expect(marks.forgotten(0)).toBeUndefined();
    marks.note(0, 6, 0, 0);
    expect(marks.forgotten(0)).toEqual({ seconds: 5, nanos: 1 });
    marks.note(0, 7, 0, 0);
    expect(marks.forgotten(0)).toEqual({ seconds: 5, nanos: 1 });
    marks.note(0, 8, 0, 0);
    expect(marks.forgotten(0)).toEqual({ seconds: 6, nanos: 0 });
    expect(marks.forgotten(1)).toBeUndefined();
    expect(marks.forgotten(1_000_000)).toBeUndefined();
  });

  test("of one second the nanoseconds decide what is forgotten", () => {
    const marks = new ChannelMarks(2);
    for (const nanos of [5, 9, 7, 1, 2]) marks.note(0, 1, nanos, 0);
    expect(marks.forgotten(0)).toEqual({ seconds: 1, nanos: 9 });
  });

  test("grows with the symbols' numbers and keeps what it knew", () => {
    const marks = new ChannelMarks(2);
    for (const seconds of [1, 2, 3]) marks.note(63, seconds, 4, 5);
    marks.note(1_000, 9, 0, 0);
    expect(marks.recent(63)).toEqual([
      { seconds: 2, nanos: 4, key: 5 },
      { seconds: 3, nanos: 4, key: 5 },
    ]);
    expect(marks.forgotten(63)).toEqual({ seconds: 1, nanos: 4 });
    expect(marks.forgotten(500)).toBeUndefined();
    expect(marks.seenIds()).toEqual([63, 1_000]);
  });

  test("a message that came late does not set the latest moment back", () => {
    const marks = new ChannelMarks(4);
    expect(marks.last(0)).toBeUndefined();
    marks.note(0, 5, 0, 1);
    marks.note(0, 5, 2, 2);
    marks.note(0, 5, 1, 3);
    marks.note(0, 4, 9, 4);
    expect(marks.last(0)).toEqual({ seconds: 5, nanos: 2, key: 2 });
  });

  test("tells the time of what came last, of whatever symbol", () => {
    const marks = new ChannelMarks(1);
    expect(marks.newest).toBeUndefined();
    marks.note(0, 5, 0, 0);
    marks.note(1, 4, 3, 0);
    expect(marks.newest).toEqual({ seconds: 4, nanos: 3 });
  });

  test("forgets one symbol and no other", () => {
    const marks = new ChannelMarks(1);
    for (const seconds of [1, 2]) for (const id of [0, 1]) marks.note(id, seconds, 0, 0);
    marks.forget(0);
    marks.forget(-1);
    marks.forget(1_000_000);
    expect([marks.recent(0), marks.count(0), marks.forgotten(0)]).toEqual([[], 0, undefined]);
    expect([marks.recent(1), marks.count(1)]).toEqual([[at(2)], 2]);
  });

  test("goes on where another left off", () => {
    const one = new ChannelMarks(2);
    for (const seconds of [1, 2, 3]) one.note(0, seconds, 0, 0);
    const other = new ChannelMarks(2);
    other.adopt(100, one.recent(0), one.forgotten(0));
    expect(other.recent(100)).toEqual(one.recent(0));
    expect(other.forgotten(100)).toEqual({ seconds: 1, nanos: 0 });
  });
});
