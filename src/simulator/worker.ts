import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { ConfigError } from "../core/errors.ts";
import { messageOf } from "../core/holdfast-error.ts";
import type { SimulatorOptions } from "./options.ts";
import { type Simulator, startSimulator } from "./simulator.ts";
import type { WorkerReply, WorkerRequest, WorkerResult } from "./worker-messages.ts";

/** The entry of the simulator's own thread. */
async function run(port: MessagePort): Promise<void> {
  const reply = (message: WorkerReply): void => port.postMessage(message);
  let simulator: Simulator;
  try {
    simulator = await startSimulator(workerData as SimulatorOptions);
  } catch (thrown) {
    reply({ kind: "refused", faults: faultsOf(thrown) });
    return;
  }
  port.on("message", (request: WorkerRequest) => {
    answer(simulator, request).then(
      (result) => {
        reply({ kind: "done", id: request.id, result });
        if (request.kind === "close") port.close();
      },
      (thrown: unknown) => reply({ kind: "failed", id: request.id, faults: faultsOf(thrown) }),
    );
  });
  const { url, port: listeningPort, seed, ca } = simulator;
  reply({ kind: "started", url, port: listeningPort, seed, ca });
}

async function answer(simulator: Simulator, request: WorkerRequest): Promise<WorkerResult> {
  switch (request.kind) {
    case "inject":
      simulator.inject(request.fault);
      return undefined;
    case "emit":
      return simulator.emit(request.message);
    case "state":
      return simulator.state();
    case "loadState":
      return simulator.loadState();
    case "tapeBetween":
      return simulator.tapeBetween(request.query);
    default:
      await simulator.close();
      return undefined;
  }
}

/** An error loses its class on the way between threads; its faults are plain text. */
function faultsOf(thrown: unknown): readonly string[] {
  return thrown instanceof ConfigError ? thrown.faults : [messageOf(thrown)];
}

if (parentPort) await run(parentPort);
