import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { type SimulatedLoad, type SimulatorOptions, startSimulator } from "holdfast/simulator";

/** A simulator in a process of its own, so that its work and memory are not counted as ours. */
export interface VenueProcess {
  readonly url: string;
  /** What its load has come to; `undefined` without a load. */
  load(): Promise<SimulatedLoad | undefined>;
  /** The processor time it has used, in milliseconds. */
  cpuMs(): Promise<number>;
  close(): Promise<void>;
}

interface Answer {
  readonly load?: SimulatedLoad;
  readonly cpuMs: number;
}

/** @param options - the simulator's, or only its messages per second and symbol */
export async function startVenueProcess(
  options: number | Omit<SimulatorOptions, "clock">,
): Promise<VenueProcess> {
  const resolved = typeof options === "number" ? { ratePerSymbol: options } : options;
  // Plain JSON would make null of an Infinity.
  const child: ChildProcess = fork(import.meta.filename, { serialization: "advanced" });
  child.send(resolved);
  const [url] = (await once(child, "message")) as [string];
  const ask = async (): Promise<Answer> => {
    child.send("state");
    const [answer] = (await once(child, "message")) as [Answer];
    return answer;
  };
  return {
    url,
    load: async () => (await ask()).load,
    cpuMs: async () => (await ask()).cpuMs,
    async close() {
      child.kill();
      await once(child, "exit");
    },
  };
}

if (process.argv[1] === import.meta.filename && process.send) {
  const send = process.send.bind(process);
  const [options] = (await once(process, "message")) as [SimulatorOptions];
  const simulator = await startSimulator({ seed: 1, ...options });
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    const load = simulator.loadState();
    send({ cpuMs: (user + system) / 1000, ...(load && { load }) } satisfies Answer);
  });
  process.once("disconnect", () => process.exit()); // never outlives the run it serves
  send(simulator.url);
}
