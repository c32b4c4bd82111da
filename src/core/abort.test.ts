import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { untilAborted } from "./abort.ts";

describe("untilAborted", () => {
  test("gives the promise's outcome and leaves no listener on the signal", async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve(5), signal)).toBe(5);
    const fault = new Error("failed");
    await expect(untilAborted(Promise.reject(fault), signal)).rejects.toBe(fault);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("rejects with the signal's own reason as soon as it aborts", async () => {
    const stop = new AbortController();
    const reason = { not: "even an error" };
    const waiting = untilAborted(new Promise(() => {}), stop.signal);
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  test("without a signal the promise itself is given", () => {
    const promise = Promise.resolve();
    expect(untilAborted(promise, undefined)).toBe(promise);
  });

  test.each(["before", "while"])(
    "a failure after an abort %s waiting troubles nobody",
    async (when) => {
      const unhandled: unknown[] = [];
      const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
      process.on("unhandledRejection", onUnhandled);
      try {
        const stop = new AbortController();
        let fail: (reason: unknown) => void = () => {};
        const promise = new Promise<never>((_, reject) => {
          fail = reject;
        });
        if (when === "before") stop.abort("gone");
        const waiting = untilAborted(promise, stop.signal);
        stop.abort("gone");
        await expect(waiting).rejects.toBe("gone");
        fail(new Error("too late"));
        await new Promise((resolve) => setImmediate(resolve));
        expect(unhandled).toEqual([]);
      } finally {
        process.off("unhandledRejection", onUnhandled);
      }
    },
  );
});
