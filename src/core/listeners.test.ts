import { describe, expect, test } from "vitest";
import { Listeners } from "./listeners.ts";

function recording(): { failures: unknown[]; event: Listeners<number> } {
  const failures: unknown[] = [];
  return { failures, event: new Listeners<number>((thrown) => failures.push(thrown)) };
}

describe("Listeners", () => {
  test("every listener is told, in the order of registration", () => {
    const { event } = recording();
    const heard: string[] = [];
    event.on((value) => heard.push(`first ${value}`));
    event.on((value) => heard.push(`second ${value}`));
    event.emit(7);
    expect(heard).toEqual(["first 7", "second 7"]);
  });

  test("a listener that throws harms neither the others nor the emitter, and is reported", () => {
    const { event, failures } = recording();
    const heard: number[] = [];
    const fault = new Error("listener broke");
    event.on((value) => heard.push(value));
    event.on(() => {
      throw fault;
    });
    event.on((value) => heard.push(value * 10));
    expect(() => event.emit(1)).not.toThrow();
    expect(heard).toEqual([1, 10]);
    expect(failures).toEqual([fault]);
  });

  test("the same function registered twice is told twice, and taken away once at a time", () => {
    const { event } = recording();
    let calls = 0;
    const listener = (): void => {
      calls++;
    };
    const stopFirst = event.on(listener);
    event.on(listener);
    event.emit(0);
    expect(calls).toBe(2);

    stopFirst();
    stopFirst();
    expect(event.size).toBe(1);
    event.emit(0);
    expect(calls).toBe(3);
  });

  test("a listener added while emitting hears the next value, not this one", () => {
    const { event } = recording();
    const late: number[] = [];
    const stop = event.on(() => {
      stop();
      event.on((value) => late.push(value));
    });
    event.emit(1);
    expect(late).toEqual([]);
    event.emit(2);
    expect(late).toEqual([2]);
  });

  test("a listener that takes itself away while emitting skips nobody", () => {
    const { event } = recording();
    const heard: string[] = [];
    const stop = event.on(() => {
      heard.push("once");
      stop();
    });
    event.on(() => heard.push("always"));
    event.emit(1);
    event.emit(2);
    expect(heard).toEqual(["once", "always", "always"]);
  });

  test("clear forgets every listener", () => {
    const { event } = recording();
    const heard: number[] = [];
    event.on((value) => heard.push(value));
    event.clear();
    event.emit(1);
    expect(heard).toEqual([]);
    expect(event.size).toBe(0);
  });
});
