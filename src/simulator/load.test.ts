import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ConfigError } from "../core/errors.ts";
import { SIMULATOR_LOAD_DEFAULTS, type SimulatorLoad } from "./load.ts";
import { resolveOptions } from "./options.ts";

function faultsOf(load: unknown): readonly string[] {
  try {
    resolveOptions({ load: load as SimulatorLoad, ratePerSymbol: -1 });
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.faults;
    throw thrown;
  }
  return [];
}

test("everything that is wrong with a load is told at once, beside what is wrong elsewhere", () => {
  expect(faultsOf({ messagesPerSecond: 1_000_001, symbols: 0, framesOf: 1.5, frames: 3 })).toEqual([
    "ratePerSymbol must be a number from 0.001 to 100000, not -1",
    "load.messagesPerSecond must be a number from 0.001 to 1000000, not 1000001",
    "load.symbols must be a number from 1 to 20000, not 0",
    "load.framesOf must be whole, not 1.5",
    "load.frames is not known",
  ]);
  expect(faultsOf({})[1]).toMatch(/^load.messagesPerSecond must be a number/);
  expect(faultsOf("much")[1]).toBe('load must be an object, not "much"');
});

test("its documented defaults are the real ones", () => {
  const { load } = resolveOptions({ load: { messagesPerSecond: 10, symbols: undefined as never } });
  expect(load).toEqual({ messagesPerSecond: 10, ...SIMULATOR_LOAD_DEFAULTS });
  const source = readFileSync(new URL("./load.ts", import.meta.url), "utf8");
  const documented = source.matchAll(/@defaultValue (\S+)\n[\s\S]*?readonly (\w+)\?/g);
  expect(
    Object.fromEntries([...documented].map(([, value, name]) => [name, Number(value)])),
  ).toEqual(SIMULATOR_LOAD_DEFAULTS);
});
