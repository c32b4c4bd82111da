import { type Command, Option } from "commander";
import { ConfigError } from "../core/errors.ts";
import type { Faults } from "../core/faults.ts";
import type { Fault } from "../simulator/fault.ts";
import type { SimulatorLoad } from "../simulator/load.ts";
import type { SimulatorOptions } from "../simulator/options.ts";
import { durationFlag } from "./duration.ts";
import { FAULT_KINDS, faultFlag } from "./fault-flag.ts";
import { numberFlag } from "./number-flag.ts";

/** The simulator's flags as commander reads them: text that nobody has judged yet. */
export interface RawSimulatorFlags {
  readonly seed?: string;
  readonly rate?: string;
  readonly load?: string;
  readonly loadSymbols?: string;
  readonly loadFrame?: string;
  readonly session?: string;
  readonly startTime?: string;
  readonly cutAfter?: string;
  readonly ghost?: string;
  readonly fault?: readonly string[];
}

/** Made anew for each command, since commander's options belong to one. */
const simulatorOptions = (): Readonly<Record<keyof RawSimulatorFlags, Option>> => ({
  seed: new Option("--seed <number>", "same seed, same market (default: a fresh one, printed)"),
  rate: new Option("--rate <number>", "messages per second and symbol (default: 5)"),
  load: new Option("--load <number>", "stock messages per second in all, in place of the tape's"),
  loadSymbols: new Option(
    "--load-symbols <number>",
    "how many symbols they are of (default: 8000)",
  ),
  loadFrame: new Option("--load-frame <number>", "how many come in a frame (default: 200)"),
  session: new Option("--session <open|real>", "always open, or New York's hours (default: open)"),
  startTime: new Option("--start-time <time>", "market time at the start, RFC 3339 (default: now)"),
  cutAfter: new Option("--cut-after <time>", "cut the connection once, this long after it is up"),
  ghost: new Option("--ghost <time>", "how long a dead session keeps its slot (default: 90s)"),
  fault: new Option(
    "--fault <kind[:key=value,…]>",
    "something that goes wrong; may be given often",
  ).argParser((text: string, before: readonly string[] = []) => [...before, text]),
});

/** Adds the simulator's flags to a command, under a heading of their own. */
export function addSimulatorFlags(command: Command, heading: string): void {
  for (const option of Object.values(simulatorOptions())) {
    command.addOption(option.helpGroup(heading));
  }
}

/** Those of the simulator's flags that were given, as typed. */
export function givenSimulatorFlags(raw: RawSimulatorFlags): readonly string[] {
  return Object.entries(simulatorOptions()).flatMap(([name, { long }]) =>
    raw[name as keyof RawSimulatorFlags] === undefined ? [] : [long ?? name],
  );
}

/** The catalogue of faults, for the end of a command's help. */
export const FAULT_HELP: string = [
  "Faults, for --fault (fields in brackets; every kind takes after=3s, count=2):",
  ...Object.entries(FAULT_KINDS).map(([kind, what]) => `  ${kind.padEnd(17)} ${what}`),
].join("\n");

/** The options that the flags stand for. Only flags that were given appear. */
export async function readSimulatorFlags(
  raw: RawSimulatorFlags,
  network: Pick<SimulatorOptions, "host" | "port">,
  faults: Faults,
): Promise<SimulatorOptions> {
  const seed = numberFlag("--seed", raw.seed, faults);
  const ratePerSymbol = numberFlag("--rate", raw.rate, faults);
  const load = loadOf(raw, faults);
  const cutAfterMs = durationFlag("--cut-after", raw.cutAfter, faults);
  const ghostMs = durationFlag("--ghost", raw.ghost, faults);
  const injected: Fault[] = cutAfterMs === undefined ? [] : [{ kind: "cut", afterMs: cutAfterMs }];
  const typed = (raw.fault ?? []).flatMap((text) => {
    const fault = faultFlag(text, faults);
    return fault ? [{ text, fault }] : [];
  });
  const options: SimulatorOptions = {
    ...network,
    ...(seed !== undefined && { seed }),
    ...(ratePerSymbol !== undefined && { ratePerSymbol }),
    ...(load && { load }),
    // Whatever was typed; the simulator's own check follows.
    ...(raw.session !== undefined && { session: raw.session as "open" | "real" }),
    ...(raw.startTime !== undefined && { startTime: readTime(raw.startTime) }),
    ...(ghostMs !== undefined && { plan: { ghostMs } }),
    faults: [...injected, ...typed.map(({ fault }) => fault)],
  };
  const names = typed.map(({ text }) => `--fault ${JSON.stringify(text)}`);
  const isPlain = givenSimulatorFlags(raw).length === 0 && Object.keys(network).length === 0;
  if (!isPlain) await check(options, injected.length, names, faults);
  return options;
}

function loadOf(raw: RawSimulatorFlags, faults: Faults): SimulatorLoad | undefined {
  const messagesPerSecond = numberFlag("--load", raw.load, faults);
  const symbols = numberFlag("--load-symbols", raw.loadSymbols, faults);
  const framesOf = numberFlag("--load-frame", raw.loadFrame, faults);
  if (raw.load === undefined) {
    const needsLoad = " says what a load is like and needs --load";
    if (raw.loadSymbols !== undefined) faults.add(`--load-symbols${needsLoad}`);
    if (raw.loadFrame !== undefined) faults.add(`--load-frame${needsLoad}`);
  }
  if (messagesPerSecond === undefined) return undefined;
  return {
    messagesPerSecond,
    ...(symbols !== undefined && { symbols }),
    ...(framesOf !== undefined && { framesOf }),
  };
}

function readTime(text: string): string | number {
  return /^\d+$/.test(text.trim()) ? Number(text) : text.trim();
}

const FLAG_OF_FIELD: Readonly<Record<string, string>> = {
  seed: "--seed",
  ratePerSymbol: "--rate",
  "load.messagesPerSecond": "--load",
  "load.symbols": "--load-symbols",
  "load.framesOf": "--load-frame",
  session: "--session",
  startTime: "--start-time",
  "plan.ghostMs": "--ghost",
  host: "--host",
  port: "--port",
};

/** Lets the simulator judge, and says what it says in the words of the command line. */
async function check(
  options: SimulatorOptions,
  injected: number,
  faultNames: readonly string[],
  faults: Faults,
): Promise<void> {
  const { resolveOptions } = await import("../simulator/options.ts");
  try {
    resolveOptions(options);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    for (const fault of thrown.faults) {
      faults.add(
        fault
          .replace("Invalid input: ", "")
          .replace(/^faults\.(\d+)(?:: |\.)/, (_, at) => `${faultNames[Number(at) - injected]}: `)
          .replace(/^[\w.]+/, (field) => FLAG_OF_FIELD[field] ?? field),
      );
    }
  }
}
