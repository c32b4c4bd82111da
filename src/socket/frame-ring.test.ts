import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createFrameRing,
  FRAME_HEADER_BYTES,
  FrameRingReader,
  FrameRingWriter,
} from "./frame-ring.ts";

function ringOf(bytes: number) {
  const memory = createFrameRing(bytes);
  return { memory, writer: new FrameRingWriter(memory), reader: new FrameRingReader(memory) };
}

/** A frame whose every byte tells which frame it is and where in it. */
function frameOf(id: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (id * 31 + at * 7) & 0xff);
}

const CAPACITY = 256;

describe("the ring", () => {
  test("is a queue of frames: in order, whole, and refused only when there is no room", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("write" as const), length: fc.nat({ max: CAPACITY + 20 }) }),
      fc.record({ kind: fc.constant("read" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const { writer, reader } = ringOf(CAPACITY);
        const queue: { id: number; frame: Uint8Array }[] = [];
        const room = () => CAPACITY - queue.reduce((sum, { frame }) => sum + space(frame), 0);
        let id = 0;
        for (const next of steps) {
          if (next.kind === "write") {
            const frame = frameOf(++id, next.length);
            const fits = space(frame) <= CAPACITY ? space(frame) <= room() : undefined;
            const expected = fits === undefined ? "too-large" : fits ? "written" : "full";
            expect(writer.write(id, frame)).toBe(expected);
            if (fits) queue.push({ id, frame });
          } else {
            const expected = queue.shift();
            const frame = reader.read();
            expect(frame && Uint8Array.from(frame)).toEqual(expected?.frame);
            if (expected) expect(reader.tag).toBe(expected.id);
          }
          expect(reader.isEmpty).toBe(queue.length === 0);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("goes on when its count of bytes overflows, full or not", () => {
    // A frame that is always left in the ring keeps it from starting over at the front.
    const { writer, reader } = ringOf(CAPACITY);
    writer.write(0, frameOf(0, 40));
    for (let id = 1; id <= 1_000; id++) {
      expect(writer.write(id, frameOf(id, 43))).toBe("written");
      expect(reader.read()).toEqual(Buffer.from(frameOf(id - 1, id === 1 ? 40 : 43)));
    }
  });

  test("gives frames away: what was read stays as it was when its place is used again", () => {
    const { writer, reader } = ringOf(CAPACITY);
    writer.write(1, frameOf(1, 100));
    const kept = reader.read();
    writer.write(2, frameOf(2, 100));
    expect(kept).toEqual(Buffer.from(frameOf(1, 100)));
  });

  test("keeps to its front while the reader keeps up, so that the rest takes no memory", () => {
    const { memory, writer, reader } = ringOf(4_096);
    const controlBytes = memory.byteLength - 4_096;
    for (let id = 1; id <= 1_000; id++) {
      writer.write(id, frameOf(id, 100).fill(0xff));
      reader.read();
    }
    const touched = new Uint8Array(memory, controlBytes).findLastIndex((byte) => byte !== 0);
    expect(touched).toBeLessThan(FRAME_HEADER_BYTES + 104);
  });

  test("has room for all that was asked, whatever the number", () => {
    for (const bytes of [1, 8, 9, 1_000, 1_024, 65_537]) {
      const { writer } = ringOf(bytes);
      const fitting = new Uint8Array(Math.max(bytes - FRAME_HEADER_BYTES, 0));
      expect(writer.write(0, fitting)).toBe("written");
    }
  });

  test("takes a tag of any 32 bits", () => {
    const { writer, reader } = ringOf(CAPACITY);
    for (const tag of [0, 1, 0x7fffffff, -1, -0x80000000]) {
      writer.write(tag, frameOf(1, 1));
      reader.read();
      expect(reader.tag).toBe(tag);
    }
  });
});

describe("a reader that waits", () => {
  test("is woken once, by whoever writes next", () => {
    const { writer, reader } = ringOf(CAPACITY);
    expect(writer.takeReaderWaits()).toBe(false);
    expect(reader.waitForFrame()).toBe(true);
    writer.write(1, frameOf(1, 1));
    expect(writer.takeReaderWaits()).toBe(true);
    expect(writer.takeReaderWaits()).toBe(false);
  });

  test("does not wait for what is there already", () => {
    const { writer, reader } = ringOf(CAPACITY);
    writer.write(1, frameOf(1, 1));
    expect(reader.waitForFrame()).toBe(false);
    expect(writer.takeReaderWaits()).toBe(false);
  });
});

describe("a writer that waits for room", () => {
  test("is told once, when half of the ring is free", () => {
    const { writer, reader } = ringOf(CAPACITY);
    const frame = frameOf(1, 56);
    for (let written = 0; written < 4; written++) writer.write(1, frame);
    writer.askForRoom();
    expect(writer.write(1, frame)).toBe("full");
    reader.read();
    expect(reader.takeRoomRequest()).toBe(false);
    reader.read();
    expect(reader.takeRoomRequest()).toBe(true);
    expect(reader.takeRoomRequest()).toBe(false);
  });

  test("is not told when it did not ask, or no longer does", () => {
    const { writer, reader } = ringOf(CAPACITY);
    expect(reader.takeRoomRequest()).toBe(false);
    writer.askForRoom();
    writer.resume(0);
    expect(reader.takeRoomRequest()).toBe(false);
  });

  test("lets the reader see that it pauses, and for how long it has", () => {
    const { writer, reader } = ringOf(CAPACITY);
    for (const pausedMs of [20, 22.4]) {
      expect(reader.isPaused).toBe(false);
      writer.pause();
      expect(reader.isPaused).toBe(true);
      writer.resume(pausedMs);
    }
    expect(reader.isPaused).toBe(false);
    expect(reader.pausedMs).toBe(42);
  });
});

function space(frame: Uint8Array): number {
  return FRAME_HEADER_BYTES + Math.ceil(frame.length / 8) * 8;
}
