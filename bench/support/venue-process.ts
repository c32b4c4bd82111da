import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { startSimulator } from "holdfast/simulator";

/** A simulator in a process of its own, so that its work and memory are not counted as ours. */
export interface VenueProcess {
  readonly url: string;
  close(): Promise<void>;
}

/** @param ratePerSymbol - trades and quotes per second and symbol */
export async function startVenueProcess(ratePerSymbol: number): Promise<VenueProcess> {
  const child: ChildProcess = fork(import.meta.filename, [String(ratePerSymbol)]);
  const [url] = (await once(child, "message")) as [string];
  return {
    url,
    async close() {
      child.kill();
      await once(child, "exit");
    },
  };
}

if (process.argv[1] === import.meta.filename && process.send) {
  const simulator = await startSimulator({ seed: 1, ratePerSymbol: Number(process.argv[2]) });
  process.send(simulator.url);
  process.once("disconnect", () => process.exit()); // never outlives the run it serves
}
