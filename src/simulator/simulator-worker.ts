import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { ClosedError, ConfigError } from "../core/errors.ts";
import type { WireData } from "../venues/alpaca/wire.ts";
import type { Fault } from "./fault.ts";
import type { SimulatedLoad } from "./load-state.ts";
import { resolveOptions, type SimulatorOptions } from "./options.ts";
import type { SimulatorState } from "./simulator-state.ts";
import type { TapeBetween, TapeQuery } from "./tape-between.ts";
import type {
  SimulatorFacts,
  WorkerReply,
  WorkerRequest,
  WorkerResult,
} from "./worker-messages.ts";

/** A simulator in a thread of its own, so that neither it nor its client slows the other down. @public */
export interface RemoteSimulator extends AsyncDisposable {
  /** The base of every endpoint: `http://127.0.0.1:PORT`, and the same with `ws:`; over TLS `https:` and `wss:`. */
  readonly url: string;
  /** The authority that vouches for the simulator's certificate, as PEM; `undefined` without TLS. */
  readonly ca: string | undefined;
  readonly port: number;
  /** What the market grows from. */
  readonly seed: number;
  /** Makes something go wrong; rejects with one `ConfigError` listing what is wrong with the fault. */
  inject(fault: Fault): Promise<void>;
  /** Sends a data message to everybody who is subscribed to it, and tells how many that are. */
  emit(message: WireData): Promise<number>;
  /** What has happened so far. */
  state(): Promise<SimulatorState>;
  /** What the load has come to, symbol by symbol; `undefined` without a load. */
  loadState(): Promise<SimulatedLoad | undefined>;
  /** What the tape holds; see the simulator's own. Rejects with one `ConfigError`. */
  tapeBetween(query: TapeQuery): Promise<TapeBetween>;
  /** Ends the simulator and its thread; calling it again does nothing more. */
  close(): Promise<void>;
}

type Omitting<T, K extends string> = T extends unknown ? Omit<T, K> : never;

interface Waiting {
  resolve(result: WorkerResult): void;
  reject(error: Error): void;
}

/**
 * Starts a simulated venue in a worker thread. A `clock` cannot be handed over.
 * @throws ConfigError listing everything that is wrong with the options, or when the port is taken.
 * @public
 */
export async function startSimulatorWorker(
  options: SimulatorOptions = {},
): Promise<RemoteSimulator> {
  const { clock, ...portable } = options;
  if (clock) throw new ConfigError(["clock cannot be handed over to a worker thread"]);
  resolveOptions(portable);
  const worker = new Worker(workerEntry(), { workerData: portable, execArgv: [] });
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let hasExited = false;
  let closing: Promise<void> | undefined;
  const exited = new Promise<void>((resolve) => {
    worker.once("exit", () => {
      hasExited = true;
      for (const { reject } of waiting.values()) reject(new ClosedError("the simulator"));
      waiting.clear();
      resolve();
    });
  });
  const ask = (request: Omitting<WorkerRequest, "id">): Promise<WorkerResult> => {
    if (hasExited || closing !== undefined) return Promise.reject(new ClosedError("the simulator"));
    const id = nextId++;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id });
    });
  };
  const started = await firstReply(worker);
  worker.on("message", (reply: WorkerReply) => settle(waiting, reply));
  // What ends the thread reaches every waiting call through its exit.
  worker.on("error", () => {});
  const close = (): Promise<void> => {
    if (!closing) {
      const done = hasExited ? Promise.resolve() : ask({ kind: "close" });
      closing = done.then(
        () => exited,
        () => exited,
      );
    }
    return closing;
  };
  return {
    ...started,
    inject: async (fault) => {
      await ask({ kind: "inject", fault });
    },
    emit: async (message) => (await ask({ kind: "emit", message })) as number,
    state: async () => (await ask({ kind: "state" })) as SimulatorState,
    loadState: async () => (await ask({ kind: "loadState" })) as SimulatedLoad | undefined,
    tapeBetween: async (query) => (await ask({ kind: "tapeBetween", query })) as TapeBetween,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The compiled entry; from TypeScript sources it is taken from the build, because Node 20 runs no types. */
function workerEntry(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  const entry = new URL(
    isSource ? "../../dist/simulator/worker.js" : "./worker.js",
    import.meta.url,
  );
  if (!existsSync(fileURLToPath(entry))) {
    throw new ConfigError(["the simulator's worker is not built: run `npm run build` first"]);
  }
  return entry;
}

function firstReply(worker: Worker): Promise<SimulatorFacts> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new ClosedError("the simulator"));
    worker.once("error", reject);
    worker.once("exit", onExit);
    worker.once("message", (reply: WorkerReply) => {
      worker.removeListener("error", reject);
      worker.removeListener("exit", onExit);
      if (reply.kind === "started") {
        const { kind: _, ...facts } = reply;
        resolve(facts);
      } else reject(new ConfigError(reply.kind === "refused" ? reply.faults : ["no start"]));
    });
  });
}

function settle(waiting: Map<number, Waiting>, reply: WorkerReply): void {
  if (reply.kind !== "done" && reply.kind !== "failed") return;
  const call = waiting.get(reply.id);
  waiting.delete(reply.id);
  if (reply.kind === "done") call?.resolve(reply.result);
  else call?.reject(new ConfigError(reply.faults));
}
