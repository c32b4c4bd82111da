import { describe, expect, test, vi } from "vitest";
import { SingleFlight } from "./single-flight.ts";

/** A call that is answered by hand. */
function pending<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const call = vi.fn(
    () =>
      new Promise<T>((onResolve, onReject) => {
        resolve = onResolve;
        reject = onReject;
      }),
  );
  return { call, resolve: (value: T) => resolve(value), reject: (r: unknown) => reject(r) };
}

describe("SingleFlight", () => {
  test("twenty callers at once make one call and share its answer", async () => {
    const flight = new SingleFlight<number>();
    const { call, resolve } = pending<number>();
    const callers = Array.from({ length: 20 }, () => flight.run(call));
    expect(flight.busy).toBe(true);
    resolve(5);
    expect(await Promise.all(callers)).toEqual(new Array(20).fill(5));
    expect(call).toHaveBeenCalledOnce();
    expect(flight.busy).toBe(false);
  });

  test("an answer is not kept: the next caller makes a call of its own", async () => {
    const flight = new SingleFlight<number>();
    const answers = [1, 2];
    const call = vi.fn(async () => answers.shift() ?? 0);
    expect(await flight.run(call)).toBe(1);
    expect(await flight.run(call)).toBe(2);
  });

  test("a failure is shared by those who waited, and not kept", async () => {
    const flight = new SingleFlight<number>();
    const { call, reject } = pending<number>();
    const callers = Array.from({ length: 3 }, () => flight.run(call));
    const fault = new Error("failed");
    reject(fault);
    const outcomes = await Promise.allSettled(callers);
    expect(outcomes).toEqual(new Array(3).fill({ status: "rejected", reason: fault }));
    expect(flight.busy).toBe(false);
    expect(await flight.run(async () => 7)).toBe(7);
  });

  test("one caller's abort ends that caller's wait alone, with the signal's own reason", async () => {
    const flight = new SingleFlight<number>();
    const { call, resolve } = pending<number>();
    const stop = new AbortController();
    const impatient = flight.run(call, stop.signal);
    const patient = [flight.run(call), flight.run(call, new AbortController().signal)];
    stop.abort("enough");
    await expect(impatient).rejects.toBe("enough");
    resolve(5);
    expect(await Promise.all(patient)).toEqual([5, 5]);
    expect(call).toHaveBeenCalledOnce();
  });

  test("a caller that has given up already makes no call", async () => {
    const flight = new SingleFlight<number>();
    const call = vi.fn(async () => 5);
    await expect(flight.run(call, AbortSignal.abort("before"))).rejects.toBe("before");
    expect(call).not.toHaveBeenCalled();
    expect(flight.busy).toBe(false);
  });

  test("a failure that everybody gave up waiting for troubles nobody", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    try {
      const flight = new SingleFlight<number>();
      const { call, reject } = pending<number>();
      const stop = new AbortController();
      const waiting = flight.run(call, stop.signal);
      stop.abort("enough");
      await expect(waiting).rejects.toBe("enough");
      reject(new Error("too late"));
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).not.toHaveBeenCalled();
      expect(flight.busy).toBe(false);
    } finally {
      process.off("unhandledRejection", unhandled);
    }
  });
});
