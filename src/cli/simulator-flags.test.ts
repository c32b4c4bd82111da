import { expect, test } from "vitest";
import { Faults } from "../core/faults.ts";
import type { SimulatorOptions } from "../simulator/options.ts";
import { type RawSimulatorFlags, readSimulatorFlags } from "./simulator-flags.ts";

async function read(
  raw: RawSimulatorFlags,
): Promise<{ readonly options: SimulatorOptions; readonly faults: readonly string[] }> {
  const faults = new Faults();
  const options = await readSimulatorFlags(raw, {}, faults);
  return { options, faults: faults.toError().faults };
}

test("a load is read from its three flags", async () => {
  const { options, faults } = await read({ load: "500000", loadSymbols: "100", loadFrame: "50" });
  expect(faults).toEqual([]);
  expect(options.load).toEqual({ messagesPerSecond: 500_000, symbols: 100, framesOf: 50 });
  expect((await read({ load: "1e3" })).options.load).toEqual({ messagesPerSecond: 1000 });
  expect((await read({ seed: "1" })).options).not.toHaveProperty("load");
});

test("what is wrong with it is told in the words of the command line", async () => {
  expect((await read({ load: "2000000", loadSymbols: "0", loadFrame: "x" })).faults).toEqual([
    '--load-frame must be a number, not "x"',
    "--load must be a number from 0.001 to 1000000, not 2000000",
    "--load-symbols must be a number from 1 to 20000, not 0",
  ]);
  expect((await read({ loadSymbols: "5", loadFrame: "5" })).faults).toEqual([
    "--load-symbols says what a load is like and needs --load",
    "--load-frame says what a load is like and needs --load",
  ]);
});
