import { expect, test } from "vitest";
import {
  decimalsFor,
  decimalsIn,
  formatAge,
  formatChange,
  formatPrice,
  formatRate,
  formatSize,
} from "./price-format.ts";

test.each([
  [228.4, 2],
  [1, 2],
  [0.1634, 4],
  [0.0000183, 8],
  [0, 2],
])("a price of %d has %d decimals", (price, decimals) => {
  expect(decimalsFor(price)).toBe(decimals);
});

test.each([
  [228.4, 2, 2],
  [165.208, 2, 3],
  [165.20801, 2, 4],
  [7, 0, 0],
])("%d, with %d decimals at least, is shown with %d", (value, least, decimals) => {
  expect(decimalsIn(value, least)).toBe(decimals);
});

test("prices have separators and fixed decimals", () => {
  expect(formatPrice(67_412, 2)).toBe("67,412.00");
  expect(formatPrice(0.0000183, 8)).toBe("0.00001830");
});

test.each([
  [0, "0"],
  [350, "350"],
  [9_999, "9999"],
  [48_210, "48.2k"],
  [999_949, "999.9k"],
  [999_951, "1.00M"],
  [1_250_000, "1.25M"],
  [0.936186578, "0.936"],
  [123.456, "123.5"],
])("a size of %d is %j", (size, text) => {
  expect(formatSize(size)).toBe(text);
});

test.each([
  [0, "0.00%"],
  [-0.00001, "0.00%"],
  [0.0012, "+0.12%"],
  [-0.0507, "-5.07%"],
])("a change of %d is %j", (ratio, text) => {
  expect(formatChange(ratio)).toBe(text);
});

test("rates and ages stay narrow", () => {
  expect([0, 0.44, 9.96, 120.4, 52_300].map(formatRate)).toEqual(["0", "0.4", "10", "120", "52k"]);
  const ages = [40, 9_900, 12_400, 59_600, 3_600_000];
  expect(ages.map(formatAge)).toEqual(["0.0s", "9.9s", "12s", "1m", "1h"]);
});
