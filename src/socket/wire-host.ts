import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/holdfast-error.ts";
import { DirectWire } from "./direct-wire.ts";
import type { FrameRingWriter } from "./frame-ring.ts";
import type { WireEnd, WireOptions } from "./wire.ts";
import { encodeEnd, RECORD, type RecordKind, tagOf, type WireCommand } from "./wire-messages.ts";

/**
 * A wake-up costs both threads together about 35 µs, so in a steady flow there is one per millisecond;
 * after a pause the first frame is told of at once.
 */
const WAKE_INTERVAL_MS = 1;

const NOTHING = new Uint8Array(0);

/** A frame that found the ring full. */
interface HeldRecord {
  readonly connection: number;
  readonly kind: RecordKind;
  readonly bytes: Uint8Array;
}

/**
 * What runs in the socket's thread: it reads, answers pings, and puts everything into the ring. When
 * that is full it stops reading, so that the peer is held back and nothing is lost.
 */
export class WireHost {
  readonly #ring: FrameRingWriter;
  readonly #clock: Clock;
  readonly #wakeReader: () => void;
  readonly #wires = new Map<number, DirectWire>();
  /** What one read of the socket still brought after the ring was full; in order, and bounded by that. */
  #held: HeldRecord[] = [];
  #pausedSinceMs = 0;
  #lastWakeMs = Number.NEGATIVE_INFINITY;

  constructor(ring: FrameRingWriter, clock: Clock, wakeReader: () => void) {
    this.#ring = ring;
    this.#clock = clock;
    this.#wakeReader = wakeReader;
  }

  obey(command: WireCommand): void {
    if (command.kind === "room") {
      this.#release();
      return;
    }
    const { connection } = command;
    const wire = this.#wires.get(connection);
    switch (command.kind) {
      case "open":
        this.#open(connection, command.options);
        return;
      case "send":
        wire?.send(command.data);
        return;
      case "ping":
        wire?.ping();
        return;
      case "terminate":
        this.#wires.delete(connection);
        wire?.terminate();
        return;
      case "close": {
        this.#wires.delete(connection);
        const gone = (): void => this.#tell(connection, RECORD.gone, NOTHING);
        // Real time, whatever clock the other thread lives by: it may be blocked.
        if (wire) void wire.close(this.#clock, command.deadlineMs).then(gone);
        else gone();
        return;
      }
      default:
        command satisfies never;
    }
  }

  #open(connection: number, options: WireOptions): void {
    try {
      const wire = new DirectWire(options, {
        opened: () => this.#tell(connection, RECORD.opened, NOTHING),
        frame: (data, isBinary) =>
          this.#tell(connection, isBinary ? RECORD.binary : RECORD.text, data),
        alive: () => this.#tell(connection, RECORD.alive, NOTHING),
        ended: (end) => this.#ended(connection, end),
      });
      this.#wires.set(connection, wire);
    } catch (cause) {
      this.#ended(connection, {
        kind: "closed",
        closeCode: 1006,
        detail: messageOf(cause),
        cause,
      });
    }
  }

  #ended(connection: number, end: WireEnd): void {
    this.#wires.delete(connection);
    this.#tell(connection, RECORD.ended, encodeEnd(end));
  }

  #tell(connection: number, kind: RecordKind, bytes: Uint8Array): void {
    if (this.#held.length === 0 && this.#write(connection, kind, bytes)) {
      this.#wake();
      return;
    }
    this.#held.push({ connection, kind, bytes });
    this.#wires.get(connection)?.pause();
    if (this.#held.length > 1) return;
    this.#pausedSinceMs = this.#clock.monotonicMs();
    this.#ring.pause();
    this.#release(); // the reader may have made room before it could know that we want it
  }

  /** Writes what was held back, and reads on once all of it is in the ring. */
  #release(): void {
    if (this.#held.length === 0) return;
    this.#ring.askForRoom();
    let written = 0;
    for (const { connection, kind, bytes } of this.#held) {
      if (!this.#write(connection, kind, bytes)) break;
      written++;
    }
    this.#held = this.#held.slice(written);
    if (this.#held.length === 0) {
      this.#ring.resume(this.#clock.monotonicMs() - this.#pausedSinceMs);
      for (const wire of this.#wires.values()) wire.resume();
    }
    this.#wake();
  }

  /** Whether the record is dealt with. */
  #write(connection: number, kind: RecordKind, bytes: Uint8Array): boolean {
    const outcome = this.#ring.write(tagOf(connection, kind), bytes);
    if (outcome !== "too-large") return outcome === "written";
    const end: WireEnd = {
      kind: "closed",
      closeCode: 1009,
      detail: `a frame of ${bytes.length} bytes is larger than the ring`,
    };
    this.#wires.get(connection)?.terminate();
    this.#wires.delete(connection);
    return this.#ring.write(tagOf(connection, RECORD.ended), encodeEnd(end)) === "written";
  }

  /** Once per read of the socket at most: microtasks run when all frames of a read are in the ring. */
  #wake(): void {
    if (!this.#ring.takeReaderWaits()) return;
    const sinceMs = this.#clock.monotonicMs() - this.#lastWakeMs;
    if (sinceMs >= WAKE_INTERVAL_MS) queueMicrotask(this.#wakeNow);
    else this.#clock.setTimer(this.#wakeNow, WAKE_INTERVAL_MS);
  }

  readonly #wakeNow = (): void => {
    this.#lastWakeMs = this.#clock.monotonicMs();
    this.#wakeReader();
  };
}
