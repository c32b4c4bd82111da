import { type Clock, systemClock } from "../../src/core/clock.ts";

/** Real time, and how many of its timers have neither fired nor been cancelled. */
export interface CountingClock extends Clock {
  readonly pending: () => number;
}

export function countingClock(): CountingClock {
  const timers = new Set<object>();
  return {
    ...systemClock,
    pending: () => timers.size,
    setTimer(callback, delayMs, options) {
      const timer = {};
      timers.add(timer);
      const cancel = systemClock.setTimer(
        () => {
          timers.delete(timer);
          callback();
        },
        delayMs,
        options,
      );
      return () => {
        timers.delete(timer);
        cancel();
      };
    },
  };
}
