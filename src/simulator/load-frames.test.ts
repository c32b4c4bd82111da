import { decode, decodeTimestampToTimeSpec, ExtensionCodec } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import type { Encoding } from "./data-session.ts";
import { LoadCounts } from "./load-channels.ts";
import { LoadMarket } from "./load-market.ts";
import { LOAD_ID_BASE } from "./load-messages.ts";
import { LoadStamps } from "./load-stamps.ts";
import { formatTime, VenueTime } from "./venue-time.ts";

type Message = Record<string, unknown>;

const KEYS: Readonly<Record<string, readonly string[]>> = {
  t: ["T", "S", "i", "x", "p", "s", "c", "z", "t"],
  q: ["T", "S", "bx", "bp", "bs", "ax", "ap", "as", "c", "z", "t"],
  b: ["T", "S", "o", "h", "l", "c", "v", "t", "n", "vw"],
};

const FRAMES_OF = 40;
const SYMBOLS = 30;
const WALL_MS = 1_772_000_059_999;

const times = new ExtensionCodec();
times.register({
  type: -1,
  encode: () => null,
  decode: (bytes) => {
    const { sec, nsec } = decodeTimestampToTimeSpec(bytes);
    return formatTime(new VenueTime(sec, nsec));
  },
});

function read(encoding: Encoding, frame: Buffer): Message[] {
  return encoding === "json"
    ? (JSON.parse(frame.toString()) as Message[])
    : (decode(frame, { extensionCodec: times }) as Message[]);
}

const market = new LoadMarket(
  { messagesPerSecond: 1, symbols: SYMBOLS, framesOf: FRAMES_OF },
  1,
  new Set(),
);

/** Stamps and reads so many frames of one encoding. */
function framesOf(
  encoding: Encoding,
  frames: number,
  wallMs = (_frame: number) => WALL_MS,
): Message[] {
  const stamps = new LoadStamps(FRAMES_OF);
  const made = new LoadCounts(SYMBOLS);
  const count = market.script.kinds.length;
  return Array.from({ length: frames }).flatMap((_, frame) => {
    const first = (frame * FRAMES_OF) % count;
    stamps.stamp(market.script, first, FRAMES_OF, wallMs(frame), made);
    return read(encoding, market.frames(encoding).run(first, FRAMES_OF, stamps, 0));
  });
}

describe.each(["json", "messagepack"] as const)("frames of a load in %s", (encoding) => {
  // More than a round, so that messages are patched again.
  const frames = Math.ceil((market.script.kinds.length / FRAMES_OF) * 1.2);
  const messages = framesOf(encoding, frames);

  test("are well-formed, with the venue's keys in the venue's order", () => {
    expect(messages).toHaveLength(frames * FRAMES_OF);
    const wrong = messages.filter(
      (message) => Object.keys(message).join() !== KEYS[String(message["T"])]?.join(),
    );
    expect(wrong).toEqual([]);
    const isSound = ({ T, S, p, bp, ap, vw, c }: Message): boolean => {
      if (market.numberOf(String(S)) === undefined) return false;
      if (T === "t") return typeof p === "number" && Array.isArray(c);
      return T === "q" ? Number(ap) > Number(bp) : Number(vw) > 0;
    };
    expect(messages.filter((message) => !isSound(message))).toEqual([]);
  });

  test("number each symbol's trades 1, 2, 3 … without a hole", () => {
    const last = new Map<unknown, number>();
    const astray = messages.filter(({ T, S, i }) => {
      if (T !== "t") return false;
      const sequence = (last.get(S) ?? 0) + 1;
      last.set(S, sequence);
      return i !== LOAD_ID_BASE + sequence;
    });
    expect(astray).toEqual([]);
    expect(last.size).toBe(SYMBOLS);
  });

  test("give every message a time of its own, later than the one before, and bars their minute", () => {
    const timed = messages.filter(({ T }) => T !== "b").map(({ t }) => String(t));
    const length = "2026-02-25T06:14:19.123456789Z".length;
    const astray = timed.filter(
      (time, at) => time.length !== length || time <= (timed[at - 1] ?? ""),
    );
    expect(astray).toEqual([]);
    const minutes = messages.filter(({ T }) => T === "b").map(({ t }) => String(t));
    expect(minutes.filter((time) => !time.endsWith(":00Z"))).toEqual([]);
    expect(String(messages.find(({ T }) => T === "b")?.["t"])).toBe("2026-02-25T06:14:00Z");
  });

  test("keep the order of times when the clock is set back, and follow it when it goes on", () => {
    const wallMs = [WALL_MS, WALL_MS - 60_000, WALL_MS + 5000];
    const stamped = framesOf(encoding, 3, (frame) => wallMs[frame] ?? 0)
      .filter(({ T }) => T !== "b")
      .map(({ t }) => String(t));
    expect(stamped.every((t, at) => at === 0 || t > (stamped[at - 1] ?? ""))).toBe(true);
    expect(stamped.at(-1)?.slice(0, 23)).toBe(new Date(WALL_MS + 5000).toISOString().slice(0, 23));
  });

  test("stay as they are when later ones are made", () => {
    const stamps = new LoadStamps(FRAMES_OF);
    const made = new LoadCounts(SYMBOLS);
    const frameAt = (wallMs: number): Buffer => {
      stamps.stamp(market.script, 0, FRAMES_OF, wallMs, made);
      return market.frames(encoding).run(0, FRAMES_OF, stamps, 0);
    };
    const first = frameAt(WALL_MS);
    const copy = Buffer.from(first);
    expect(frameAt(WALL_MS + 1).equals(copy)).toBe(false);
    expect(first.equals(copy)).toBe(true);
  });

  test("can be had in parts, which are their very messages", () => {
    const stamps = new LoadStamps(FRAMES_OF);
    stamps.stamp(market.script, 0, FRAMES_OF, WALL_MS, new LoadCounts(SYMBOLS));
    const source = market.frames(encoding);
    const whole = read(encoding, source.run(0, FRAMES_OF, stamps, 0));
    expect(read(encoding, source.run(15, FRAMES_OF - 15, stamps, 15))).toEqual(whole.slice(15));
    const picks = Uint32Array.from([0, 3, 4, 17, 39]);
    expect(read(encoding, source.picked(0, picks, 1, 4, stamps))).toEqual(
      [3, 4, 17, 39].map((at) => whole[at]),
    );
  });
});

test("both encodings say the same", () => {
  expect(framesOf("json", 30)).toEqual(framesOf("messagepack", 30));
});
