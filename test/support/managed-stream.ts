import type { HoldfastError } from "../../src/core/holdfast-error.ts";
import { StreamManager } from "../../src/streaming/stream-manager/stream-manager.ts";
import type { StreamManagerOptions } from "../../src/streaming/stream-manager/stream-manager-options.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { RecordingStream } from "./recording-stream.ts";

export interface ManagedStream {
  readonly clock: ManualClock;
  readonly stream: RecordingStream;
  readonly manager: StreamManager;
  readonly errors: HoldfastError[];
  /** What the stream was asked since this was last called, such as `+trades AAPL,MSFT`. */
  readonly asked: () => string[];
}

/** A manager that was started, over a stream that only remembers. */
export async function managedStream(options: StreamManagerOptions = {}): Promise<ManagedStream> {
  const clock = new ManualClock();
  const stream = new RecordingStream({ monotonicMs: () => clock.monotonicMs() });
  const manager = new StreamManager(stream, { clock, ...options });
  const errors: HoldfastError[] = [];
  manager.onError((error) => errors.push(error));
  await manager.start();
  let seen = 0;
  const asked = (): string[] => {
    const calls = stream.calls.slice(seen);
    seen = stream.calls.length;
    return calls.map(
      ({ action, keys }) => `${action === "subscribe" ? "+" : "-"}${keys.join(",")}`,
    );
  };
  return { clock, stream, manager, errors, asked };
}
