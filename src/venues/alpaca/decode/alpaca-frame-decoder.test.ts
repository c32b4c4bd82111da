import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alpacaFrames } from "../../../../bench/support/alpaca-frames.ts";
import { EXAMPLE_MESSAGES } from "../../../../test/fixtures/alpaca/example-messages.ts";
import { toMessagePack } from "../../../../test/fixtures/alpaca/message-pack.ts";
import {
  ARRIVAL,
  genericOutcomes,
  type Outcome,
  outcomes,
} from "../../../../test/support/decoded-frame.ts";
import {
  frameOf,
  message,
  packedList,
  type WireValue,
} from "../../../../test/support/random-messages.ts";
import type { MarketData } from "../../../model/market-data.ts";
import { NO_SYMBOL_ID, SymbolTable } from "../../../streaming/symbol-table.ts";
import { AlpacaFrameDecoder } from "./alpaca-frame-decoder.ts";

const ENCODINGS = ["msgpack", "json"] as const;
const each = describe.each(ENCODINGS);

function newDecoder(capacity?: number): { decoder: AlpacaFrameDecoder; symbols: SymbolTable } {
  const symbols = new SymbolTable(capacity);
  return { decoder: new AlpacaFrameDecoder(symbols), symbols };
}

/** An example as it stands in a frame of either encoding. */
function example(json: string): WireValue {
  return { json, packed: Buffer.from(toMessagePack(json)) };
}

const EXAMPLES: readonly WireValue[] = Object.values(EXAMPLE_MESSAGES).map(example);

/** The frame in the middle of memory whose other bytes would go on with it. */
function amid(frame: Buffer, rest: Buffer): Buffer {
  const memory = Buffer.alloc(frame.length + rest.length + 7, 0xa1);
  frame.copy(memory, 7);
  rest.copy(memory, 7 + frame.length);
  return memory.subarray(7, 7 + frame.length);
}

each("%s frames give what the generic decoder gives", (encoding) => {
  test("for messages in any order of keys, with any values, missing and unknown keys", () => {
    const { decoder, symbols } = newDecoder();
    let direct = 0;
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
        const frame = frameOf(messages, encoding);
        const before = decoder.fallbacks;
        const given = outcomes(decoder, frame, encoding, (model, symbolId) => {
          expect(symbolId).toBe(symbols.find(model.symbol));
        });
        const expected = genericOutcomes(frame, encoding);
        if (expected) expect(given).toEqual(expected);
        else expect(given.filter(({ kind }) => kind === "bad").length).toBeGreaterThan(0);
        direct += messages.length - (decoder.fallbacks - before);
      }),
      { numRuns: 1_500 },
    );
    // Else the property would compare the generic decoder with itself.
    expect(direct).toBeGreaterThan(300);
  });

  test("for the venue's own examples in one frame, news among them without a number", () => {
    const { decoder, symbols } = newDecoder();
    const frame = frameOf(EXAMPLES, encoding);
    const ids: [MarketData, number][] = [];
    const given = outcomes(decoder, frame, encoding, (model, id) => ids.push([model, id]));
    expect(given).toEqual(genericOutcomes(frame, encoding));
    expect(given.every(({ kind }) => kind === "data")).toBe(true);
    for (const [model, id] of ids) {
      expect(id).toBe(model.type === "news" ? NO_SYMBOL_ID : symbols.find(model.symbol));
      expect(model.arrival).toBe(ARRIVAL);
    }
  });

  test.each([false, true])("for a stock feed, with its keys reversed: %s", (reversedKeys) => {
    const { decoder } = newDecoder();
    const frames = alpacaFrames({ encoding, messages: 5_000, batch: "mixed", reversedKeys });
    for (const frame of frames) {
      expect(outcomes(decoder, frame, encoding)).toEqual(genericOutcomes(frame, encoding));
    }
    expect(decoder.fallbacks).toBe(0);
  });

  test("for crypto and options, which are read directly as well", () => {
    const { decoder } = newDecoder();
    const { cryptoTrade, cryptoQuote, cryptoBar, optionTrade, optionQuote } = EXAMPLE_MESSAGES;
    const kinds = [cryptoTrade, cryptoQuote, cryptoBar, optionTrade, optionQuote];
    const frame = frameOf(kinds.map(example), encoding);
    expect(outcomes(decoder, frame, encoding)).toEqual(genericOutcomes(frame, encoding));
    expect(decoder.fallbacks).toBe(0);
  });

  test("for control messages and codes nobody knows, which are counted", () => {
    const { decoder } = newDecoder();
    const controls = ['{"T":"success","msg":"connected"}', '{"T":"?","S":"A"}', '{"a":1}', "5"];
    const frame = frameOf(controls.map(example), encoding);
    expect(outcomes(decoder, frame, encoding)).toEqual(
      controls.map((json) => ({ kind: "other", raw: JSON.parse(json) })),
    );
    expect(decoder.fallbacks).toBe(4);
  });

  test("and a message without its price costs only itself", () => {
    const { decoder } = newDecoder();
    const broken = example(EXAMPLE_MESSAGES.stockTrade.replace('"p":162.92,', ""));
    const sound = example(EXAMPLE_MESSAGES.stockQuote);
    const given = outcomes(decoder, frameOf([sound, broken, sound], encoding), encoding);
    expect(given.map(({ kind }) => kind)).toEqual(["data", "bad", "data"]);
    expect(given[1]).toEqual({ kind: "bad", cause: "TypeError: field p is not a number" });
  });
});

/**
 * What bytes that are no UTF-8 mean depends, in the generic decoder of MessagePack, on what stands
 * behind the text: its letters are not compared, nor, where an overlong letter can hide, in a code or a
 * key as well, anything but how many messages there were.
 */
function legible(given: readonly Outcome[], frame: Buffer): unknown {
  const isOverlong = frame.includes(0xc0) || frame.includes(0xc1);
  if (isOverlong) return given.length;
  return given.map((outcome) =>
    outcome.kind === "other"
      ? outcome.kind
      : JSON.parse(
          JSON.stringify(outcome, (_key, value: unknown) =>
            typeof value === "string" && !/^[ -~]*$/.test(value) ? "illegible" : value,
          ),
        ),
  );
}

each("damaged %s frames", (encoding) => {
  const frame = frameOf(EXAMPLES, encoding);
  /** Where each message ends: behind the list's header, and in JSON a comma before each but the first. */
  const ends = EXAMPLES.map((_, index) => {
    const before = EXAMPLES.slice(0, index + 1);
    return encoding === "json"
      ? before.reduce((sum, { json }) => sum + Buffer.byteLength(json) + 1, 0)
      : before.reduce((sum, { packed }) => sum + packed.length, 3);
  });

  test("give what stands before the cut, then one error, and read nothing from behind it", () => {
    const whole = genericOutcomes(frame, encoding) ?? [];
    for (let length = 0; length < frame.length; length++) {
      const { decoder, symbols } = newDecoder();
      const cut = amid(frame.subarray(0, length), frame.subarray(length));
      const given = outcomes(decoder, cut, encoding);
      const last = given.pop();
      expect(last?.kind).toBe("bad");
      expect(given).toEqual(whole.slice(0, ends.filter((end) => end <= length).length));
      const seen = frame.subarray(0, length).toString("latin1");
      for (let id = 0; id < symbols.size; id++) expect(seen).toContain(symbols.nameOf(id));
    }
  });

  test("never throw, and give the generic decoder's models or an error", () => {
    const { decoder } = newDecoder(64);
    const frames = EXAMPLES.slice(0, -1).map((one) => frameOf([one, one], encoding));
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.constantFrom(...frames),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (original, changes) => {
          const mutated = Buffer.from(original);
          for (const { at, byte } of changes) mutated[at % mutated.length] = byte;
          const given = outcomes(decoder, mutated, encoding);
          const expected = genericOutcomes(mutated, encoding);
          if (expected) expect(legible(given, mutated)).toEqual(legible(expected, mutated));
          else expect(given.some(({ kind }) => kind === "bad")).toBe(true);
        },
      ),
      { numRuns: 4_000 },
    );
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("of random bytes never throw", () => {
    const { decoder } = newDecoder(64);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, isBinary) => {
        const opening = encoding === "json" ? [0x5b] : [0x92];
        const receiver = { data() {}, other() {}, bad() {} };
        decoder.decode(Buffer.from([...opening, ...bytes]), isBinary, encoding, ARRIVAL, receiver);
      }),
      { numRuns: 2_000 },
    );
  });

  test("leave the next frame alone", () => {
    const { decoder } = newDecoder();
    outcomes(decoder, frame.subarray(0, 100), encoding);
    expect(outcomes(decoder, frame, encoding)).toEqual(genericOutcomes(frame, encoding));
  });

  test("that are no list are one error", () => {
    const { decoder } = newDecoder();
    const [lone] = [example(EXAMPLE_MESSAGES.stockQuote)];
    const bytes = encoding === "json" ? Buffer.from(lone?.json ?? "") : lone?.packed;
    expect(outcomes(decoder, bytes ?? Buffer.alloc(0), encoding)).toEqual([
      { kind: "bad", cause: "TypeError: not a list of messages" },
    ]);
    expect(outcomes(decoder, Buffer.alloc(0), encoding)).toMatchObject([{ kind: "bad" }]);
  });
});

describe("hostile frames", () => {
  const { decoder } = newDecoder();

  test.each(["01", "-01", "00", "1.", ".5", "-", "+1", "1e", "0x1", "1_0", "NaN"])(
    "%s is no number of JSON's",
    (number) => {
      const frame = Buffer.from(`[${EXAMPLE_MESSAGES.stockTrade.replace("162.92", number)}]`);
      expect(outcomes(decoder, frame, "json")).toMatchObject([{ kind: "bad" }]);
    },
  );

  test("a time of zero bytes is no time", () => {
    const time = `${"\u0000".repeat(16)}:00Z`;
    const { stockTrade } = EXAMPLE_MESSAGES;
    const frame = Buffer.from(`[${stockTrade.replace("2023-04-06T11:54:26.838232225Z", time)}]`);
    expect(outcomes(newDecoder().decoder, frame, "json")).toMatchObject([{ kind: "bad" }]);
  });

  test.each([
    ["lists in lists in MessagePack", "msgpack", Buffer.alloc(1_000_000, 0x91)],
    ["maps in maps in MessagePack", "msgpack", Buffer.alloc(1_000_000, 0x81)],
    ["lists in lists in JSON", "json", Buffer.alloc(1_000_000, "[")],
    ["objects in objects in JSON", "json", Buffer.from(`[${'{"a":'.repeat(200_000)}`)],
    ["quotes without end", "json", Buffer.from(`[{"T":"q","S":"${'\\"'.repeat(500_000)}`)],
    ["a list that claims billions", "msgpack", Buffer.from([0xdd, 255, 255, 255, 255, 0x80])],
    ["a message that claims billions", "msgpack", Buffer.from([0x91, 0xdf, 255, 255, 255, 255])],
  ] as const)("%s end in an error", (_name, encoding, frame) => {
    const given = outcomes(decoder, frame, encoding);
    expect(given.at(-1)?.kind).toBe("bad");
  });

  test("a number of a million digits is what the generic decoder says", () => {
    const digits = "9".repeat(1_000_000);
    const json = `[${EXAMPLE_MESSAGES.stockTrade.replace("162.92", digits)}]`;
    const frame = Buffer.from(json);
    expect(outcomes(decoder, frame, "json")).toEqual(genericOutcomes(frame, "json"));
  });

  test("bytes behind the last message are one error, the messages stay", () => {
    const { packed, json } = example(EXAMPLE_MESSAGES.stockQuote);
    const kinds = (frame: Buffer, encoding: "json" | "msgpack") =>
      outcomes(decoder, frame, encoding).map(({ kind }) => kind);
    const packedFrame = Buffer.concat([packedList([packed]), Buffer.from([0xc0])]);
    expect(kinds(packedFrame, "msgpack")).toEqual(["data", "bad"]);
    expect(kinds(Buffer.from(`[${json}] ,`), "json")).toEqual(["data", "bad"]);
    expect(kinds(Buffer.from(` [ ${json} , ${json} ]\n`), "json")).toEqual(["data", "data"]);
  });

  test("text within text is no message, even where the syntax before it is broken", () => {
    const inner = EXAMPLE_MESSAGES.stockQuote.replaceAll('"', '\\"');
    const frame = Buffer.from(
      `[{"T":"n",,"headline":"},${inner}"},${EXAMPLE_MESSAGES.stockQuote}]`,
    );
    expect(outcomes(decoder, frame, "json").map(({ kind }) => kind)).toEqual(["bad"]);
  });
});

describe("what a frame's encoding is", () => {
  const json = Buffer.from(`[${EXAMPLE_MESSAGES.stockQuote}]`);

  test.each([
    ["a text frame on a MessagePack connection", false, "msgpack"],
    ["a binary frame on a JSON connection, as the paper stream sends it", true, "json"],
  ] as const)("%s is JSON", (_name, isBinary, encoding) => {
    const { decoder } = newDecoder();
    const symbols: string[] = [];
    decoder.decode(json, isBinary, encoding, ARRIVAL, {
      data: (model) => symbols.push(model.symbol),
      other: () => expect.unreachable(),
      bad: () => expect.unreachable(),
    });
    expect(symbols).toEqual(["AMD"]);
  });
});

describe("what is kept", () => {
  function quotesOf(names: readonly string[], encoding: "json" | "msgpack"): Buffer {
    return frameOf(
      names.map((name) =>
        example(EXAMPLE_MESSAGES.stockQuote.replace('"AMD"', JSON.stringify(name))),
      ),
      encoding,
    );
  }

  each("as %s", (encoding) => {
    test("every symbol keeps its number, however many there are and whatever their names", () => {
      const { decoder, symbols } = newDecoder();
      const names = Array.from({ length: 9_000 }, (_, index) =>
        (index * 7_919).toString(36).padStart(1 + (index % 24), "A"),
      );
      const alike = [
        "",
        "A",
        "A\u0000",
        "\u0000A",
        "A\u0000\u0000",
        "ABCD",
        "ABCDABCD",
        "é",
        "e\u0301",
      ];
      const all = [...new Set([...alike, ...names])];
      for (let pass = 0; pass < 2; pass++) {
        const seen: [string, number][] = [];
        outcomes(decoder, quotesOf(all, encoding), encoding, ({ symbol }, id) =>
          seen.push([symbol, id]),
        );
        expect(seen).toEqual(all.map((name, index) => [name, index]));
      }
      expect(symbols.size).toBe(all.length);
    });

    test("a full table gives messages without numbers, the known ones with theirs", () => {
      const { decoder, symbols } = newDecoder(2);
      const seen: [string, number][] = [];
      const names = ["A", "B", "C", "LONGERTHANEIGHT", "B", "C"];
      outcomes(decoder, quotesOf(names, encoding), encoding, ({ symbol }, id) =>
        seen.push([symbol, id]),
      );
      expect(seen.map(([symbol]) => symbol)).toEqual(names);
      expect(seen.map(([, id]) => id)).toEqual([0, 1, NO_SYMBOL_ID, NO_SYMBOL_ID, 1, NO_SYMBOL_ID]);
      expect(symbols.size).toBe(2);
    });

    test("no name that is too long for a symbol, unless somebody else has given it a number", () => {
      const { decoder, symbols } = newDecoder();
      const long = "X".repeat(300);
      const ids: number[] = [];
      outcomes(decoder, quotesOf([long, "é".repeat(33)], encoding), encoding, (_, id) =>
        ids.push(id),
      );
      expect(symbols.size).toBe(0);
      const known = symbols.idOf(long);
      outcomes(decoder, quotesOf([long], encoding), encoding, (_, id) => ids.push(id));
      expect(ids).toEqual([NO_SYMBOL_ID, NO_SYMBOL_ID, known]);
    });

    test("lists of conditions are shared, and nobody can change them", () => {
      const { decoder } = newDecoder();
      const lists: (readonly string[])[] = [];
      outcomes(decoder, quotesOf(["A", "B"], encoding), encoding, (model) => {
        if (model.type === "quote") lists.push(model.conditions);
      });
      expect(lists[0]).toBe(lists[1]);
      expect(Object.isFrozen(lists[0])).toBe(true);
    });
  });
});

describe("a receiver that throws", () => {
  test("is not hidden, and harms no later frame", () => {
    const { decoder } = newDecoder();
    const frame = frameOf(EXAMPLES, "msgpack");
    const receiver = {
      data(): void {
        throw new Error("mine");
      },
      other(): void {},
      bad(): void {},
    };
    expect(() => decoder.decode(frame, true, "msgpack", ARRIVAL, receiver)).toThrow("mine");
    expect(outcomes(decoder, frame, "msgpack")).toEqual(genericOutcomes(frame, "msgpack"));
  });
});
