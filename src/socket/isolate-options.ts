import { existsSync } from "node:fs";
import { withDefaults } from "../core/defaults.ts";
import { type Faults, shown } from "../core/faults.ts";
import { FRAME_HEADER_BYTES } from "./frame-ring.ts";
import { socketThreadEntry } from "./socket-thread.ts";

/** How the thread of an isolated connection is set up. @public */
export interface IsolateOptions {
  /**
   * The size of the ring between the two threads, in bytes, rounded up to a power of two; at least
   * `maxFrameBytes` and 8 more, at most a gibibyte. It holds what arrives while the event loop is
   * blocked: 128 MiB are five seconds of 100,000 messages of up to 260 bytes. Memory is taken only as
   * the ring fills, and used again from the front each time it has been emptied.
   * @defaultValue 134217728
   */
  readonly ringBytes?: number;
}

/** @public */
export const ISOLATE_DEFAULTS: Required<IsolateOptions> = Object.freeze({
  ringBytes: 128 * 2 ** 20,
});

const LARGEST_RING_BYTES = 2 ** 30;

/** Fills in the defaults and lists what is wrong in `faults`; `false` when nothing is isolated. */
export function resolveIsolate(
  given: unknown,
  maxFrameBytes: number,
  faults: Faults,
): Required<IsolateOptions> | false {
  if (given === undefined || given === false) return false;
  if (given !== true && (typeof given !== "object" || given === null)) {
    faults.add(`isolate must be true, false or its options, not ${shown(given)}`);
    return false;
  }
  const isolate = withDefaults(ISOLATE_DEFAULTS, given === true ? {} : given);
  const min = maxFrameBytes + FRAME_HEADER_BYTES; // or the largest frame could never pass
  faults.integer("isolate.ringBytes", isolate.ringBytes, { min, max: LARGEST_RING_BYTES });
  faults.require(
    existsSync(socketThreadEntry()),
    "isolate needs wire-worker.js beside the compiled library: build it first, and keep it out of a bundle",
  );
  return isolate;
}
