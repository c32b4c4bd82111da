import type { WireData } from "../venues/alpaca/wire.ts";
import type { DataSession } from "./data-session.ts";
import type { FaultSchedule } from "./fault-schedule.ts";
import { encodeJson } from "./json-encoding.ts";
import { MessagePackWriter } from "./message-pack-writer.ts";
import { sendInParts } from "./send-in-parts.ts";
import type { VenueTime } from "./venue-time.ts";

/** A data message with its moments exact. @internal */
export type TimedMessage = WireData<VenueTime>;

/** More than this in one frame would make a small client wait for the parse. */
const MOST_PER_FRAME = 1000;

interface Outgoing {
  /** JSON texts of messages. */
  readonly texts: string[];
  /** Where messages begin and end in the shared MessagePack buffer. */
  readonly ranges: number[];
}

/**
 * Gathers the messages of one tick: each is written once per encoding, whatever the number of
 * sessions that get it, and each session gets its own arrays of them.
 * @internal
 */
export class OutgoingBatch {
  readonly #writer = new MessagePackWriter();
  readonly #header = new MessagePackWriter();
  readonly #outgoing = new Map<DataSession, Outgoing>();
  readonly #faults: FaultSchedule;

  constructor(faults: FaultSchedule) {
    this.#faults = faults;
  }

  add(message: TimedMessage, sessions: readonly DataSession[]): void {
    let text: string | undefined;
    let start = -1;
    let end = -1;
    for (const session of sessions) {
      let outgoing = this.#outgoing.get(session);
      if (!outgoing) {
        outgoing = { texts: [], ranges: [] };
        this.#outgoing.set(session, outgoing);
      }
      if (session.encoding === "json") {
        text ??= encodeJson(message);
        outgoing.texts.push(text);
      } else {
        if (start < 0) {
          start = this.#writer.length;
          this.#writer.write(message);
          end = this.#writer.length;
        }
        outgoing.ranges.push(start, end);
      }
    }
  }

  /** Sends everything that was gathered. */
  flush(): void {
    for (const [session, outgoing] of this.#outgoing) this.#send(session, outgoing);
    this.#outgoing.clear();
    this.#writer.reset();
  }

  #send(session: DataSession, outgoing: Outgoing): void {
    const isJson = session.encoding === "json";
    const total = isJson ? outgoing.texts.length : outgoing.ranges.length / 2;
    sendInParts(session, this.#faults, total, MOST_PER_FRAME, (from, count) =>
      isJson
        ? `[${outgoing.texts.slice(from, from + count).join(",")}]`
        : this.#splice(outgoing.ranges, from, count),
    );
  }

  #splice(ranges: readonly number[], from: number, count: number): Buffer {
    this.#header.reset();
    this.#header.arrayHeader(count);
    const pieces: Buffer[] = [Buffer.from(this.#header.view(0, this.#header.length))];
    let start = ranges[2 * from] ?? 0;
    let end = start;
    for (let at = from; at < from + count; at++) {
      const nextStart = ranges[2 * at] ?? 0;
      // Neighbours in the shared buffer are copied as one piece.
      if (nextStart !== end) {
        pieces.push(this.#writer.view(start, end));
        start = nextStart;
      }
      end = ranges[2 * at + 1] ?? 0;
    }
    pieces.push(this.#writer.view(start, end));
    return Buffer.concat(pieces);
  }
}
