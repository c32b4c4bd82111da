import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../core/clock.ts";
import { FrameRingWriter } from "./frame-ring.ts";
import { WireHost } from "./wire-host.ts";
import type { WireCommand, WireWorkerData } from "./wire-messages.ts";

/** The entry of the thread that owns a connection's sockets; it runs until it is terminated. */
if (parentPort) {
  const port = parentPort;
  const { ring } = workerData as WireWorkerData;
  const host = new WireHost(new FrameRingWriter(ring), systemClock, () => port.postMessage(null));
  port.on("message", (command: WireCommand) => host.obey(command));
}
