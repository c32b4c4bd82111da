import { expect, test } from "vitest";
import { RateMeter } from "./rate-meter.ts";

function steady(perSecond: number, seconds: number): RateMeter {
  const meter = new RateMeter(0);
  for (let event = 0; event < perSecond * seconds; event++)
    meter.count((event / perSecond) * 1_000);
  return meter;
}

test("a steady stream is measured from the start on", () => {
  for (const seconds of [1, 2, 3, 7.5]) {
    expect(steady(100, seconds).perSecond(seconds * 1_000)).toBeCloseTo(100, 0);
  }
});

test("silence brings it to zero within two windows", () => {
  const meter = steady(100, 4);
  expect(meter.perSecond(5_000)).toBeCloseTo(50, 0);
  expect(meter.perSecond(8_000)).toBe(0);
  expect(meter.perSecond(1e9)).toBe(0);
});

test("nothing is nothing, also at the very start", () => {
  expect(new RateMeter(5).perSecond(5)).toBe(0);
});
