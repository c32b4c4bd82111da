import type { Clock } from "../core/clock.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** One Ctrl-C can arrive twice at once: from the terminal, and handed on by npm. */
const SAME_KEYPRESS_MS = 500;

/** Aborts at the first signal to end; a later one ends the process on the spot. */
export function stopOnSignals(clock: Clock, stop: AbortController): Disposable {
  let firstMs: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const nowMs = clock.monotonicMs();
    if (firstMs === undefined) {
      firstMs = nowMs;
      stop.abort(signal);
    } else if (nowMs - firstMs > SAME_KEYPRESS_MS) {
      process.exit(signal === "SIGINT" ? 130 : 143);
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
